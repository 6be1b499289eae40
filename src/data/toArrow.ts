import type { Data, DataType, Vector } from 'apache-arrow';
import type { Column, Columns, NumberArray } from './columns.ts';
import { reader } from './columns.ts';
import { decimalUnits } from './decimal.ts';
import { Pace } from './pace.ts';

type Arrow = typeof import('apache-arrow');

/** Columns as the bytes of an Arrow stream (IPC), which `tableFromIPC` of any Arrow library reads. */
export async function toArrow({ columns, rowCount }: Columns, form: 'stream' | 'file' = 'stream'): Promise<Uint8Array> {
  const arrow = await import('apache-arrow');
  const pace = new Pace();
  const vectors: Record<string, Vector> = {};
  for (const column of columns) {
    vectors[column.name] = vectorOf(column, rowCount, arrow);
    await pace.turn();
  }
  return arrow.tableToIPC(new arrow.Table(vectors), form);
}

function vectorOf(column: Column, length: number, arrow: Arrow): Vector {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(column.type);
  if (decimal) return decimalVector(column, length, Number(decimal[1]), Number(decimal[2]), arrow);
  const make = (type: DataType, data: unknown) =>
    arrow.makeVector(
      arrow.makeData({ type, length, data, nullBitmap: column.validity ?? undefined } as never) as Data, // its overloads want each type apart
    );
  switch (column.kind) {
    case 'number':
      return numberVector(column.type, column.values, make, arrow);
    case 'boolean':
      return make(new arrow.Bool(), bits(column.values));
    case 'date':
      return dateVector(column.type, column.values, make, arrow);
    case 'string': {
      const dictionary = arrow.vectorFromArray(column.dictionary, new arrow.Utf8());
      const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Uint32());
      const nullBitmap = column.validity ?? undefined;
      return arrow.makeVector(arrow.makeData({ type, length, data: column.codes, dictionary, nullBitmap }));
    }
    case 'other': {
      const read = reader(column);
      return arrow.vectorFromArray(Array.from({ length }, (_, row) => arrowValue(read(row))));
    }
  }
}

type Make = (type: DataType, data: unknown) => Vector;

function numberVector(type: string, values: NumberArray, make: Make, arrow: Arrow): Vector {
  switch (type) {
    case 'TINYINT':
      return make(new arrow.Int8(), Int8Array.from(values, Number));
    case 'SMALLINT':
      return make(new arrow.Int16(), Int16Array.from(values, Number));
    case 'INTEGER':
      return make(new arrow.Int32(), Int32Array.from(values, Number));
    case 'BIGINT':
      return make(new arrow.Int64(), values instanceof BigInt64Array ? values : wide(values as Float64Array)); // one of these
    case 'UTINYINT':
      return make(new arrow.Uint8(), Uint8Array.from(values, Number));
    case 'USMALLINT':
      return make(new arrow.Uint16(), Uint16Array.from(values, Number));
    case 'UINTEGER':
      return make(new arrow.Uint32(), Uint32Array.from(values, Number));
    case 'UBIGINT':
      return make(
        new arrow.Uint64(),
        values instanceof BigUint64Array ? values : new BigUint64Array(wide(values as Float64Array).buffer),
      );
    case 'FLOAT':
      return make(new arrow.Float32(), Float32Array.from(values, Number));
    default:
      return make(new arrow.Float64(), Float64Array.from(values, Number));
  }
}

function dateVector(type: string, values: Float64Array, make: Make, arrow: Arrow): Vector {
  if (type === 'DATE')
    return make(
      new arrow.DateDay(),
      Int32Array.from(values, (ms) => ms / 86_400_000),
    );
  const zone = type.includes('WITH TIME ZONE') ? 'UTC' : null;
  const micros = values.map((ms) => (Number.isFinite(ms) ? Math.round(ms * 1_000) : 0));
  return make(new arrow.TimestampMicrosecond(zone), wide(micros));
}

/** Whole numbers as 64-bit integers, put together from halves, which is many times faster than through BigInt. */
function wide(values: Float64Array): BigInt64Array<ArrayBuffer> {
  const halves = new Int32Array(values.length * 2);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const high = Math.floor(value / 2 ** 32);
    halves[2 * row] = value - high * 2 ** 32;
    halves[2 * row + 1] = high;
  }
  return new BigInt64Array(halves.buffer);
}

function decimalVector(column: Column, length: number, precision: number, scale: number, arrow: Arrow): Vector {
  const read = reader(column);
  const words = new BigUint64Array(length * 2);
  for (let row = 0; row < length; row++) {
    const units = decimalUnits((read(row) ?? 0) as number | string, scale); // a decimal is one of these
    words[2 * row] = BigInt.asUintN(64, units);
    words[2 * row + 1] = BigInt.asUintN(64, units >> 64n);
  }
  const type = new arrow.Decimal(scale, precision);
  const nullBitmap = column.validity ?? undefined;
  return arrow.makeVector(arrow.makeData({ type, length, data: new Uint32Array(words.buffer), nullBitmap }));
}

function bits(values: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(values.length / 8));
  for (const [row, value] of values.entries()) if (value) packed[row >> 3]! |= 1 << (row & 7);
  return packed;
}

/** Nested values as Arrow's own builders take them: it has no integers beyond 64 bits, and maps are plain objects there. */
function arrowValue(value: unknown): unknown {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : String(value);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), arrowValue(item)]));
  if (Array.isArray(value)) return value.map(arrowValue);
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, arrowValue(item)]));
}
