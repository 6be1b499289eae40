import type { Timing } from '../src/protocol/profileResult.ts';

const UNITS = [
  { size: 1000, name: 's' },
  { size: 1, name: 'ms' },
  { size: 1e-3, name: 'µs' },
  { size: 1e-6, name: 'ns' },
] as const;

/** A measured time, three significant digits: `1.24 s`, `83.1 ms`, `4.12 µs`. */
export function measureText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const unit = unitOf(ms);
  return `${digits(ms / unit.size)} ${unit.name}`;
}

/** How a column of times is written: all in the unit of the largest, their points under each other. */
export function columnMeasure(values: readonly number[]): {
  readonly unit: string;
  readonly text: (ms: number) => string;
} {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const unit = unitOf(largest);
  const decimals = largest / unit.size >= 100 ? 1 : 2;
  return { unit: unit.name, text: (ms) => (ms / unit.size).toFixed(decimals) };
}

/** The headline: the median, and half the width of its interval in the same unit with the same decimals. */
export function medianText({ medianMs, ci95 }: Timing): { readonly median: string; readonly plusMinus: string | null } {
  const median = measureText(medianMs);
  if (!ci95) return { median, plusMinus: null };
  const unit = unitOf(medianMs);
  const decimals = median.split(' ')[0]!.split('.')[1]?.length ?? 0;
  const half = (ci95[1] - ci95[0]) / 2 / unit.size;
  const shown = half.toFixed(decimals);
  return {
    median,
    plusMinus: `± ${Number(shown) === 0 ? `< ${(10 ** -decimals).toFixed(decimals)}` : shown} ${unit.name}`,
  };
}

/** A share in percent with one decimal, so that the points of a column stand under each other: `42.3 %`. */
export function percentText(percent: number): string {
  return Number.isFinite(percent) ? `${percent.toFixed(1)} %` : '–';
}

/** Whether a file is one of this machine's, which an editor can open, rather than a part of Node.js. */
export function isOpenable(file: string | null): file is string {
  return file !== null && /^([\\/]|[a-z]:[\\/])/i.test(file);
}

/** `src/report.ts:12`, as short as the reader knows the file. */
export function placeText(paths: Readonly<Record<string, string>>, file: string, line: number | null): string {
  const path = paths[file] ?? file;
  return line === null ? path : `${path}:${line}`;
}

function unitOf(ms: number): (typeof UNITS)[number] {
  return UNITS.find(({ size }) => Math.abs(ms) >= size * 0.9995) ?? (ms === 0 ? UNITS[1] : UNITS[3]);
}

function digits(value: number): string {
  const size = Math.abs(value);
  return size >= 99.95 ? value.toFixed(0) : size >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
