import { describe, expect, test } from 'vitest';
import type { CodeOrigin } from '../../src/protocol/profileResult.ts';
import { type FlamePalette, framePaints, heatStep, type Rgb, textOn } from '../../webview/flameColours.ts';
import { FlameTree } from '../../webview/flameTree.ts';
import { PAGE_THEMES as THEMES } from '../../webview/pageTheme.ts';
import { HEAT_COLOURS } from './support/heatColours.ts';
import { flameOf } from './support/profileViews.ts';

describe.each(Object.keys(HEAT_COLOURS) as (keyof typeof HEAT_COLOURS)[])('the heat of the %s theme', (name) => {
  const heat = HEAT_COLOURS[name].map(rgb);
  const page = rgb(THEMES[name].variables['--vscode-editor-background']!);
  const palette: FlamePalette = {
    heat,
    page,
    cool: [58, 123, 213],
    foreground: rgb(THEMES[name].variables['--vscode-foreground']!),
    edge: null,
    focus: page,
  };

  test('grows from step to step by brightness, which every eye sees', () => {
    const steps = heat.map((colour) => contrast(colour, page));
    for (const [i, step] of steps.slice(1).entries()) expect(step / steps[i]!).toBeGreaterThan(1.25);
  });

  test('lets the text of every frame be read', () => {
    const tree = new FlameTree(flameOf({ name: 'main', self: 1, calls: FRAMES }));
    const texts = framePaints(tree, palette).map(({ fill, text }) => contrast(numbers(fill), rgb(text)));
    expect(Math.min(...texts)).toBeGreaterThanOrEqual(4.5);
    expect(Math.min(...heat.map((fill) => contrast(fill, rgb(textOn(fill)))))).toBeGreaterThanOrEqual(4.5);
  });

  test('leaves code that is not the user’s greyer, however hot', () => {
    const [, own, foreign] = framePaints(new FlameTree(flameOf({ name: 'main', calls: FRAMES })), palette);
    expect(chroma(numbers(foreign!.fill))).toBeLessThan(chroma(numbers(own!.fill)) / 2);
  });
});

test('heat has five steps by self share', () => {
  expect([0, 1.9, 2, 10, 20, 44, 45, 100].map(heatStep)).toEqual([0, 0, 1, 2, 3, 3, 4, 4]);
});

const FRAMES = (['own', 'package', 'node', 'native', 'gc'] as CodeOrigin[]).map((origin) => ({
  name: origin,
  origin,
  self: 20,
}));

function rgb(hex: string): Rgb {
  return numbers([1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(' '));
}

function numbers(text: string): Rgb {
  const [red, green, blue] = text.match(/\d+/g)!.map(Number);
  return [red!, green!, blue!];
}

function chroma(colour: Rgb): number {
  return Math.max(...colour) - Math.min(...colour);
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
