import { UserError } from '../base/errors.ts';
import { MIME, type Output } from '../protocol/output.ts';
import { chartOutput } from './chart.ts';
import type { Json } from './chartChannel.ts';
import { display } from './display.ts';
import { Displayable, OUTPUT } from './displayable.ts';
import { currentRun } from './run.ts';
import { drawn, makeWidget } from './widget.ts';
import type { Span } from './widgets.ts';

/** What is selected of each field: a stretch, or single values. */
export type Selected = Readonly<Record<string, Span<number | Date> | readonly (string | number | boolean | Date)[]>>;

/**
 * Shows a chart and gives what the reader has selected in it, as the `where` of a table takes it: `{min, max}` where a
 * stretch was dragged, a list where marks were clicked; `{}` while nothing is selected.
 * @param chart what `chart` or `vegaLite` gives
 * @param name which of its selection parameters; a chart that has none gets one that suits its mark
 * @throws UserError when this is no chart
 * @example
 * const picked = selection(chart(strikes, { mark: 'bar', x: 'month', y: 'count()' }));
 * strikes.where(picked)
 */
export function selection(chart: Displayable, name?: string): Selected {
  if (!(OUTPUT in chart)) throw new UserError('selection(…) wants what chart(…) gives.');
  const run = currentRun();
  if (!run) return {};
  const widget = makeWidget({ kind: 'selection', label: 'Selection', initial: {}, settings: {} });
  const output = async () => {
    const shown = await withSelection(await chart[OUTPUT](), name);
    const options = { ...widget.options, children: [shown.output], param: shown.param };
    return drawn({ ...widget, options });
  };
  void display(new Displayable('Selection', output));
  return Object.fromEntries(Object.entries(widget.value as Json).map(([field, part]) => [field, selectedOf(part)]));
}

/** The chart with the selection parameter that it is asked for, and that parameter's name. */
async function withSelection(output: Output, wanted: string | undefined): Promise<{ output: Output; param: string }> {
  const spec = output.items.find(({ mime }) => mime === MIME.vegaLite)?.data as Json | undefined;
  if (!spec) throw new UserError('selection(…) wants what chart(…) gives.');
  const params = (Array.isArray(spec.params) ? spec.params : []) as Json[];
  const found = params.find((param) => param.select && (wanted === undefined || param.name === wanted));
  if (found) return { output, param: String(found.name) };
  const param = wanted ?? 'selected';
  const { usermeta: _, ...rest } = spec;
  return { output: await chartOutput({ ...rest, params: [...params, { name: param, select: suiting(spec) }] }), param };
}

/** A stretch of what goes along an axis of numbers or times; single values of bars and slices. */
function suiting({ mark, encoding }: Json): Json {
  const channels = Object.entries((encoding ?? {}) as Record<string, Json>);
  const type = typeof mark === 'string' ? mark : String((mark as Json | undefined)?.type);
  const isWide = ([, def]: [string, Json]) =>
    ['quantitative', 'temporal'].includes(String(def.type)) && !def.aggregate && !def.bin;
  const stretches = channels.filter((channel) => ['x', 'y'].includes(channel[0]) && isWide(channel));
  if (stretches.length && !['bar', 'arc', 'rect'].includes(type))
    return { type: 'interval', encodings: stretches.map(([channel]) => channel) };
  const single = channels.filter(([, def]) => def.field && !def.aggregate && def.type !== 'quantitative');
  return { type: 'point', encodings: (single.length ? single : channels).map(([channel]) => channel) };
}

interface Part {
  readonly time?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly (string | number | boolean)[];
}

/** A field's part of the state: times travel as milliseconds. */
function selectedOf(given: unknown): Selected[string] {
  const { time, min = 0, max = 0, values } = given as Part; // as the page writes it
  const read = <T>(value: T) => (time ? new Date(Number(value)) : value);
  if (values) return values.map(read);
  return { min: read(min), max: read(max) } as Span<number | Date>;
}
