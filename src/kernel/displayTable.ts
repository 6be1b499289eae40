import { inspect, types } from 'node:util';
import { formatCount } from '../base/format.ts';
import { MIME, type Output, type TableData } from '../protocol/output.ts';
import { Displayable } from './displayable.ts';

/** The mark of a lazy table; found by its registered symbol, so that copies of Memoir agree. */
const TABLE: unique symbol = Symbol.for('memoir.table');

/** A lazy table as seen from here: it gives its first rows, or all of them. */
export interface LazyTable {
  preview(limit: number): TableData | Promise<TableData>;
  rows(): Promise<readonly Row[]>;
  schema?(): Promise<Schema>;
  /** The table of its first rows. */
  limit?(count: number): LazyTable;
  /** The table with columns added or replaced, by SQL expressions. */
  derive?(columns: Readonly<Record<string, string>>): LazyTable;
  /** Rows that agree in these columns, of which aggregates such as `mean(delay)` are worked out. */
  groupBy?(...columns: readonly string[]): { aggregate(aggregates: Readonly<Record<string, string>>): LazyTable };
}

/** Names of a table's columns, and their types in SQL. */
export type Schema = readonly { readonly name: string; readonly type: string }[];

export type Row = Readonly<Record<string, unknown>>;

const MAX_ROWS = 1_000;
const MAX_COLUMNS = 200;
const MAX_CELL = 1_000;
const TEXT_ROWS = 20;

/**
 * Rows, or a lazy table, as a table.
 * @param options `limit`: how many rows are sent to the page (1,000)
 * @example
 * tableView(flights, { limit: 20_000 })
 */
export function tableView(data: readonly Row[] | object, options: { readonly limit?: number } = {}): Displayable {
  const limit = Math.max(0, options.limit ?? MAX_ROWS);
  return new Displayable('Table', async () =>
    tableOutput(isTable(data) ? await data.preview(limit) : rowsTable(data as readonly Row[], limit)),
  );
}

/** Whether `value` is a lazy table. */
export function isTable(value: unknown): value is LazyTable {
  return typeof value === 'object' && value !== null && !types.isProxy(value) && TABLE in value;
}

/** Whether `value` reads as a table: a list of plain objects that largely have the same keys. */
export function isTableLike(value: unknown): value is readonly Row[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const sample = value.slice(0, MAX_ROWS);
  if (!sample.every(isRow)) return false;
  const columns = columnNames(sample);
  const cells = sample.reduce((sum, row) => sum + Object.keys(row).length, 0);
  return columns.length > 0 && columns.length <= MAX_COLUMNS && cells >= (columns.length * sample.length) / 2;
}

/** The first rows as they are shown; getters are not called. */
export function rowsTable(rows: readonly Row[], limit = MAX_ROWS): TableData {
  const shown = rows.slice(0, limit);
  const names = columnNames(shown);
  const wholeDays = names.map((name) => shown.every((row) => !isTimeOfDay(ownValue(row, name))));
  return {
    columns: names.map((name) => ({ name, type: columnType(shown, name) })),
    rows: shown.map((row) => names.map((name, i) => cell(ownValue(row, name), wholeDays[i]!))),
    rowCount: rows.length,
  };
}

/** A table as an output, its first rows as text beside it. */
export function tableOutput(table: TableData): Output {
  return {
    items: [
      { mime: MIME.table, data: table },
      { mime: MIME.text, data: tableText(table) },
    ],
  };
}

function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function columnNames(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function columnType(rows: readonly Row[], name: string): string {
  const found = new Set(rows.map((row) => typeName(ownValue(row, name))));
  found.delete('null');
  return found.size === 1 ? [...found][0]! : found.size === 0 ? 'null' : [...found].sort().join(' or ');
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (types.isDate(value)) return 'date';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

function ownValue(row: Row, name: string): unknown {
  return Object.getOwnPropertyDescriptor(row, name)?.value;
}

function cell(value: unknown, wholeDays: boolean): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (types.isDate(value)) return dateText(value, wholeDays);
  const text = typeof value === 'string' ? value : inspectCell(value);
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL)}…` : text;
}

function inspectCell(value: unknown): string {
  try {
    return inspect(value, {
      breakLength: Number.POSITIVE_INFINITY,
      depth: 1,
      maxArrayLength: 10,
      maxStringLength: 200,
    });
  } catch {
    return '(cannot be read)';
  }
}

/** In UTC, as tables of the database show it; days alone where no row has a time of day. */
function dateText(date: Date, wholeDays: boolean): string {
  if (Number.isNaN(date.getTime())) return 'Invalid Date';
  const text = date.toISOString();
  return wholeDays ? text.slice(0, text.indexOf('T')) : text.replace('T', ' ').replace(/(\.000)?Z$/, '');
}

function isTimeOfDay(value: unknown): boolean {
  return types.isDate(value) && value.getTime() % 86_400_000 !== 0;
}

function tableText(table: TableData): string {
  const shown = table.rows.slice(0, TEXT_ROWS).map((row) => row.map(textCell));
  const widths = table.columns.map((column, i) => Math.max(column.name.length, ...shown.map((row) => row[i]!.length)));
  const numeric = table.columns.map((_, i) => table.rows.some((row) => typeof row[i] === 'number'));
  const line = (cells: readonly string[]) =>
    cells
      .map((text, i) => (numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  const lines = [
    line(table.columns.map((column) => column.name)),
    ...shown.map(line),
    countText(shown.length, table.rowCount),
  ];
  return lines.join('\n');
}

/** What adding up decimals leaves behind lies beyond. */
const DIGITS = 12;

function textCell(value: string | number | boolean | null): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(DIGITS)));
  const text = value === null ? '' : String(value).replaceAll(/\s+/g, ' ');
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function countText(shown: number, total: number | null): string {
  if (total === 0) return 'No rows';
  if (total === null) return `first ${formatCount(shown, 'row')}`;
  return total > shown ? `${shown.toLocaleString('en-US')} of ${formatCount(total, 'row')}` : formatCount(total, 'row');
}
