import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import { MIME, type Output } from '../protocol/output.ts';
import type { Json } from './chartChannel.ts';
import { compileChart } from './chartCompile.ts';
import { type ChartSource, chartColumns, chartRows, jsonRows, jsonValue, SAMPLE, tableRows } from './chartData.ts';
import { pushDown } from './chartPushDown.ts';
import { type ChartOptions, chartSpec } from './chartSpec.ts';
import { Displayable } from './displayable.ts';
import { isTable, type LazyTable, type Row, type Schema } from './displayTable.ts';

/**
 * A chart of rows or a lazy table.
 * @param data an array of objects, or a table
 * @param options the short form, `{mark: 'bar', x: 'flights', y: {field: 'origin', sort: '-x'}}`, or a Vega-Lite
 *   specification without its data; types that are left out are inferred from the values
 * @throws UserError when it names a column that the data does not have; for a lazy table when the chart is drawn
 * @example
 * chart(byAirport, { mark: 'bar', x: 'flights', y: { field: 'origin', sort: '-x' }, color: 'mean_delay' })
 */
export function chart(data: ChartSource, options: ChartOptions | Readonly<Record<string, unknown>>): Displayable {
  if (typeof options !== 'object' || options === null) {
    throw new UserError(
      'A chart wants the data and what to draw of it, for example chart(rows, {mark: "bar", x: "flights", y: "origin"}).',
    );
  }
  if (isTable(data)) {
    return new Displayable('Chart', async () => chartOutput(await tableSpec(data, options)));
  }
  const spec = specOf(chartRows(data), options); // at once, so that an error points to this call
  return new Displayable(describe(spec), () => chartOutput(spec));
}

/**
 * A chart from a complete Vega-Lite specification, drawn as it stands. It loads nothing: its data is in it.
 * @example
 * vegaLite({ data: { values: rows }, mark: 'line', encoding: { x: { field: 'year' }, y: { field: 'price' } } })
 */
export function vegaLite(spec: Readonly<Record<string, unknown>>): Displayable {
  const plain = jsonValue(spec) as Json;
  return new Displayable(describe(plain), () => chartOutput(plain));
}

/** A chart of a table: of groups that the database works out where that gives the same picture, else of its rows. */
async function tableSpec(table: LazyTable, options: object): Promise<Json> {
  const schema = await table.schema?.();
  const sample = await table.limit?.(SAMPLE).rows();
  if (schema && sample?.length) {
    const spec = jsonValue(chartSpec(options, chartColumns(sample, schema))) as Json;
    const grouped = await pushDown(spec, table, schema);
    if (grouped) {
      const values = await tableRows(grouped.table);
      const data = { values: jsonRows(values, new Set(Object.keys(values[0] ?? {}))) };
      return { description: describe({ ...spec, data }), ...grouped.spec, data };
    }
  }
  return specOf(await tableRows(table), options, schema);
}

function specOf(rows: readonly Row[], options: object, schema: Schema = []): Json {
  const columns = chartColumns(rows, schema);
  const spec = jsonValue(chartSpec(options, columns)) as Json;
  const names = columns.map((column) => column.name).filter(columnFilter(options, spec));
  return { ...spec, data: { values: jsonRows(rows, new Set(names)) } };
}

/** Which columns travel with the chart: in the short form those that it mentions, in a full specification all. */
function columnFilter(options: object, spec: Json): (column: string) => boolean {
  const bare = (value: unknown) => JSON.stringify(value).replaceAll('\\', '');
  const text = bare(spec);
  const isWhole = ['encoding', 'layer', 'spec', 'hconcat', 'vconcat', 'concat'].some((key) => key in options);
  if (isWhole || text.includes('"content":"data"')) return () => true;
  return (column) => new RegExp(`(?<!\\w)${escapeRegExp(bare(column).slice(1, -1))}(?!\\w)`).test(text);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A Vega-Lite specification as an output, compiled. */
export async function chartOutput(spec: Json): Promise<Output> {
  const memoir = await compileChart(spec);
  const description = typeof spec.description === 'string' ? spec.description : describe(spec);
  return {
    items: [
      { mime: MIME.vegaLite, data: { ...spec, description, usermeta: { ...(spec.usermeta as Json), memoir } } },
      { mime: MIME.text, data: description },
    ],
  };
}

/** One line that stands for the chart where it is not seen: `Bar chart: flights, origin, mean_delay (20 rows)`. */
function describe(spec: Json): string {
  const { data, mark, title, encoding } = spec as { data?: Json; mark?: unknown; title?: unknown; encoding?: Json };
  const type = typeof mark === 'string' ? mark : (mark as Json | undefined)?.type;
  const kind = typeof type === 'string' ? `${type[0]!.toUpperCase()}${type.slice(1)} chart` : 'Chart';
  const heading =
    typeof title === 'string' ? title : Array.isArray(title) ? title.join(' ') : (title as Json | undefined)?.text;
  const shown = Object.values(encoding ?? {})
    .map(channelText)
    .filter((text) => text !== null);
  const what = [heading, [...new Set(shown)].join(', ')].filter(Boolean).join(' – ');
  const rows = Array.isArray(data?.values) ? ` (${formatCount(data.values.length, 'row')})` : '';
  return `${kind}${what ? `: ${what}` : ''}${rows}`;
}

function channelText(def: unknown): string | null {
  if (typeof def !== 'object' || def === null) return null;
  const { aggregate, timeUnit, field } = def as Json;
  const name = typeof field === 'string' ? field.replace(/\\(.)/g, '$1') : null;
  const call = [aggregate, timeUnit].find((part) => typeof part === 'string');
  return call ? `${call}(${name ?? ''})` : name;
}
