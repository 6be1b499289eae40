import { type WidgetSettings, widgetState } from './widget.ts';
import type { Span } from './widgets.ts';

/** The first and the last day that can be chosen, as `2026-01-31`. */
export interface DaySettings<T> extends WidgetSettings<T> {
  readonly min?: string;
  readonly max?: string;
}

/**
 * A day, as `2026-01-31`: a day has no time zone, and queries compare it as it stands. Without a `value` it gives null
 * until one is chosen.
 * @throws UserError when `--set` gives no day, or one outside of the limits
 * @example
 * const since = date('Since', { value: '2026-01-01', max: '2026-12-31' });
 */
export function date(label: string, settings: DaySettings<string | Date> & { readonly value: string | Date }): string;
export function date(label: string, settings?: DaySettings<string | Date>): string | null;
export function date(label: string, settings: DaySettings<string | Date> = {}): string | null {
  const { value = null } = settings;
  return widgetState({ kind: 'date', label, initial: value, settings, options: limitsOf(settings) }) as string | null;
}

/**
 * Two days, as `{min, max}`, which the `where` of a table takes as it stands. Without a `value` it gives null until
 * both are chosen.
 * @throws UserError when `--set` (`2026-01-01..2026-03-31`) gives no days, or such as are outside of the limits
 * @example
 * const when = dateRange('When', { value: { min: '2026-01-01', max: '2026-03-31' } });
 * strikes.where({ date: when })
 */
export function dateRange(
  label: string,
  settings: DaySettings<Span<string>> & { readonly value: Span<string> },
): Span<string>;
export function dateRange(label: string, settings?: DaySettings<Span<string>>): Span<string> | null;
export function dateRange(label: string, settings: DaySettings<Span<string>> = {}): Span<string> | null {
  const { value = null } = settings;
  return widgetState({
    kind: 'dateRange',
    label,
    initial: value,
    settings,
    options: limitsOf(settings),
  }) as Span<string> | null;
}

/** With a day to begin with, a day is what it stays: the field cannot be emptied. */
function limitsOf({ min, max, value }: DaySettings<unknown>) {
  return { ...(min && { min }), ...(max && { max }), ...(value !== undefined && { required: true }) };
}
