import type { DuckDBEnumType, DuckDBType } from '@duckdb/node-api';
import type { DuckDb } from './duckDb.ts';
import type { Chunk, ColumnContent, Sink } from './sink.ts';
import { isSet, ValidityBits } from './validityBits.ts';

/** How values of a fixed width become a column. */
export interface FixedKind {
  /** Bytes of one value: reading past a vector's end would crash the process. */
  readonly width: 1 | 2 | 4 | 8;
  finish(bytes: ArrayBuffer, validity: Uint8Array | null): ColumnContent;
}

/** Copies values of a fixed width out of DuckDB's own memory, a chunk at a time. */
export class FixedSink implements Sink {
  readonly #kind: FixedKind;
  readonly #duckDb: DuckDb;
  readonly #validity = new ValidityBits();
  readonly #parts: Uint8Array[] = [];

  constructor(kind: FixedKind, duckDb: DuckDb) {
    this.#kind = kind;
    this.#duckDb = duckDb;
  }

  append(chunk: Chunk, column: number): void {
    const { bindings } = this.#duckDb;
    const vector = bindings.data_chunk_get_vector(chunk.chunk, column);
    this.#parts.push(bindings.vector_get_data(vector, chunk.rowCount * this.#kind.width).slice());
    this.#validity.append(bindings, vector, chunk.rowCount);
  }

  finish(): ColumnContent {
    const bytes = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.byteLength, 0));
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.byteLength;
    }
    return this.#kind.finish(bytes.buffer, this.#validity.finish());
  }
}

/** The kind that fits a type, or null where values have no fixed width of up to eight bytes. */
export function fixedKind(type: DuckDBType, { api }: DuckDb): FixedKind | null {
  const { DuckDBTypeId: id } = api;
  switch (type.typeId) {
    case id.BOOLEAN:
      return { width: 1, finish: (bytes, validity) => ({ kind: 'boolean', values: new Uint8Array(bytes), validity }) };
    case id.TINYINT:
      return numbers(1, Int8Array);
    case id.SMALLINT:
      return numbers(2, Int16Array);
    case id.INTEGER:
      return numbers(4, Int32Array);
    case id.UTINYINT:
      return numbers(1, Uint8Array);
    case id.USMALLINT:
      return numbers(2, Uint16Array);
    case id.UINTEGER:
      return numbers(4, Uint32Array);
    case id.FLOAT:
      return numbers(4, Float32Array);
    case id.DOUBLE:
      return numbers(8, Float64Array);
    case id.BIGINT:
      return integers(BigInt64Array);
    case id.UBIGINT:
      return integers(BigUint64Array);
    case id.DATE:
      return { width: 4, finish: (bytes, validity) => ({ kind: 'date', values: fromDays(bytes), validity }) };
    case id.TIMESTAMP_S:
      return dates(0.001);
    case id.TIMESTAMP_MS:
      return dates(1);
    case id.TIMESTAMP:
    case id.TIMESTAMP_TZ:
      return dates(1_000);
    case id.TIMESTAMP_NS:
      return dates(1_000_000);
    case id.ENUM:
      return codes(type as DuckDBEnumType, id.UTINYINT, id.USMALLINT); // the type id says which class it is
    default:
      return null;
  }
}

type PlainArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array;

function numbers(width: FixedKind['width'], array: new (bytes: ArrayBuffer) => PlainArray): FixedKind {
  return { width, finish: (bytes, validity) => ({ kind: 'number', values: new array(bytes), validity }) };
}

/** 64-bit integers become doubles where every one of them survives that unchanged. */
function integers(array: new (bytes: ArrayBuffer) => BigInt64Array | BigUint64Array): FixedKind {
  const finish = (bytes: ArrayBuffer, validity: Uint8Array | null): ColumnContent => {
    const values = new Float64Array(bytes.byteLength / 8);
    const read = wideReader(bytes);
    const highest = array === BigUint64Array ? toUnsigned : toSigned;
    for (let row = 0; row < values.length; row++) {
      const integer = read(row, highest);
      if (Number.isSafeInteger(integer)) values[row] = integer;
      else if (isSet(validity, row)) return { kind: 'number', values: new array(bytes), validity };
    }
    return { kind: 'number', values, validity };
  };
  return { width: 8, finish };
}

/** Reads 64-bit integers as doubles, many times faster than through BigInt; beyond 2^53 the result is not exact. */
function wideReader(bytes: ArrayBuffer): (row: number, high: (half: number) => number) => number {
  const halves = new Uint32Array(bytes); // low half first: DuckDB runs on little-endian machines only
  return (row, high) => high(halves[2 * row + 1]!) * 2 ** 32 + halves[2 * row]!;
}

const toSigned = (half: number) => half | 0;
const toUnsigned = (half: number) => half;

const DAY_MS = 86_400_000;
const INFINITE_DAY = 2 ** 31 - 1;
const INFINITE_TIME = 2 ** 63; // as a double: no other time comes near

function fromDays(bytes: ArrayBuffer): Float64Array {
  return Float64Array.from(new Int32Array(bytes), (day) =>
    Math.abs(day) === INFINITE_DAY ? Math.sign(day) * Number.POSITIVE_INFINITY : day * DAY_MS,
  );
}

function dates(ticksPerMs: number): FixedKind {
  const finish = (bytes: ArrayBuffer, validity: Uint8Array | null): ColumnContent => {
    const values = new Float64Array(bytes.byteLength / 8);
    const read = wideReader(bytes);
    for (let row = 0; row < values.length; row++) {
      const ticks = read(row, toSigned);
      values[row] = Math.abs(ticks) === INFINITE_TIME ? ticks * Number.POSITIVE_INFINITY : ticks / ticksPerMs;
    }
    return { kind: 'date', values, validity };
  };
  return { width: 8, finish };
}

function codes(type: DuckDBEnumType, byte: number, short: number): FixedKind {
  const [width, array] =
    type.internalTypeId === byte
      ? ([1, Uint8Array] as const)
      : type.internalTypeId === short
        ? ([2, Uint16Array] as const)
        : ([4, Uint32Array] as const);
  const finish = (bytes: ArrayBuffer, validity: Uint8Array | null): ColumnContent => {
    return { kind: 'string', codes: Uint32Array.from(new array(bytes)), dictionary: type.values, validity };
  };
  return { width, finish };
}
