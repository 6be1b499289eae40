import type { DuckDBDecimalType, DuckDBEnumType, DuckDBType } from '@duckdb/node-api';
import { decimalText, EXACT_DIGITS } from './decimal.ts';
import { Dictionary } from './dictionary.ts';
import type { DuckDb } from './duckDb.ts';
import { inStretches, type Pace } from './pace.ts';
import type { ColumnContent } from './sink.ts';
import { isSet } from './validityBits.ts';

/** How values of a fixed width become a column. */
export interface FixedKind {
  /** Bytes of one value: reading past a vector's end would crash the process. */
  readonly width: 1 | 2 | 4 | 8;
  finish(bytes: ArrayBuffer, validity: Uint8Array | null, pace: Pace): ColumnContent | Promise<ColumnContent>;
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
      return days();
    case id.TIMESTAMP_S:
      return dates(0.001);
    case id.TIMESTAMP_MS:
      return dates(1);
    case id.TIMESTAMP:
    case id.TIMESTAMP_TZ:
      return dates(1_000);
    case id.TIMESTAMP_NS:
      return {
        width: 8,
        finish: (bytes, validity, pace) => nanoseconds(new BigInt64Array(bytes), validity, pace, api),
      };
    case id.DECIMAL:
      return decimals(type as DuckDBDecimalType); // the type id says which class it is
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
  const finish: FixedKind['finish'] = async (bytes, validity, pace) => {
    const values = await doubles(bytes, array === BigInt64Array, validity, pace);
    return values ? { kind: 'number', values, validity } : { kind: 'number', values: new array(bytes), validity };
  };
  return { width: 8, finish };
}

/** Decimals of up to 15 digits are told apart by doubles; a column with longer ones comes as text, digit for digit. */
function decimals({ width, scale }: DuckDBDecimalType): FixedKind | null {
  if (width > 18) return null;
  const divisor = 10 ** scale;
  if (width <= 9) {
    const array = width <= 4 ? Int16Array : Int32Array;
    const finish: FixedKind['finish'] = async (bytes, validity, pace) => {
      const integers = new array(bytes);
      const values = new Float64Array(integers.length);
      await inStretches(values.length, pace, (start, end) => {
        for (let row = start; row < end; row++) values[row] = integers[row]! / divisor;
      });
      return { kind: 'number', values, validity };
    };
    return { width: width <= 4 ? 2 : 4, finish };
  }
  const finish: FixedKind['finish'] = async (bytes, validity, pace) => {
    const values = await doubles(bytes, true, validity, pace, EXACT_DIGITS);
    if (!values) return decimalTexts(new BigInt64Array(bytes), scale, validity, pace);
    await inStretches(values.length, pace, (start, end) => {
      for (let row = start; row < end; row++) values[row]! /= divisor;
    });
    return { kind: 'number', values, validity };
  };
  return { width: 8, finish };
}

async function decimalTexts(
  integers: BigInt64Array,
  scale: number,
  validity: Uint8Array | null,
  pace: Pace,
): Promise<ColumnContent> {
  const texts = new Dictionary(integers.length);
  await inStretches(integers.length, pace, (start, end) => {
    for (let row = start; row < end; row++)
      if (isSet(validity, row)) texts.set(row, decimalText(integers[row]!, scale));
  });
  return { ...texts.content(), validity };
}

/**
 * 64-bit integers as doubles, put together from halves, which is many times faster than through BigInt; null where one of
 * them is `most` or more from 0.
 */
async function doubles(
  bytes: ArrayBuffer,
  isSigned: boolean,
  validity: Uint8Array | null,
  pace: Pace,
  most = Number.MAX_SAFE_INTEGER + 1,
): Promise<Float64Array<ArrayBuffer> | null> {
  const values = new Float64Array(bytes.byteLength / 8);
  const halves = new Int32Array(bytes); // low half first: DuckDB runs on little-endian machines only
  let survives = true;
  await inStretches(values.length, pace, (start, end) => {
    for (let row = start; survives && row < end; row++) {
      const half = halves[2 * row + 1]!;
      const value = (isSigned ? half : half >>> 0) * 2 ** 32 + (halves[2 * row]! >>> 0);
      if (value < most && value > -most) values[row] = value;
      else if (isSet(validity, row)) survives = false;
    }
  });
  return survives ? values : null;
}

const DAY_MS = 86_400_000;
const INFINITE_DAY = 2 ** 31 - 1;
const INFINITE_NANO = 2n ** 63n - 1n;
const INFINITE_TIME = 2 ** 63; // as a double: no other time comes near

function days(): FixedKind {
  const finish: FixedKind['finish'] = async (bytes, validity, pace) => {
    const days = new Int32Array(bytes);
    const values = new Float64Array(days.length);
    await inStretches(values.length, pace, (start, end) => {
      for (let row = start; row < end; row++) {
        const day = days[row]!;
        values[row] = Math.abs(day) === INFINITE_DAY ? Math.sign(day) * Number.POSITIVE_INFINITY : day * DAY_MS;
      }
    });
    return { kind: 'date', values, validity };
  };
  return { width: 4, finish };
}

function dates(ticksPerMs: number): FixedKind {
  const finish: FixedKind['finish'] = async (bytes, validity, pace) => {
    const values = new Float64Array(bytes.byteLength / 8);
    const halves = new Int32Array(bytes); // as above
    await inStretches(values.length, pace, (start, end) => {
      for (let row = start; row < end; row++) {
        const ticks = halves[2 * row + 1]! * 2 ** 32 + (halves[2 * row]! >>> 0);
        const isInfinite = ticks === INFINITE_TIME || ticks === -INFINITE_TIME;
        values[row] = isInfinite ? ticks * Number.POSITIVE_INFINITY : ticks / ticksPerMs;
      }
    });
    return { kind: 'date', values, validity };
  };
  return { width: 8, finish };
}

/** Nanoseconds become dates where every one of them is a whole microsecond, else text, digit for digit. */
async function nanoseconds(
  nanos: BigInt64Array,
  validity: Uint8Array | null,
  pace: Pace,
  api: DuckDb['api'],
): Promise<ColumnContent> {
  const values = new Float64Array(nanos.length);
  let survives = true;
  await inStretches(nanos.length, pace, (start, end) => {
    for (let row = start; survives && row < end; row++) {
      const nano = nanos[row]!;
      const isInfinite = nano === INFINITE_NANO || nano === -INFINITE_NANO;
      if (isSet(validity, row) && !isInfinite && nano % 1_000n !== 0n) survives = false;
      values[row] = isInfinite ? Number(nano) * Number.POSITIVE_INFINITY : Number(nano / 1_000n) / 1_000;
    }
  });
  if (survives) return { kind: 'date', values, validity };
  const texts = new Dictionary(nanos.length);
  await inStretches(nanos.length, pace, (start, end) => {
    for (let row = start; row < end; row++)
      if (isSet(validity, row)) texts.set(row, String(new api.DuckDBTimestampNanosecondsValue(nanos[row]!)));
  });
  return { ...texts.content(), validity };
}

function codes(type: DuckDBEnumType, byte: number, short: number): FixedKind {
  const [width, array] =
    type.internalTypeId === byte
      ? ([1, Uint8Array] as const)
      : type.internalTypeId === short
        ? ([2, Uint16Array] as const)
        : ([4, Uint32Array] as const);
  const finish: FixedKind['finish'] = (bytes, validity) => {
    return { kind: 'string', codes: new Uint32Array(new array(bytes)), dictionary: type.values, validity };
  };
  return { width, finish };
}
