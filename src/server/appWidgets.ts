import { isDeepStrictEqual } from 'node:util';
import { drawnWidgets, movableNames, readerStates, resetStates } from '../notebook/drawn.ts';
import type { Session } from '../notebook/session.ts';
import { type AppMessage, addressText, addressValue, MAX_ADDRESS_TEXT } from '../protocol/app.ts';
import type { WidgetData } from '../protocol/output.ts';
import { acceptValue } from '../protocol/widgetRules.ts';

type Open = Extract<AppMessage, { type: 'open' }>;

/** Where the widgets of one session stand, and what a page may do to them. */
export class AppWidgets {
  readonly #session: Session;
  readonly #states: Map<string, unknown>;
  readonly #busy = new Map<string, number>();

  /** @param states the map that the session reads. */
  constructor(session: Session, states: Map<string, unknown>) {
    this.#session = session;
    this.#states = states;
  }

  /** Where the widgets stand that were moved. */
  get states(): Readonly<Record<string, unknown>> {
    return readerStates(this.#session, this.#states);
  }

  /** Widgets whose last move the notebook still works on. */
  get busy(): readonly string[] {
    return [...this.#busy.keys()];
  }

  /** Moves widgets that are on the page to what each of them accepts; settles when the notebook has followed. */
  async move(moves: ReadonlyMap<string, unknown>): Promise<void> {
    const drawn = drawnWidgets(this.#session);
    const names = movableNames(this.#session);
    const accepted = [...moves].flatMap(([name, given]): [string, unknown][] => {
      const value = names.has(name) ? accept(drawn.get(name), given) : undefined;
      return value === undefined || isDeepStrictEqual(value, this.#states.get(name)) ? [] : [[name, value]];
    });
    await Promise.all(accepted.map(([name, value]) => this.#moveOne(name, value)));
  }

  /** Puts widgets back to where they stood before any move: those called `names`, or all. */
  reset(names?: readonly string[]): Promise<void> {
    return resetStates(this.#session, this.#states, (name, initial) => this.#moveOne(name, initial), names);
  }

  /**
   * Takes over where a page says that widgets stand, in its memory and its address. A page that was loaded anew
   * begins with its address alone, but for what no address can hold. Runs nothing; says whether anything moved.
   */
  take({ widgets: remembered, address }: Open, isNewPage: boolean): boolean {
    const drawn = drawnWidgets(this.#session);
    const before = this.states;
    const given = Object.entries(address).map(([name, text]) => [name, addressValue(text)] as const);
    if (isNewPage)
      for (const [name, value] of Object.entries(before)) if (fitsAddress(value)) this.#states.delete(name);
    for (const [name, value] of [...Object.entries(remembered), ...given]) {
      const accepted = accept(drawn.get(name), value);
      if (accepted === undefined) continue;
      if (isDeepStrictEqual(accepted, drawn.get(name)?.initial)) this.#states.delete(name);
      else this.#states.set(name, accepted);
    }
    return !isDeepStrictEqual(before, this.states);
  }

  /** What an address says that means nothing, in sentences; once all cells have run. */
  judge(address: Readonly<Record<string, string>>): { readonly wrong: string[]; readonly sentences: string[] } {
    const { program } = this.#session;
    const drawn = drawnWidgets(this.#session);
    const known = movableNames(this.#session);
    const isWhole = program.order.every((id) => ['done', 'disabled'].includes(this.#session.state(id).status));
    const [wrong, sentences]: [string[], string[]] = [[], []];
    for (const [name, text] of Object.entries(address)) {
      const widget = drawn.get(name);
      const accepted = widget && acceptValue(widget.kind, widget.options, addressValue(text));
      if (accepted && 'problem' in accepted)
        sentences.push(`“${widget.label}” ${accepted.problem}; the address says ${text}.`);
      else if (!known.has(name) && isWhole)
        sentences.push(`The address sets “${name}”, but nothing here goes by that name.`);
      else continue;
      wrong.push(name);
    }
    return { wrong, sentences };
  }

  async #moveOne(name: string, value: unknown): Promise<void> {
    this.#busy.set(name, (this.#busy.get(name) ?? 0) + 1);
    try {
      await this.#session.moveWidget(name, value);
    } finally {
      const left = this.#busy.get(name)! - 1;
      if (left > 0) this.#busy.set(name, left);
      else this.#busy.delete(name);
    }
  }
}

/** What a widget makes of a value; undefined when it refuses it. What is no widget, or not drawn yet, takes anything. */
function accept(widget: WidgetData | undefined, given: unknown): unknown {
  if (!widget) return given;
  const accepted = acceptValue(widget.kind, widget.options, given);
  return 'value' in accepted ? accepted.value : undefined;
}

function fitsAddress(value: unknown): boolean {
  return (addressText(value)?.length ?? 0) <= MAX_ADDRESS_TEXT;
}
