/** What counts of a call, by name: `argument 1`, `argument 2.from`, `file prices.csv`, each as a short text. */
export type CallComponents = ReadonlyMap<string, string>;

/** Why what was kept of a call is kept no more. */
export type Gone = 'dropped' | 'expired' | 'invalidated' | 'lost';

/** A call that was computed before. */
export interface EarlierCall {
  readonly components: CallComponents;
  /** Null while its value is kept, or where it never was. */
  gone: Gone | null;
}

/** How a call differs from an earlier one. */
export interface Difference {
  /** The first component that differs; null where only what is too deep to be noted does. */
  readonly component: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** How many components differ. */
  readonly count: number;
}

const most = 200;

/** The latest calls that one function computed, so that a miss can be told from its nearest. */
export class CallHistory {
  readonly #calls = new Map<string, EarlierCall>();

  note(key: string, components: CallComponents): void {
    this.#calls.delete(key);
    this.#calls.set(key, { components, gone: null });
    if (this.#calls.size > most) this.#calls.delete(this.#calls.keys().next().value!);
  }

  /** Notes why a value went, or with no key all of them. */
  gone(why: Gone, key?: string): void {
    const calls = key === undefined ? this.#calls.values() : [this.#calls.get(key)];
    for (const call of calls) if (call) call.gone = why;
  }

  get(key: string): EarlierCall | undefined {
    return this.#calls.get(key);
  }

  /** How a call differs from the nearest of those noted, the latest of equally near ones; null where there is none. */
  nearest(components: CallComponents): Difference | null {
    return nearestOf([...this.#calls.values()].reverse(), components);
  }
}

/** How `components` differ from the nearest of `earlier`, the first of equally near ones. */
export function nearestOf(
  earlier: Iterable<{ readonly components: CallComponents }>,
  components: CallComponents,
): Difference | null {
  let nearest: Difference | null = null;
  for (const call of earlier) {
    const difference = differenceOf(call.components, components);
    if (!nearest || difference.count < nearest.count) nearest = difference;
  }
  return nearest;
}

function differenceOf(before: CallComponents, after: CallComponents): Difference {
  const names = [...new Set([...after.keys(), ...before.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
  const [component = null] = names;
  const textIn = (components: CallComponents) => (component === null ? null : (components.get(component) ?? null));
  return { component, before: textIn(before), after: textIn(after), count: names.length };
}
