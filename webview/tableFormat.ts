import { formatCount } from '../src/base/format.ts';
import type { TableData } from '../src/protocol/output.ts';

/** Of longer tables this many rows decide how columns are drawn. */
const MAX_SAMPLE = 5_000;

type Cell = TableData['rows'][number][number];

/** How a column is drawn. */
export interface ColumnFormat {
  readonly name: string;
  readonly type: string;
  readonly numeric: boolean;
  /** Decimals that its numbers show, so that their points stand under each other. */
  readonly decimals: number;
  /** Its longest texts, one of which decides how wide it is. */
  readonly longest: readonly string[];
}

/** How each column of a table is drawn, from the rows at hand. */
export function columnFormats(table: TableData): ColumnFormat[] {
  const step = Math.ceil(table.rows.length / MAX_SAMPLE);
  const sample = step > 1 ? table.rows.filter((_, i) => i % step === 0) : table.rows;
  return table.columns.map((column, index) => {
    const values = sample.map((row) => row[index] ?? null);
    const numbers = values.filter((value) => typeof value === 'number');
    const numeric = isNumeric(column.type, values);
    const format = { ...column, numeric, decimals: decimalsOf(numbers) };
    return { ...format, longest: longestOf(values.map((value) => cellText(value, format))) };
  });
}

/** A cell as text; a number with its column's decimals unless it is too large or small for them. */
export function cellText(value: Cell, column: Pick<ColumnFormat, 'decimals'>): string {
  if (value === null) return 'null';
  if (typeof value !== 'number') return String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && column.decimals === 0) return String(value);
  if (size >= 1e15 || (size > 0 && size < 10 ** -column.decimals / 2)) return String(Number(value.toPrecision(3)));
  return value.toFixed(column.decimals);
}

/** `20 of 1,204 rows`, `1,204 rows`, `No rows`. */
export function countText(table: TableData): string {
  const shown = table.rows.length;
  if (table.rowCount === null) return shown === 0 ? 'No rows' : `First ${formatCount(shown, 'row')}`;
  if (table.rowCount === 0) return 'No rows';
  return shown < table.rowCount
    ? `${shown.toLocaleString('en-US')} of ${formatCount(table.rowCount, 'row')}`
    : formatCount(shown, 'row');
}

/** Whether a column holds numbers; those that JSON cannot hold come as text. */
function isNumeric(type: string, values: readonly Cell[]): boolean {
  const wide = /INT|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL|^number$/i.test(type);
  const isText = (value: Cell) => typeof value === 'string' && !/^(NaN|-?Infinity)$/.test(value);
  const isNumberText = (value: Cell) => wide && /^-?\d+(\.\d+)?$/.test(String(value));
  return (
    values.some((value) => value !== null) &&
    values.every((value) => typeof value !== 'boolean' && (!isText(value) || isNumberText(value)))
  );
}

/** Letters differ in width, so that the longest text need not be the widest. */
function longestOf(texts: readonly string[]): string[] {
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  const candidates = new Set<string>();
  for (const text of texts) {
    if (text.length >= longest * 0.75) candidates.add(text);
    if (candidates.size >= 200) break;
  }
  return [...candidates];
}

/** As many decimals as the numbers have, but no more than three significant digits of a typical one, and at least cents. */
function decimalsOf(numbers: readonly number[]): number {
  const needed = numbers.reduce((most, value) => Math.max(most, decimalsIn(value)), 0);
  if (needed <= 2) return needed;
  const sizes = numbers
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort((a, b) => a - b);
  const typical = sizes[Math.floor(sizes.length / 2)] ?? 1;
  return Math.min(needed, Math.max(2, Math.min(6, 2 - Math.floor(Math.log10(typical)))));
}

function decimalsIn(value: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.min(20, Math.max(0, fraction.length - Number(exponent)));
}
