import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { closedLoader } from './chartLoader.ts';
import { type ChartSpec, vegaOf } from './chartSpec.ts';
import { type ChartTheme, chartSignals, vegaConfig } from './chartTheme.ts';

/** Paper: what a chart is drawn on where nobody has a theme. */
const PAPER: ChartTheme = {
  kind: 'light',
  foreground: '#3b3b3b',
  background: '#ffffff',
  font: 'system-ui, sans-serif',
};
const WIDTH = 720;

/** Draws a chart as SVG, outside of any page. @throws Error when it carries no compiled Vega */
export async function chartSvg(spec: ChartSpec): Promise<string> {
  const vega = vegaOf(spec, chartSignals(PAPER));
  if (!vega) throw new Error('The chart carries no compiled Vega.');
  const sized = { ...vega, signals: (vega.signals ?? []).map(withWidth) };
  const runtime = parse(sized as typeof vega, vegaConfig(PAPER), { ast: true });
  const view = new View(runtime, { expr: expressionInterpreter, loader: closedLoader, renderer: 'none', logLevel: 1 });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** A chart that takes its width from its place takes a usual one. */
function withWidth<T extends object>(signal: T): T {
  if (!('name' in signal && signal.name === 'width' && 'init' in signal)) return signal;
  const { init: _, on: __, ...rest } = signal as T & { init: unknown; on?: unknown };
  return { ...rest, value: WIDTH } as unknown as T; // still a signal, of a value
}
