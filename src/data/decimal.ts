/** Decimals are told apart by doubles up to 15 digits. */
export const EXACT_DIGITS = 1e15;

/** A decimal, given as a whole number of its smallest unit, digit for digit. */
export function decimalText(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? '-' : ''}${whole}${scale ? `.${digits.slice(-scale)}` : ''}`;
}

/** The same as JavaScript has it: a number where that tells it apart, else its text. */
export function decimalValue(units: bigint, scale: number): number | string {
  const number = Number(units);
  return Math.abs(number) < EXACT_DIGITS ? number / 10 ** scale : decimalText(units, scale);
}

/** How many of its smallest units a decimal is; what the scale does not hold is rounded. */
export function decimalUnits(value: number | bigint | string, scale: number): bigint {
  if (typeof value === 'bigint') return value * 10n ** BigInt(scale);
  const text = typeof value === 'number' ? value.toFixed(scale) : value;
  const [, sign = '', whole = '0', part = ''] = /^\s*(-?)(\d*)(?:\.(\d*))?\s*$/.exec(text) ?? [];
  const units = BigInt(whole + part.slice(0, scale).padEnd(scale, '0'));
  return sign ? -units : units;
}
