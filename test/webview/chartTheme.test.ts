import { describe, expect, test } from 'vitest';
import { paletteOf, type ThemeKind } from '../../webview/chartTheme.ts';

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** How linear RGB is seen with the three kinds of colour blindness, in full (Machado, Oliveira and Fernandes 2009). */
const VISION: Readonly<Record<string, Matrix>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const PAGES: readonly [ThemeKind, string][] = [
  ['light', '#ffffff'],
  ['dark', '#1f1f1f'],
  ['contrast-light', '#ffffff'],
  ['contrast-dark', '#000000'],
];

describe.each(PAGES)('the colours of a %s chart', (kind, page) => {
  const { category, ramp, heatmap } = paletteOf(kind);

  test.each(Object.keys(VISION))('for categories stay apart in %s vision', (vision) => {
    const seen = category.map((colour) => oklab(times(VISION[vision]!, linear(colour))));
    const distances = seen.flatMap((a, i) =>
      seen.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
    );
    expect(Math.min(...distances)).toBeGreaterThan(0.1);
  });

  test('for categories stand out from the page', () => {
    expect(Math.min(...category.map((colour) => contrast(colour, page)))).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ['ramp', ramp],
    ['heatmap', heatmap],
  ])('of the %s grow steadily in contrast with the page', (_, colours) => {
    const steps = colours.map((colour) => contrast(colour, page));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });
});

function linear(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function times(matrix: Matrix, [r, g, b]: Triple): Triple {
  const row = (line: Triple) => Math.max(0, line[0] * r + line[1] * g + line[2] * b);
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

/** Ottosson's perceptual space: equal distances look equally different. */
function oklab(rgb: Triple): Triple {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  const [l, m, s] = lms.map(Math.cbrt) as [number, number, number];
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function contrast(a: string, b: string): number {
  const luminance = (hex: string) => linear(hex).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i]!, 0);
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
