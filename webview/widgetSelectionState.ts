import type { ChartSpec } from './chartSpec.ts';

/** What is selected of each field: a stretch, or values; times are milliseconds. */
export type SelectionState = Readonly<
  Record<
    string,
    { readonly time?: true; readonly min?: number; readonly max?: number; readonly values?: readonly unknown[] }
  >
>;

/** The state that the value of a Vega-Lite selection stands for. */
export function selectionState(value: unknown, spec: ChartSpec): SelectionState {
  if (typeof value !== 'object' || value === null) return {};
  const times = timesOf(spec);
  const intervals = !('vlPoint' in value);
  const parts = Object.entries(value).filter(
    ([field, part]) => Array.isArray(part) && !/^(vlPoint|vlMulti|_vgsid_)$/.test(field),
  );
  return Object.fromEntries(
    parts.map(([field, part]) => [field, { ...partOf(part, intervals), ...(times.has(field) && { time: true }) }]),
  );
}

/** `distance from 300 to 500, origin ATL or ORD`; nothing where nothing is selected. */
export function selectionText(state: SelectionState): string {
  return Object.entries(state)
    .map(([field, { time, min, max, values }]) => {
      const write = (value: unknown) => (time ? new Date(Number(value)).toISOString().slice(0, 10) : textOf(value));
      return values ? `${field} ${values.map(write).join(' or ')}` : `${field} from ${write(min)} to ${write(max)}`;
    })
    .join(', ');
}

function partOf(part: readonly unknown[], intervals: boolean): SelectionState[string] {
  const isStretch =
    intervals && part.length === 2 && part.every((end) => typeof end === 'number' || end instanceof Date);
  if (!isStretch)
    return { values: [...new Set(part.map((value) => (value instanceof Date ? value.getTime() : value)))] };
  const [min, max] = part.map(Number).sort((a, b) => a - b);
  return { min: min!, max: max! };
}

/** The fields that a chart shows as times. */
function timesOf(spec: ChartSpec): Set<string> {
  const { encoding = {} } = spec as { encoding?: Readonly<Record<string, { field?: string; type?: string }>> };
  const times = Object.values(encoding).filter(({ type }) => type === 'temporal');
  return new Set(times.map(({ field = '' }) => field));
}

function textOf(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}
