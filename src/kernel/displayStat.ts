import { UserError } from '../base/errors.ts';
import { formatBytes, formatDuration, formatPercent } from '../base/format.ts';
import { MIME, type StatData } from '../protocol/output.ts';
import { Displayable } from './displayable.ts';

/** How a number is written: `1.24 s`, `4.1 MB`, `91 %`, or as the function says. */
export type NumberFormat = 'number' | 'percent' | 'bytes' | 'duration' | ((value: number) => string);

export interface StatOptions {
  /** How numbers are written (`'number'`: `1,204`, `0.317`); durations are in milliseconds, percentages shares of 1. */
  readonly format?: NumberFormat;
  /** Stands behind the number: `€`, `km`. */
  readonly unit?: string;
  /** How much it changed, in the same unit; or what it was before. */
  readonly change?: number;
  readonly before?: number;
  /** Which way is good; without it neither is. */
  readonly good?: 'up' | 'down';
  /** Earlier values, oldest first, as a small line. */
  readonly trend?: readonly number[];
  readonly help?: string;
}

/**
 * A number that matters, with how it changed and a small line of how it went.
 * @param label what it is
 * @param value a number, or a text that is shown as it stands
 * @throws UserError when the format is none of those that there are
 * @example
 * stat('Strikes', 1204, { before: 1100, good: 'down', trend: perMonth })
 */
export function stat(label: string, value: number | string, options: StatOptions = {}): Displayable {
  const { unit, trend, help, good } = options;
  const write = (number: number) => formatted(number, options.format) + (unit ? ` ${unit}` : '');
  const { before, change = before === undefined || typeof value === 'string' ? undefined : value - before } = options;
  const data: StatData = {
    label,
    value: typeof value === 'number' ? write(value) : value,
    ...(change !== undefined && { change: changeOf(change, write, good) }),
    ...(trend && { trend: trend.filter((number) => Number.isFinite(number)) }),
    ...(help && { help }),
  };
  const text = `${label}: ${data.value}${data.change ? ` (${data.change.text})` : ''}`;
  const items = [
    { mime: MIME.stat, data },
    { mime: MIME.text, data: text },
  ];
  return new Displayable(text, () => ({ items }));
}

function changeOf(change: number, write: (value: number) => string, good: 'up' | 'down' | undefined) {
  const direction = change > 0 ? 'up' : change < 0 ? 'down' : 'same';
  const sign = { up: '+', down: '−', same: '±' }[direction];
  const isGood = good === undefined || direction === 'same' ? null : direction === good;
  return { text: `${sign}${write(Math.abs(change))}`, direction, good: isGood } as const;
}

function formatted(value: number, format: NumberFormat = 'number'): string {
  if (typeof format === 'function') return format(value);
  switch (format) {
    case 'percent':
      return formatPercent(value);
    case 'bytes':
      return formatBytes(value);
    case 'duration':
      return formatDuration(value);
    case 'number':
      return value.toLocaleString('en-US', {
        maximumSignificantDigits: Math.abs(value) >= 100 ? 15 : 3,
        maximumFractionDigits: 2,
      });
    default: // in cells types are only advice
      throw new UserError(
        `There is no format "${format}". Give "number", "percent", "bytes", "duration", or a function such as (value) => value.toFixed(2).`,
      );
  }
}
