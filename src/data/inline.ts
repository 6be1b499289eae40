import { createHash } from 'node:crypto';
import { UserError } from '../base/errors.ts';
import type { Column, Columns } from './columns.ts';
import { reader } from './columns.ts';
import { inferType, jsonText } from './inferType.ts';
import type { InlineColumn, InlineData } from './query.ts';

/** Values by row under column names. */
export type ColumnArrays = Readonly<Record<string, readonly unknown[] | TypedArray>>;
export type TypedArray = Exclude<NodeJS.TypedArray, Uint8ClampedArray>;
/** Rows or columns that the program itself holds. */
export type InlineSource = readonly Readonly<Record<string, unknown>>[] | ColumnArrays | Columns;

const TYPED_ARRAYS = new Map<unknown, string>([
  [Int8Array, 'TINYINT'],
  [Int16Array, 'SMALLINT'],
  [Int32Array, 'INTEGER'],
  [Uint8Array, 'UTINYINT'],
  [Uint16Array, 'USMALLINT'],
  [Uint32Array, 'UINTEGER'],
  [Float32Array, 'FLOAT'],
  [Float64Array, 'DOUBLE'],
  [BigInt64Array, 'BIGINT'],
  [BigUint64Array, 'UBIGINT'],
]);

/** A copy of rows or columns, in columns with the type that holds every value as it is. */
export function inlineData(source: InlineSource): InlineData {
  const columns = Array.isArray(source)
    ? fromRows(source)
    : isColumns(source)
      ? fromColumns(source)
      : fromArrays(source as ColumnArrays);
  if (columns.length === 0) throw new UserError('A table needs at least one column; the data given has none.');
  const rowCount = columns[0]!.values.length;
  const uneven = columns.find(({ values }) => values.length !== rowCount);
  if (uneven) {
    const lengths = `"${columns[0]!.name}" has ${rowCount} values, "${uneven.name}" has ${uneven.values.length}`;
    throw new UserError(`All columns of a table need the same number of values: ${lengths}.`);
  }
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  if (names.size < columns.length) {
    throw new UserError(
      'Two columns of the data have the same name but for upper and lower case, which SQL does not tell apart.',
    );
  }
  return { rowCount, columns, digest: digestOf(columns) };
}

/** How many bytes the values take, roughly. */
export function inlineSize({ columns }: InlineData): number {
  return columns.reduce((sum, { values }) => {
    if (ArrayBuffer.isView(values)) return sum + values.byteLength;
    return (
      sum + Array.from(values, (value) => (typeof value === 'string' ? value.length * 2 : 8)).reduce((a, b) => a + b, 0)
    );
  }, 0);
}

function fromRows(rows: readonly Readonly<Record<string, unknown>>[]): InlineColumn[] {
  const names = new Set<string>();
  for (const [index, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null) {
      throw new UserError(`A table is made of objects such as {origin: 'SEA', delay: 3}; item ${index} is not one.`);
    }
    for (const key of Object.keys(row)) names.add(key);
  }
  return [...names].map((name) =>
    inferred(
      name,
      rows.map((row) => row[name]),
    ),
  );
}

function fromArrays(columns: ColumnArrays): InlineColumn[] {
  return Object.entries(columns).map(([name, values]) => {
    if (!Array.isArray(values) && !ArrayBuffer.isView(values)) {
      throw new UserError(`A table is made of arrays, one for each column; "${name}" is not one.`);
    }
    const type = TYPED_ARRAYS.get(values.constructor);
    return type
      ? { name, type, values: (values as TypedArray).slice() }
      : inferred(name, Array.from(values as unknown[]));
  });
}

/** Columns of a table come back as what they were, by the type that they carry. */
function fromColumns({ rowCount, columns }: Columns): InlineColumn[] {
  return columns.map((column: Column) => {
    const read = reader(column.kind === 'date' ? { ...column, kind: 'number' } : column); // a Date would lose microseconds
    const values = Array.from({ length: rowCount }, (_, row) => read(row));
    const { name, type } = column;
    if (!type || type === 'ENUM') return inferred(name, values);
    if (type === 'JSON') return { name, type, values: values.map((value) => jsonText(name, value)) };
    return { name, type: type === '"NULL"' ? 'INTEGER' : type, values };
  });
}

function isColumns(source: object): source is Columns {
  return (
    'rowCount' in source && typeof source.rowCount === 'number' && 'columns' in source && Array.isArray(source.columns)
  );
}

/** The column in the narrowest type that keeps every value as it is. */
function inferred(name: string, values: readonly unknown[]): InlineColumn {
  const type = inferType(name, values);
  if (type === 'JSON') return { name, type, values: values.map((value) => jsonText(name, value)) };
  const isPacked = (type === 'BIGINT' || type === 'DOUBLE') && values.every((value) => typeof value === 'number');
  return { name, type, values: isPacked ? Float64Array.from(values as readonly number[]) : [...values] };
}

function digestOf(columns: readonly InlineColumn[]): string {
  const hash = createHash('sha256');
  for (const { name, type, values } of columns) {
    hash.update(JSON.stringify([name, type, values.length]));
    if (ArrayBuffer.isView(values)) hash.update(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    else hash.update(JSON.stringify(Array.from(values, plain)));
  }
  return hash.digest('hex');
}

/** A value such that different ones differ as JSON. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return { integer: String(value) };
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return { number: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (value instanceof Date) return { date: value.getTime() };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return { map: [...value].map(([key, item]) => [plain(key), plain(item)]) };
  return { object: Object.entries(value).map(([key, item]) => [key, plain(item)]) };
}
