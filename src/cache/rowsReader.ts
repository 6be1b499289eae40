import { rowMaker } from '../base/rowMaker.ts';
import type { ByteReader } from './byteReader.ts';
import { columnKind, integerKinds } from './codecFormat.ts';
import { NotDecodable } from './notDecodable.ts';

type Column = ArrayLike<unknown>;

const fewRows = 1000; // below which making code takes longer than it saves

/** Reads a column of `count` values that `writeColumn` wrote; `value` reads one by itself. */
export function readColumn(bytes: ByteReader, count: number, value: () => unknown): Column {
  const kind = bytes.byte();
  switch (kind) {
    case columnKind.mixed:
      return Array.from({ length: count }, value);
    case columnKind.integers:
      return readIntegers(bytes, count);
    case columnKind.doubles:
      return new Float64Array(bytes.bytes(count * 8));
    case columnKind.booleans:
      return readBooleans(bytes, count);
    case columnKind.words:
      return readWords(bytes, count);
    case columnKind.texts:
      return readTexts(bytes, count);
    case columnKind.gaps:
      return readGaps(bytes, count, value);
    default:
      throw new NotDecodable(`The kind ${kind} of a column is unknown.`);
  }
}

/** Rows that have `names` in this order, from the values of each. */
export function makeRows(names: readonly string[], columns: readonly Column[], count: number): object[] {
  if (names.includes('__proto__')) throw new NotDecodable('Rows have no prototype of their own.');
  const make = count < fewRows ? null : rowMaker<Column>(names, 'index');
  if (make) {
    const rows = new Array<object>(count);
    make(columns, rows, 0, count);
    return rows;
  }
  return Array.from({ length: count }, (_, at) =>
    Object.fromEntries(names.map((name, column) => [name, columns[column]![at]])),
  );
}

function readIntegers(bytes: ByteReader, count: number): ArrayLike<number> {
  const kind = integerKinds[bytes.byte()];
  if (!kind) throw new NotDecodable('The kind of integers is unknown.');
  return new kind.array(bytes.bytes(count * kind.array.BYTES_PER_ELEMENT));
}

function readBooleans(bytes: ByteReader, count: number): Column {
  const bits = new Uint8Array(bytes.bytes(count));
  const column: boolean[] = new Array(count);
  for (let at = 0; at < count; at++) column[at] = bits[at] === 1;
  return column;
}

function readWords(bytes: ByteReader, count: number): Column {
  const words = Array.from({ length: bytes.count() }, () => bytes.string());
  const numbers = readIntegers(bytes, count);
  const column: (string | undefined)[] = new Array(count);
  for (let at = 0; at < count; at++) column[at] = words[numbers[at]!];
  return column;
}

/** Slices of one text, which is far quicker than making each by itself. */
function readTexts(bytes: ByteReader, count: number): Column {
  const lengths = readIntegers(bytes, count);
  const text = bytes.string();
  const column: string[] = new Array(count);
  for (let at = 0, end = 0; at < count; at++) {
    const start = end;
    end += lengths[at]!;
    column[at] = text.slice(start, end);
  }
  return column;
}

function readGaps(bytes: ByteReader, count: number, value: () => unknown): Column {
  const gaps = new Uint8Array(bytes.bytes(count));
  let size = 0;
  for (const gap of gaps) if (gap === 0) size += 1;
  const there = readColumn(bytes, size, value);
  const column: unknown[] = new Array(count);
  for (let at = 0, next = 0; at < count; at++)
    column[at] = gaps[at] === 0 ? there[next++] : gaps[at] === 1 ? null : undefined;
  return column;
}
