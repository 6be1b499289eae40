import type { TableData } from '../protocol/output.ts';
import { type Column, type Columns, reader } from './columns.ts';

type Cell = TableData['rows'][number][number];

/** Columns as they are shown: `limit` rows at most, of `rowCount` in all. */
export function tableData({ columns, rowCount: found }: Columns, limit: number, rowCount: number | null): TableData {
  const cells = columns.map((column) => cellReader(column));
  const rows = Array.from({ length: Math.min(found, limit) }, (_, row) => cells.map((cell) => cell(row)));
  return { columns: columns.map(({ name, type }) => ({ name, type })), rows, rowCount };
}

function cellReader(column: Column): (row: number) => Cell {
  const read = reader(column);
  return (row) => toCell(read(row), column.type);
}

/** A value as JSON can hold it, or as text. */
function toCell(value: unknown, type: string): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return dateText(value, type);
  return JSON.stringify(value, replaceOdd) ?? String(value);
}

function dateText(date: Date, type: string): string {
  if (Number.isNaN(date.getTime())) return 'infinite';
  const text = date.toISOString();
  return type === 'DATE' ? text.slice(0, text.indexOf('T')) : text.replace('T', ' ').replace(/(\.000)?Z$/, '');
}

function replaceOdd(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}
