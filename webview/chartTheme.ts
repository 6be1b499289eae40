import type { Config } from 'vega';
import { CHART_SIGNALS } from '../src/protocol/output.ts';

export type ThemeKind = 'light' | 'dark' | 'contrast-light' | 'contrast-dark';

/** What a chart takes from the reader's theme. */
export interface ChartTheme {
  readonly kind: ThemeKind;
  readonly foreground: string;
  readonly background: string;
  readonly font: string;
}

/** Colours for categories and magnitudes. Categories stay apart, and visible, under the three kinds of colour blindness. */
export interface ChartPalette {
  readonly category: readonly string[];
  /** From little to much, the least still visible as a small mark. */
  readonly ramp: readonly string[];
  /** From little to much for areas that touch, the least close to the page. */
  readonly heatmap: readonly string[];
  readonly diverging: readonly string[];
}

const LIGHT: ChartPalette = {
  category: ['#1a75cc', '#ee642b', '#0e6961', '#cd7ca1', '#6732a2', '#853800', '#4897f2', '#4f264c'],
  ramp: ['#a5c8ec', '#6fa6e2', '#3f84cf', '#1d62ad', '#0f437f', '#082a55'],
  heatmap: ['#e6f0fb', '#bdd8f4', '#82b4e8', '#4489d3', '#1d5ea8', '#0d3a70', '#06213f'],
  diverging: ['#9a3d08', '#d9763a', '#f2c3a4', '#ededed', '#b4d1ef', '#5795db', '#134a8c'],
};

const DARK: ChartPalette = {
  category: ['#629aec', '#ffa529', '#28d897', '#dc5fa1', '#f5ed57', '#8d4fe8', '#b6f7d1', '#bcbcf4'],
  ramp: ['#2c5f9e', '#3f7fc9', '#629fe6', '#8fbdf3', '#bcd9fa', '#e9f4ff'],
  heatmap: ['#14273d', '#1d436f', '#2c67a8', '#4d8fdb', '#86b8f2', '#bfdcfb', '#f0f8ff'],
  diverging: ['#ffb980', '#dd7f38', '#84491f', '#3b3b3b', '#23527f', '#4d8fdb', '#a5cffc'],
};

/** The chart colours that go with a kind of theme. */
export function paletteOf(kind: ThemeKind): ChartPalette {
  return kind === 'dark' || kind === 'contrast-dark' ? DARK : LIGHT;
}

/** Vega's look in the reader's theme; what a chart sets itself goes before. */
export function vegaConfig(theme: ChartTheme): Config {
  const { foreground, font } = theme;
  const { category, ramp, heatmap, diverging } = paletteOf(theme.kind);
  const contrast = theme.kind.startsWith('contrast');
  const faint = contrast ? 1 : 0.82;
  const line = contrast ? 1 : 0.35;
  return {
    title: {
      anchor: 'start',
      frame: 'bounds',
      color: foreground,
      font,
      fontSize: 14,
      fontWeight: 600,
      offset: 12,
      subtitleColor: foreground,
      subtitleFont: font,
      subtitleFontSize: 12,
      subtitlePadding: 4,
    },
    axis: {
      labelColor: foreground,
      labelFont: font,
      labelFontSize: 11,
      labelOpacity: faint,
      labelPadding: 5,
      labelLimit: 220,
      labelSeparation: 8,
      titleColor: foreground,
      titleFont: font,
      titleFontSize: 11,
      titleFontWeight: 600,
      titleOpacity: faint,
      titlePadding: 8,
      tickColor: foreground,
      tickOpacity: line,
      tickSize: 4,
      domainColor: foreground,
      domainOpacity: line,
      gridColor: foreground,
      gridOpacity: contrast ? 0.35 : 0.11,
    },
    legend: {
      labelColor: foreground,
      labelFont: font,
      labelFontSize: 11,
      labelOpacity: faint,
      titleColor: foreground,
      titleFont: font,
      titleFontSize: 11,
      titleFontWeight: 600,
      titleOpacity: faint,
      symbolSize: 80,
      rowPadding: 4,
      titlePadding: 6,
      offset: 20,
      gradientThickness: 12,
      gradientLength: 140,
      gradientStrokeColor: 'transparent',
    },
    style: {
      'guide-label': { fill: foreground, font, fontSize: 11 },
      'guide-title': { fill: foreground, font, fontSize: 11, fontWeight: 600 },
      'group-title': { fill: foreground, font },
      'group-subtitle': { fill: foreground, font },
      cell: { stroke: 'transparent' },
    },
    range: {
      category: [...category],
      ordinal: [...ramp],
      ramp: [...ramp],
      heatmap: [...heatmap],
      diverging: [...diverging],
    },
  };
}

/** The values of a compiled chart's own signals in the reader's theme. */
export function chartSignals(theme: ChartTheme): Readonly<Record<string, string>> {
  return {
    [CHART_SIGNALS.mark]: paletteOf(theme.kind).category[0]!,
    [CHART_SIGNALS.text]: theme.foreground,
    [CHART_SIGNALS.surface]: theme.background,
  };
}
