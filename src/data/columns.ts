import { collector } from '../base/collector.ts';
import { type RowMaker, rowMaker } from '../base/rowMaker.ts';
import { inStretches, Pace } from './pace.ts';

/** From so many rows on, making code for them takes less time than it saves. */
const MANY_ROWS = 1_000;
/** Rows that are made between two chances for others, and values after which the new rows are collected. */
const STRETCH = 512;
const VALUES_AT_A_TIME = 100_000;

type Reader = (row: number) => unknown;

/** The arrays that hold numbers. Whole numbers beyond 2^53 come as 64-bit integers, never rounded. */
export type NumberArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** What a column is called, and its type in DuckDB's words (`BIGINT`, `VARCHAR`, `TIMESTAMP`, …). */
export interface Field {
  readonly name: string;
  readonly type: string;
}

/** One column in full. Where a row has no value, what stands in the array means nothing. */
export type Column = Field & {
  /** Bit `row & 7` of byte `row >> 3` is set where the row has a value; null when every row has one. */
  readonly validity: Uint8Array | null;
} & ColumnValues;

export type ColumnValues =
  | { readonly kind: 'number'; readonly values: NumberArray }
  /** 0 or 1. */
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  /** Milliseconds since 1970 in UTC; dates are midnight in UTC. */
  | { readonly kind: 'date'; readonly values: Float64Array }
  /** Each row's text is `dictionary[codes[row]]`. */
  | { readonly kind: 'string'; readonly codes: Uint32Array; readonly dictionary: readonly string[] }
  /** Lists, structures, bytes and what else has no array of its own. */
  | { readonly kind: 'other'; readonly values: readonly unknown[] };

/** A table's content, column by column. */
export interface Columns {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

/** Whether `row` has a value. */
function hasValue(column: Column, row: number): boolean {
  return column.validity === null || (column.validity[row >> 3]! & (1 << (row & 7))) !== 0;
}

/** A function from a row's number to the column's value there as JavaScript has it: null, or a number, text, Date, … */
export function reader(column: Column): (row: number) => unknown {
  const read = valueReader(column);
  return column.validity === null ? read : (row) => (hasValue(column, row) ? read(row) : null);
}

/** The rows as plain objects. */
export function toRows({ rowCount, columns }: Columns): Record<string, unknown>[] {
  const rows = new Array<Record<string, unknown>>(rowCount); // one that grows would stand still each time
  makerFor(columns, rowCount)(rows, 0, rowCount);
  return rows;
}

/**
 * The same for many rows: with turns for everything else. As all the rows stay, V8's collector would find ever more of them
 * alive, and stand still for 40 to 80 ms at a time; asked often, it takes 5.
 */
export async function rowsInTurns({ rowCount, columns }: Columns): Promise<Record<string, unknown>[]> {
  const rows = new Array<Record<string, unknown>>(rowCount);
  const make = makerFor(columns, rowCount);
  const every = Math.max(1, Math.floor(VALUES_AT_A_TIME / STRETCH / columns.length)) * STRETCH;
  const makeSome = (start: number, end: number) => {
    make(rows, start, end);
    if (end % every === 0) collector()({ type: 'minor' });
  };
  await inStretches(rowCount, new Pace(), makeSome, STRETCH);
  return rows;
}

/** Makes the rows `start … end` of a list. */
function makerFor(columns: readonly Column[], count: number) {
  const names = columns.map(({ name }) => name);
  const readers = columns.map(reader);
  const make = (count >= MANY_ROWS && rowMaker<Reader>(names, 'call')) || slowly(names);
  return (rows: object[], start: number, end: number) => make(readers, rows, start, end);
}

function slowly(names: readonly string[]): RowMaker<Reader> {
  return (readers, rows, start, end) => {
    for (let row = start; row < end; row++)
      rows[row] = Object.fromEntries(names.map((name, at) => [name, readers[at]!(row)]));
  };
}

/** The same columns with content of their own. */
export function copyOf({ columns, rowCount }: Columns): Columns {
  return { rowCount, columns: columns.map(copyColumn) };
}

/** How many bytes columns take in memory, roughly. */
export function sizeOf({ columns }: Columns): number {
  const bytes = columns.reduce((sum, column) => {
    if (column.kind === 'string') {
      const step = Math.ceil(column.dictionary.length / 1_000);
      const sample = column.dictionary.filter((_, index) => index % step === 0);
      const mean = sample.reduce((length, text) => length + text.length, 0) / Math.max(1, sample.length);
      return sum + column.codes.byteLength + column.dictionary.length * (24 + mean);
    }
    return sum + (ArrayBuffer.isView(column.values) ? column.values.byteLength : column.values.length * 100);
  }, 0);
  return Math.ceil(bytes);
}

function copyColumn(column: Column): Column {
  const validity = column.validity?.slice() ?? null;
  switch (column.kind) {
    case 'string':
      return { ...column, validity, codes: column.codes.slice() };
    case 'other':
      return { ...column, validity, values: structuredClone(column.values) };
    case 'number':
      return { ...column, validity, values: column.values.slice() };
    case 'boolean':
      return { ...column, validity, values: column.values.slice() };
    case 'date':
      return { ...column, validity, values: column.values.slice() };
  }
}

function valueReader(column: Column): (row: number) => unknown {
  switch (column.kind) {
    case 'number': {
      const { values } = column;
      if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return (row) => values[row];
      return (row) => narrowed(values[row]!);
    }
    case 'boolean':
      return (row) => column.values[row] !== 0;
    case 'date':
      return (row) => new Date(column.values[row]!);
    case 'string':
      return (row) => column.dictionary[column.codes[row]!];
    case 'other':
      return (row) => column.values[row];
  }
}

/** A whole number as a number where that loses nothing, else as it is. */
export function narrowed(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
