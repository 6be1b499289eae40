import { UserError } from '../base/errors.ts';
import type { WidgetChoice, WidgetKind } from '../protocol/output.ts';
import { type WidgetSettings, widgetState } from './widget.ts';

/** A value that can be chosen. */
export type Choosable = string | number | boolean;

/** One choice: the value itself, or a label for it. */
export type Choice<T> = T | { readonly label: string; readonly value: T };

/**
 * A drop-down list: gives the chosen value.
 * @param choices values, or `{label, value}`
 * @param settings the `value` before anyone chooses (the first)
 * @throws UserError when there is nothing to choose, or `--set` gives a value that is not among the choices
 * @example
 * const region = select('Region', ['East', 'West', { label: 'Everywhere', value: 'all' }]);
 */
export function select<const T extends Choosable>(
  label: string,
  choices: readonly Choice<T>[],
  settings: WidgetSettings<T> = {},
): T {
  return oneOf('select', label, choices, settings);
}

/**
 * Choices side by side, all of them in view: gives the chosen value.
 * @param choices values, or `{label, value}`
 * @param settings the `value` before anyone chooses (the first)
 * @throws UserError when there is nothing to choose, or `--set` gives a value that is not among the choices
 * @example
 * const unit = radio('Unit', [{ label: 'Kilometres', value: 1 }, { label: 'Miles', value: 0.621 }]);
 */
export function radio<const T extends Choosable>(
  label: string,
  choices: readonly Choice<T>[],
  settings: WidgetSettings<T> = {},
): T {
  return oneOf('radio', label, choices, settings);
}

/**
 * A list to choose any number from: gives the chosen values, in the order of the choices.
 * @param choices values, or `{label, value}`
 * @param settings the `value` before anyone chooses (none); `required` wants at least one
 * @throws UserError when there is nothing to choose, or `--set` (`a,b`) gives a value that is not among the choices
 * @example
 * const carriers = multiselect('Carriers', ['AA', 'DL', 'UA'], { value: ['AA'] });
 * flights.where({ carrier: carriers })
 */
export function multiselect<const T extends Choosable>(
  label: string,
  choices: readonly Choice<T>[],
  settings: WidgetSettings<readonly T[]> & { readonly required?: boolean } = {},
): T[] {
  const { value = [], required } = settings;
  const options = { options: listOf('multiselect', label, choices), ...(required && { required }) };
  const initial = value.length || !required ? value : [options.options[0]!.value];
  return widgetState({ kind: 'multiselect', label, initial, settings, options }) as T[];
}

/** The chosen value of a widget with one choice. */
export function oneOf<T extends Choosable>(
  kind: Extract<WidgetKind, 'select' | 'radio' | 'tabs'>,
  label: string,
  choices: readonly Choice<T>[],
  settings: WidgetSettings<T>,
): T {
  const options = listOf(kind, label, choices);
  const initial = settings.value ?? options[0]!.value;
  return widgetState({ kind, label, initial, settings, options: { options } }) as T;
}

function listOf<T extends Choosable>(kind: string, label: string, choices: readonly Choice<T>[]): WidgetChoice[] {
  if (!choices.length) throw new UserError(`${kind} "${label}" has no choices. Give it a list with at least one.`);
  return choices.map((choice) =>
    typeof choice === 'object'
      ? { label: choice.label, value: choice.value }
      : { label: String(choice), value: choice },
  );
}
