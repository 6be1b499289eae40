import { UserError } from '../base/errors.ts';
import type { Output, WidgetOptions } from '../protocol/output.ts';
import { acceptValue } from '../protocol/widgetRules.ts';
import { Collector, collecting } from './collect.ts';
import { currentRun } from './run.ts';
import { show } from './show.ts';
import { type Declaration, describe, drawn, type FormFields, namedState, withinForm } from './widget.ts';

/** What a form may be told. */
export interface FormSettings {
  /** What stands on its button. */
  readonly submit?: string;
  readonly disabled?: boolean;
  readonly help?: string;
}

/**
 * Several widgets that count together, when the reader submits them: gives what `fields` returns, with the values at
 * the last submit.
 * @param label what stands above the fields
 * @param fields declares widgets, and whatever is to stand between them; a field is called as its property is
 * @param settings what stands on the button: `submit` ("Submit")
 * @throws UserError when `--set trip={"nights":3}` gives a value that its field does not take
 * @example
 * const trip = form('Trip', () => ({
 *   from: text('From', { value: 'Oslo' }),
 *   nights: slider('Nights', { min: 1, max: 14 }),
 * }));
 * trip.nights
 */
export function form<T>(label: string, fields: () => T, settings: FormSettings = {}): T {
  const run = currentRun();
  if (!run) return fields();
  const { name, state, isSet } = namedState(run);
  const submitted = new Submitted(name, state, isSet);
  const collector = new Collector();
  const value = collecting(collector, () => withinForm(submitted, fields));
  submitted.finish();
  if (collector.isWaiting || value instanceof Promise) {
    throw new UserError(`form "${label}" takes widgets only. Use \`display\` and \`await\` outside of it.`);
  }
  show(formOutput(label, name, submitted, collector.outputs, settings));
  return value;
}

function formOutput(
  label: string,
  name: string,
  { values, initial }: Submitted,
  children: readonly Output[],
  { submit = 'Submit', disabled, help }: FormSettings,
): Output {
  const options = { action: submit, children, ...(disabled && { disabled }), ...(help && { help }) };
  return drawn({ kind: 'form', name, label, value: values, initial, options });
}

/** The values of a form's fields as they were submitted, each held against what its field takes. */
class Submitted implements FormFields {
  readonly values: Record<string, unknown> = {};
  readonly initial: Record<string, unknown> = {};
  readonly #name: string;
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #isSet: boolean;

  constructor(name: string, state: unknown, isSet: boolean) {
    const accepted = state === null ? { value: {} } : acceptValue('form', {}, state);
    if ('problem' in accepted && isSet) throw new UserError(`${name} ${accepted.problem}; got ${describe(state)}.`);
    this.#given = 'value' in accepted ? (accepted.value as Record<string, unknown>) : {};
    this.#name = name;
    this.#isSet = isSet;
  }

  takeName(wanted: string): string {
    let name = wanted;
    for (let i = 2; name in this.values; i++) name = `${wanted} ${i}`;
    return name;
  }

  stateOf(name: string, { kind, read }: Declaration, options: WidgetOptions, initial: unknown): unknown {
    this.initial[name] = initial;
    this.values[name] = initial;
    if (!Object.hasOwn(this.#given, name)) return initial;
    const given = this.#given[name];
    const accepted = acceptValue(kind, options, read && this.#isSet ? read(given) : given);
    if ('value' in accepted) this.values[name] = accepted.value;
    else if (this.#isSet) throw new UserError(`${this.#name}.${name} ${accepted.problem}; got ${describe(given)}.`);
    return this.values[name];
  }

  /** Complains of fields that `--set` names and the form has not. */
  finish(): void {
    const unknown = Object.keys(this.#given).filter((name) => !(name in this.values));
    if (!this.#isSet || !unknown.length) return;
    throw new UserError(`${this.#name} has no ${unknown.join(', ')}. It has ${Object.keys(this.values).join(', ')}.`);
  }
}
