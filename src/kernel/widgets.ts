import { UserError } from '../base/errors.ts';
import { type WidgetSettings, widgetState } from './widget.ts';

/** Limits of a number; without one there is none on that side. */
export interface NumberSettings extends WidgetSettings<number> {
  readonly min?: number;
  readonly max?: number;
  /** The distance between two positions. */
  readonly step?: number;
}

/** Two ends, lowest first, as `where` takes them: `sales.where({year: years})`. */
export interface Span<T> {
  readonly min: T;
  readonly max: T;
}

/**
 * A slider: gives the chosen number, and re-runs its cell when it is moved.
 * @param label what stands beside it
 * @param settings `min` (0), `max` (100), `step` (1), and the `value` before anyone moves it (`min`)
 * @throws UserError when the limits make no sense, or `--set` gives a number outside of them
 * @example
 * const year = slider('Year', { min: 2000, max: 2025, value: 2020 });
 */
export function slider(label: string, settings: NumberSettings = {}): number {
  const { min = 0, max = 100, step = 1, value = min } = settings;
  checkLimits(`slider "${label}"`, min, max, step);
  return widgetState({ kind: 'slider', label, initial: value, settings, options: { min, max, step } }) as number;
}

/**
 * A slider with two ends: gives `{min, max}`, which the `where` of a table takes as it stands.
 * @param label what stands beside it
 * @param settings `min` (0), `max` (100), `step` (1), and the `value` before anyone moves it (all of it)
 * @throws UserError when the limits make no sense, or `--set` (`10..20`) gives an end outside of them
 * @example
 * const years = range('Years', { min: 1990, max: 2025 });
 * sales.where({ year: years })
 */
export function range(
  label: string,
  settings: WidgetSettings<Span<number> | readonly [number, number]> & Omit<NumberSettings, 'value'> = {},
): Span<number> {
  const { min = 0, max = 100, step = 1, value = { min, max } } = settings;
  checkLimits(`range "${label}"`, min, max, step);
  return widgetState({ kind: 'range', label, initial: value, settings, options: { min, max, step } }) as Span<number>;
}

/**
 * A field for a number. A text that is no number, or one outside of the limits, is pointed out and changes nothing.
 * @param settings `min`, `max`, `step` (1), and the `value` before anyone changes it (0, or the limit nearest to it)
 * @throws UserError when the limits make no sense, or `--set` gives a number outside of them
 * @example
 * const seats = number('Seats', { min: 1, max: 500, value: 180 });
 */
export function number(label: string, settings: NumberSettings = {}): number {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, step = 1 } = settings;
  checkLimits(`number "${label}"`, min, max, step);
  const { value = Math.min(max, Math.max(min, 0)) } = settings;
  const options = { step, ...(Number.isFinite(min) && { min }), ...(Number.isFinite(max) && { max }) };
  return widgetState({ kind: 'number', label, initial: value, settings, options }) as number;
}

/**
 * A box to tick.
 * @throws UserError when `--set` gives neither `true` nor `false`
 * @example
 * const onlyLate = checkbox('Only late flights', { value: true });
 */
export function checkbox(label: string, settings: WidgetSettings<boolean> = {}): boolean {
  return widgetState({ kind: 'checkbox', label, initial: settings.value ?? false, settings }) as boolean;
}

/**
 * A switch: like a checkbox, for what is on or off.
 * @throws UserError when `--set` gives neither `true` nor `false`
 * @example
 * const logScale = toggle('Logarithmic scale');
 */
export function toggle(label: string, settings: WidgetSettings<boolean> = {}): boolean {
  return widgetState({ kind: 'toggle', label, initial: settings.value ?? false, settings }) as boolean;
}

/**
 * A button: gives how often it was pressed, and re-runs its cell with every press.
 * @example
 * const presses = button('Train the model');
 * if (presses > 0) await train();
 */
export function button(label: string, settings: Omit<WidgetSettings<number>, 'value'> = {}): number {
  return widgetState({ kind: 'button', label, initial: 0, settings }) as number;
}

/**
 * A colour, as `#rrggbb`.
 * @param settings the `value` before anyone changes it (`#1a75cc`)
 * @throws UserError when `--set` gives no such colour
 * @example
 * const accent = color('Accent', { value: '#ee642b' });
 */
export function color(label: string, settings: WidgetSettings<string> = {}): string {
  return widgetState({ kind: 'color', label, initial: settings.value ?? '#1a75cc', settings }) as string;
}

function checkLimits(what: string, min: number, max: number, step: number): void {
  if (!(min < max)) throw new UserError(`${what}: \`min\` (${min}) must be below \`max\` (${max}).`);
  if (!(step > 0)) throw new UserError(`${what}: \`step\` must be above 0; got ${step}.`);
}
