import { UserError } from '../../base/errors.ts';
import type { CellId } from '../../protocol/kernel.ts';
import type { Output, WidgetData } from '../../protocol/output.ts';
import { acceptValue } from '../../protocol/widgetRules.ts';
import { appCellState } from '../appView.ts';
import { drawnWidgets } from '../drawn.ts';
import type { Session } from '../session.ts';

/** What cells show for each place that some widgets may stand at. */
export interface PrecomputedStates {
  readonly names: readonly string[];
  /** Where those widgets stood at first. */
  readonly saved: Readonly<Record<string, unknown>>;
  /** By the JSON of the widgets' values in the order of `names`: of each cell the number of its outputs in `outputs`. */
  readonly states: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly outputs: readonly (readonly Output[])[];
}

/** More states than this make a page that nobody wants to load. */
const MAX_STATES = 2000;

/**
 * Moves widgets to every place in turn, and keeps what the cells `shown` show there. `wanted` names widgets, some with the places
 * that are wanted: `year`, `year=2001,2002`.
 * @throws UserError when a widget is not there, when its places cannot be listed, or when there are too many
 */
export async function precompute(
  session: Session,
  wanted: readonly string[],
  shown: readonly CellId[],
): Promise<PrecomputedStates> {
  const places = new Map(wanted.map((text) => placesOf(text, session)));
  const count = [...places.values()].reduce((product, values) => product * values.length, 1);
  if (count > MAX_STATES) {
    throw new UserError(
      `${wanted.join(' and ')} have ${count.toLocaleString('en-US')} places together; at most ${MAX_STATES} can be kept. List those that matter: --precompute name=a,b.`,
    );
  }
  const drawn = drawnWidgets(session);
  const before = [...places.keys()].map((name) => [name, drawn.get(name)!.value] as const);
  const kept = new KeptOutputs();
  const states: Record<string, Record<string, number>> = {};
  for (const values of combinations([...places.values()])) {
    await Promise.all([...places.keys()].map((name, at) => session.moveWidget(name, values[at])));
    states[JSON.stringify(values)] = kept.add(session, shown);
  }
  await Promise.all(before.map(([name, value]) => session.moveWidget(name, value)));
  return { names: [...places.keys()], saved: Object.fromEntries(before), states, outputs: kept.outputs };
}

function placesOf(text: string, session: Session): [string, readonly unknown[]] {
  const [name = '', ...list] = text.split('=');
  const widgets = drawnWidgets(session);
  const widget = widgets.get(name);
  if (!widget) {
    throw new UserError(
      `No widget is called ${name}. This notebook shows ${[...widgets.keys()].join(', ') || 'none'}.`,
    );
  }
  return [name, list.length ? listed(widget, list.join('=')) : allPlaces(widget)];
}

/** The places in a list, each by the widget's rule. */
function listed({ kind, options, name }: WidgetData, list: string): unknown[] {
  return list.split(',').map((text) => {
    const accepted = acceptValue(kind, options, text.trim());
    if ('value' in accepted) return accepted.value;
    throw new UserError(`${name} ${accepted.problem}; got ${text}.`);
  });
}

function allPlaces({ kind, name, options }: WidgetData): unknown[] {
  switch (kind) {
    case 'checkbox':
    case 'toggle':
      return [false, true];
    case 'select':
    case 'radio':
    case 'tabs':
      return (options.options ?? []).map(({ value }) => value);
    case 'slider': {
      const [min, max, step] = [Number(options.min ?? 0), Number(options.max ?? 100), options.step ?? 1];
      const steps = Math.min(MAX_STATES + 1, Math.floor((max - min) / step + 1e-9) + 1);
      return Array.from({ length: steps }, (_, at) => rounded(min + at * step, step));
    }
    default:
      throw new UserError(
        `The places of ${name} cannot be listed, as it is a ${kind}. List those that matter: --precompute ${name}=a,b.`,
      );
  }
}

/** A place of a slider as the page computes it, without the dust of binary fractions. */
function rounded(value: number, step: number): number {
  const digits = Math.max(0, (String(step).split('.')[1] ?? '').length);
  return Number(value.toFixed(Math.min(12, digits + 6)));
}

function* combinations(
  lists: readonly (readonly unknown[])[],
  chosen: readonly unknown[] = [],
): Generator<readonly unknown[]> {
  const [first, ...others] = lists;
  if (!first) return yield chosen;
  for (const value of first) yield* combinations(others, [...chosen, value]);
}

/** Outputs of many states, equal ones once. */
class KeptOutputs {
  readonly outputs: (readonly Output[])[] = [];
  readonly #known = new Map<string, number>();

  /** What cells show now, by number. */
  add(session: Session, cells: readonly CellId[]): Record<string, number> {
    return Object.fromEntries(cells.map((id) => [id, this.#number(appCellState(session, id).outputs ?? [])]));
  }

  #number(outputs: readonly Output[]): number {
    const text = JSON.stringify(outputs);
    let number = this.#known.get(text);
    if (number === undefined) {
      number = this.outputs.push(outputs) - 1;
      this.#known.set(text, number);
    }
    return number;
  }
}
