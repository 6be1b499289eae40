import { messageOf, UserError } from '../base/errors.ts';
import { CHART_SIGNALS, type ChartMeta } from '../protocol/output.ts';
import type { Json } from './chartChannel.ts';

/** What Vega-Lite would otherwise fix while compiling and the renderer decides by the reader's theme. */
const CONFIG = {
  background: 'transparent',
  params: [
    { name: CHART_SIGNALS.mark, value: '#1668b8' },
    { name: CHART_SIGNALS.text, value: '#333333' },
    { name: CHART_SIGNALS.surface, value: '#ffffff' },
  ],
  mark: { color: { expr: CHART_SIGNALS.mark } },
  text: { color: { expr: CHART_SIGNALS.text } },
  rule: { color: { expr: CHART_SIGNALS.text } },
  boxplot: { median: { color: { expr: CHART_SIGNALS.surface } } },
  bar: { cornerRadiusEnd: 2 },
  line: { strokeWidth: 2 },
  point: { filled: true, size: 45, opacity: 0.8 },
  circle: { size: 45 },
  arc: { stroke: { expr: CHART_SIGNALS.surface }, strokeWidth: 1 },
  view: { stroke: null },
  title: { anchor: 'start', frame: 'bounds' },
  axisQuantitative: { domain: false, ticks: false },
  axisBand: { ticks: false },
  header: {
    labelAnchor: 'start',
    labelFontSize: 11,
    labelFontWeight: 'normal',
    titleAnchor: 'start',
    titleFontSize: 11,
    titleFontWeight: 600,
  },
  countTitle: 'Count',
};

/**
 * A Vega-Lite specification compiled to Vega, without its data.
 * @throws UserError when Vega-Lite does not understand it, or it would load something from the network
 */
export async function compileChart(spec: Json): Promise<ChartMeta> {
  const { compile } = await import('vega-lite'); // 30 ms to load: only who draws pays
  const data: Record<string, readonly (string | number)[]> = {};
  const named = nameData(spec, [], data);
  try {
    const compiled = compile(named as never, { config: CONFIG as never, logger: silentLogger });
    return { vega: compiled.spec as never, data };
  } catch (error) {
    throw new UserError(`Vega-Lite does not understand this chart: ${messageOf(error).split('\n')[0]}`);
  }
}

/** The specification with each inline data set replaced by a name, whose place is noted in `places`. */
function nameData(
  part: unknown,
  path: readonly (string | number)[],
  places: Record<string, readonly (string | number)[]>,
): unknown {
  if (Array.isArray(part)) return part.map((item, i) => nameData(item, [...path, i], places));
  if (typeof part !== 'object' || part === null) return part;
  const result: Json = {};
  for (const [key, value] of Object.entries(part)) {
    const at = [...path, key];
    if (key === 'usermeta') continue;
    if (key === 'datasets' && path.length === 0) Object.assign(places, datasetPlaces(value));
    else result[key] = key === 'data' && isData(value) ? namedData(value, at, places) : nameData(value, at, places);
  }
  return result;
}

function datasetPlaces(datasets: unknown): Record<string, readonly (string | number)[]> {
  return Object.fromEntries(Object.keys(datasets ?? {}).map((name) => [name, ['datasets', name]]));
}

function namedData(
  data: Json,
  path: readonly (string | number)[],
  places: Record<string, readonly (string | number)[]>,
): Json {
  if ('url' in data) {
    throw new UserError(
      `A chart loads nothing by itself, so \`data: {url: ${JSON.stringify(data.url)}}\` stays empty. Read it with load(…) and give the rows to the chart.`,
    );
  }
  if (!('values' in data)) return data;
  const { values: _, ...rest } = data;
  const name = typeof data.name === 'string' ? data.name : `memoir_data_${Object.keys(places).length}`;
  places[name] = [...path, 'values'];
  return { ...rest, name };
}

function isData(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && ['values', 'url', 'name'].some((key) => key in value);
}

const silentLogger = {
  level: () => silentLogger,
  error: () => silentLogger,
  warn: () => silentLogger,
  info: () => silentLogger,
  debug: () => silentLogger,
} as never; // Vega-Lite's hints are about its own dialect; what matters to a reader is checked before
