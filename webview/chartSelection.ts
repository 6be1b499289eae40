import type { View } from 'vega';
import type { SelectionState } from './widgetSelectionState.ts';

/** One dimension of a selection parameter, as compiled Vega-Lite declares it. */
interface Field {
  readonly field: string;
  readonly channel?: string;
}

/**
 * Marks in a drawn chart what is selected. Charts in rows, columns or facets keep their signals where nobody reaches
 * them: there the words say it alone.
 */
export async function markSelection(view: View, param: string, state: SelectionState): Promise<void> {
  const fields = signalOf(view, `${param}_tuple_fields`) as readonly Field[] | undefined;
  if (!fields) return;
  const isInterval = fields.every(({ channel }) => signalOf(view, `${param}_${channel}`) !== undefined);
  if (isInterval) for (const field of fields) view.signal(`${param}_${field.channel}`, stretchOf(view, field, state));
  else view.data(`${param}_store`, tuplesOf(view, fields, param, state));
  await view.runAsync();
}

/** Where a dragged stretch begins and ends on the page. */
function stretchOf(view: View, { field, channel = '' }: Field, state: SelectionState): readonly [number, number] {
  const part = state[field];
  if (!part) return [0, 0]; // which is none, as Vega-Lite has it
  const scale = view.scale(channel) as ((value: unknown) => number) & { bandwidth?: () => number };
  const ends = (part.values ?? [part.min, part.max]).map(scale).filter(Number.isFinite);
  return [Math.min(...ends), Math.max(...ends) + (part.values ? (scale.bandwidth?.() ?? 0) : 0)];
}

/** What is clicked, in all combinations of the fields' values: as `where` takes it. */
function tuplesOf(view: View, fields: readonly Field[], param: string, state: SelectionState): object[] {
  const lists = fields.map(({ field }) => state[field]?.values ?? []);
  const combinations = lists.reduce<unknown[][]>(
    (made, list) => made.flatMap((values) => list.map((value) => [...values, value])),
    [[]],
  );
  const { unit = '' } = (signalOf(view, `${param}_tuple`) ?? {}) as { readonly unit?: string };
  return combinations.map((values) => ({ unit, fields, values }));
}

function signalOf(view: View, name: string): unknown {
  try {
    return view.signal(name) as unknown;
  } catch {
    return undefined; // Vega knows no other way to ask
  }
}
