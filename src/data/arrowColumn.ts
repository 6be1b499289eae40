import type { Data, DataType, Decimal, Field, Int, StructRow, Timestamp, Vector } from 'apache-arrow';
import { UserError } from '../base/errors.ts';
import { castTo, type TextColumn } from './textRows.ts';

type Arrow = typeof import('apache-arrow');

/** A column of an Arrow file: what DuckDB makes of its text, and how a record batch's values become text. */
export interface ArrowColumn extends TextColumn {
  readonly reader: (data: Data) => (row: number) => string | null;
}

/** Units of time by their number in Arrow, from seconds to nanoseconds: how many make a second. */
const PER_SECOND = [1n, 1_000n, 1_000_000n, 1_000_000_000n];

/** How a column is brought over without loss; what has no exact counterpart is refused. */
export function arrowColumn({ name, type }: Field, path: string, arrow: Arrow): ArrowColumn {
  const { DataType } = arrow;
  const values = (cast: string, toText: (value: unknown) => string = String) =>
    byValue(castTo(name, cast), toText, arrow);
  if (DataType.isDictionary(type)) {
    const inner = arrowColumn(new arrow.Field(name, type.dictionary as DataType), path, arrow);
    return { ...inner, reader: (data) => dictionaryReader(data, inner) };
  }
  if (DataType.isNull(type)) return values('VARCHAR');
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return values('VARCHAR');
  if (DataType.isBool(type)) return values('BOOLEAN');
  if (DataType.isInt(type)) return values(integerType(type));
  if (DataType.isFloat(type)) return values(type.precision === arrow.Precision.DOUBLE ? 'DOUBLE' : 'FLOAT', numberText);
  if (DataType.isDecimal(type) && type.precision <= 38) return decimalColumn(name, type, arrow);
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type)) {
    const column = { name, sql: (text: string) => `from_hex(${text})` };
    return byValue(column, (bytes) => Buffer.from(bytes as Uint8Array).toString('hex'), arrow);
  }
  if (DataType.isDate(type))
    return byRaw({ name, sql: (text) => `DATE '1970-01-01' + CAST(${text} AS INTEGER)` }, (raw) =>
      String(type.unit === arrow.DateUnit.DAY ? raw : BigInt(raw) / 86_400_000n),
    );
  if (DataType.isTimestamp(type)) return timestampColumn(name, type);
  if (DataType.isTime(type)) {
    const column = {
      name,
      sql: (text: string) => `CAST(TIME '00:00:00' + to_microseconds(CAST(${text} AS BIGINT)) AS TIME)`,
    };
    return byRaw(column, (raw) => String((BigInt(raw) * 1_000_000n) / PER_SECOND[type.unit]!));
  }
  const nested = nestedType(type, arrow);
  if (nested)
    return byValue(
      { name, sql: (text) => `CAST(CAST(${text} AS JSON) AS ${nested})` },
      (value) => jsonText(value, arrow),
      arrow,
    );
  throw new UserError(
    `${path}: the column "${name}" is of the type ${type}, which is not read from Arrow files. Write it as Parquet.`,
  );
}

function byValue(column: TextColumn, toText: (value: unknown) => string, arrow: Arrow): ArrowColumn {
  return {
    ...column,
    reader: (data) => {
      const vector: Vector = arrow.makeVector(data);
      return (row) => {
        const value: unknown = vector.get(row);
        return value === null ? null : toText(value);
      };
    },
  };
}

/** For values that Arrow's own reader would round. */
function byRaw(column: TextColumn, toText: (raw: number | bigint) => string): ArrowColumn {
  return {
    ...column,
    reader: (data) => (row) => (data.getValid(row) ? toText((data.values as ArrayLike<number | bigint>)[row]!) : null),
  };
}

function dictionaryReader(data: Data, inner: ArrowColumn): (row: number) => string | null {
  const readers = data.dictionary!.data.map((chunk) => ({ read: inner.reader(chunk), length: chunk.length }));
  const keys = data.values as ArrayLike<number | bigint>;
  return (row) => {
    if (!data.getValid(row)) return null;
    let key = Number(keys[row]);
    for (const { read, length } of readers) {
      if (key < length) return read(key);
      key -= length;
    }
    return null;
  };
}

function integerType({ bitWidth, isSigned }: Int): string {
  const width = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' }[bitWidth];
  return `${isSigned ? '' : 'U'}${width}`;
}

function timestampColumn(name: string, { unit, timezone }: Timestamp): ArrowColumn {
  const perSecond = PER_SECOND[unit]!;
  const isFine = perSecond > 1_000_000n; // DuckDB has such only without a zone: it then stands in UTC
  const made = (text: string) =>
    isFine ? `make_timestamp_ns(CAST(${text} AS BIGINT))` : `make_timestamp(CAST(${text} AS BIGINT))`;
  const sql = timezone && !isFine ? (text: string) => `${made(text)} AT TIME ZONE 'UTC'` : made;
  return byRaw({ name, sql }, (raw) => String(isFine ? raw : (BigInt(raw) * 1_000_000n) / perSecond));
}

function decimalColumn(name: string, { precision, scale }: Decimal, arrow: Arrow): ArrowColumn {
  return byValue(
    castTo(name, `DECIMAL(${precision}, ${scale})`),
    (words) => decimalText(words as Uint32Array, scale),
    arrow,
  );
}

/** A number of 128 bits, lowest word first, with its point. */
function decimalText(words: Uint32Array, scale: number): string {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const integer = BigInt.asIntN(words.length * 32, unsigned);
  const digits = String(integer < 0n ? -integer : integer).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${integer < 0n ? '-' : ''}${digits.slice(0, point)}${scale ? `.${digits.slice(point)}` : ''}`;
}

/** The type of lists and structures of numbers, booleans and text; null for others. */
function nestedType(type: DataType, arrow: Arrow): string | null {
  const { DataType } = arrow;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return 'VARCHAR';
  if (DataType.isBool(type)) return 'BOOLEAN';
  if (DataType.isInt(type)) return integerType(type);
  if (DataType.isFloat(type)) return type.precision === arrow.Precision.DOUBLE ? 'DOUBLE' : 'FLOAT';
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const inner = nestedType((type.children[0] as Field).type, arrow);
    return inner && `${inner}[]`;
  }
  if (!DataType.isStruct(type)) return null;
  const fields = (type.children as readonly Field[]).map(
    (field) => [field.name, nestedType(field.type, arrow)] as const,
  );
  if (fields.some(([, inner]) => inner === null)) return null;
  return `STRUCT(${fields.map(([name, inner]) => `"${name.replaceAll('"', '""')}" ${inner}`).join(', ')})`;
}

function numberText(value: unknown): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Lists and structures as JSON; whole numbers of any size stand as they are, odd numbers as text. */
function jsonText(value: unknown, arrow: Arrow): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : `"${value}"`;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof arrow.Vector) return `[${Array.from(value, (item) => jsonText(item, arrow)).join(',')}]`;
  const fields = Object.entries((value as StructRow).toJSON()); // the only other thing that is nested
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${jsonText(field, arrow)}`).join(',')}}`;
}
