import { HEAT_FROM } from '../src/protocol/panel.ts';
import type { FlameFrame } from '../src/protocol/profileResult.ts';
import type { FlameTree } from './flameTree.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** What the chart takes from the reader's theme. */
export interface FlamePalette {
  /** From cold to hot. */
  readonly heat: readonly Rgb[];
  /** Of what became faster. */
  readonly cool: Rgb;
  readonly foreground: Rgb;
  readonly page: Rgb;
  /** Edges around each frame, in high contrast only. */
  readonly edge: Rgb | null;
  readonly focus: Rgb;
}

export interface FramePaint {
  readonly fill: string;
  readonly text: string;
}

/** Which step of heat, from 0, a self share in percent has. */
export function heatStep(percent: number): number {
  return HEAT_FROM.findLastIndex((from) => percent >= from);
}

/** The colour of each frame: by the self time of its function wherever that is called, greyer where it is not the user's. */
export function framePaints(tree: FlameTree, palette: FlamePalette): FramePaint[] {
  const ticks = new Float64Array(tree.frames.length);
  for (let node = 0; node < tree.size; node++) ticks[tree.frame[node]!]! += tree.self[node]!;
  return tree.frames.map((frame, i) => {
    const fill = fillOf(frame, 100 * tree.share(ticks[i]!), palette);
    return { fill: css(fill), text: textOn(fill) };
  });
}

/** The colours of differences, in parts of the whole: heat for what became slower, another hue for what became faster. */
export function changePaint(share: number, { heat, cool, foreground, page }: FlamePalette): FramePaint {
  const step = heatStep(100 * Math.abs(share));
  const strength = (step + 1) / heat.length;
  const fill = share > 0 ? heat[step]! : mix(page, cool, strength);
  const isSame = Math.abs(share) < LEAST_CHANGE;
  const shown = isSame ? mix(page, foreground, 0.2) : fill;
  return { fill: css(shown), text: textOn(shown) };
}

/** Less than this of the whole is no change that anybody should look at. */
const LEAST_CHANGE = 0.005;

/** The fill of narrow frames that are drawn together. */
export function mergedFill({ foreground, page }: FlamePalette): string {
  return css(mix(page, foreground, 0.22));
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/** Black or white, whichever is read better on `fill`: one of them always has a contrast of 4.5. */
export function textOn(fill: Rgb): string {
  const light = luminance(fill);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? '#000000' : '#ffffff';
}

function fillOf({ origin }: FlameFrame, percent: number, { heat, foreground, page }: FlamePalette): Rgb {
  const grey = mix(page, foreground, 0.2);
  if (origin === 'own') return heat[heatStep(percent)]!;
  return origin === 'package' ? mix(grey, heat[heatStep(percent)]!, 0.3) : grey;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2) => a[i] + (b[i] - a[i]) * share;
  return [part(0), part(1), part(2)];
}

/** Relative luminance, as WCAG defines it. */
function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
