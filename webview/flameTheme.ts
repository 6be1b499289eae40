import type { FlamePalette, Rgb } from './flameColours.ts';
import { themeKind } from './theme.ts';

/** The flame chart's colours as the page's style variables give them now. */
export function readFlamePalette(): FlamePalette {
  const style = getComputedStyle(document.body);
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  const read = (name: string, fallback: string) =>
    rgbOf(context, style.getPropertyValue(`--vscode-${name}`).trim(), fallback);
  const foreground = read('foreground', '#888888');
  return {
    heat: [1, 2, 3, 4, 5].map((step) => read(`memoir-heat${step}`, '#e0a050')),
    cool: read('charts-blue', '#3a7bd5'),
    foreground,
    page: read('editor-background', '#ffffff'),
    edge: themeKind().startsWith('contrast') ? read('contrastBorder', '#888888') : null,
    focus: read('focusBorder', '#0078d4'),
  };
}

/** Any colour that CSS knows, without its transparency. */
function rgbOf(context: CanvasRenderingContext2D, colour: string, fallback: string): Rgb {
  context.fillStyle = fallback;
  context.fillStyle = colour; // what is no colour changes nothing
  context.clearRect(0, 0, 1, 1);
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
