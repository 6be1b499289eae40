// The only module that imports Mermaid: it is loaded when the first diagram is shown.
import mermaid from 'mermaid';
import type { ChartTheme } from './chartTheme.ts';
import { paletteOf } from './chartTheme.ts';
import { isDark } from './theme.ts';

let last: Promise<unknown> = Promise.resolve();

/** Draws one diagram at a time: the library keeps its settings for all. */
export function drawDiagram(id: string, text: string, theme: ChartTheme): Promise<SVGElement> {
  const drawn = last.then(() => draw(id, text, theme));
  last = drawn.catch(() => {}); // whoever asked for it hears; the next one is drawn all the same
  return drawn;
}

async function draw(id: string, text: string, theme: ChartTheme): Promise<SVGElement> {
  const { kind, foreground, background, font } = theme;
  const [accent] = paletteOf(kind).category;
  const node = kind.startsWith('contrast') ? background : mix(accent!, background, 0.14);
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    suppressErrorRendering: true,
    theme: 'base',
    fontFamily: font,
    themeVariables: {
      darkMode: isDark(kind),
      useGradient: false,
      dropShadow: 'none',
      background,
      fontFamily: font,
      fontSize: '13px',
      primaryColor: node,
      primaryTextColor: foreground,
      primaryBorderColor: accent,
      lineColor: foreground,
      secondaryColor: background,
      tertiaryColor: background,
      textColor: foreground,
      noteBkgColor: background,
      noteTextColor: foreground,
    },
  });
  const { svg } = await mermaid.render(id, text);
  const picture = new DOMParser().parseFromString(svg, 'text/html').querySelector('svg');
  if (!picture) throw new Error('nothing came of it.');
  return document.importNode(picture, true);
}

/** `share` of one colour on another, both `#rrggbb`; the library computes with colours and knows no `color-mix`. */
function mix(colour: string, on: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [colour, on].map((hex) => Number.parseInt(hex.slice(at, at + 2), 16));
    return Math.round(a! * share + b! * (1 - share));
  });
  if (channels.some(Number.isNaN)) return on;
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
