import { types } from 'node:util';
import type { ByteWriter } from './byteWriter.ts';
import { columnKind, integerKinds } from './codecFormat.ts';
import { sameNames } from './shapes.ts';

/** Rows of a table, column by column. */
export interface Rows {
  readonly names: readonly string[];
  readonly columns: readonly Column[];
}

/** Values under one name, and what there is among them, as bits of `met`. */
export interface Column {
  readonly values: unknown[];
  met: number;
}

const met = { integer: 1, double: 2, text: 4, boolean: 8, gap: 16 } as const;
const fewest = 100; // rows; fewer gain nothing
const most = 1000; // columns
const longestText = 2 ** 28; // which an engine can hold

/** The columns of an array that holds nothing but plain objects made alike, of plain values; null for any other. */
export function rowsIn(array: readonly unknown[]): Rows | null {
  const [first] = array;
  if (array.length < fewest || typeof first !== 'object' || first === null || types.isProxy(first)) return null;
  const names = Object.getOwnPropertyNames(first);
  if (names.length === 0 || names.length > most || names.includes('__proto__')) return null;
  const columns = names.map((): Column => ({ values: new Array(array.length), met: 0 }));
  for (let index = 0; index < array.length; index++) if (!addRow(array[index], index, names, columns)) return null;
  return { names, columns };
}

function addRow(row: unknown, index: number, names: readonly string[], columns: readonly Column[]): boolean {
  if (typeof row !== 'object' || row === null || types.isProxy(row)) return false;
  if (Object.getPrototypeOf(row) !== Object.prototype || Object.getOwnPropertySymbols(row).length > 0) return false;
  if (!sameNames(Object.getOwnPropertyNames(row), names)) return false;
  for (let at = 0; at < names.length; at++) {
    const property = Object.getOwnPropertyDescriptor(row, names[at]!)!;
    const bit = property.enumerable && 'value' in property ? bitOf(property.value) : 0;
    if (bit === 0) return false;
    const column = columns[at]!;
    column.values[index] = property.value;
    column.met |= bit;
  }
  return true;
}

function bitOf(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return (value | 0) === value && !Object.is(value, -0) ? met.integer : met.double;
    case 'string':
      return met.text;
    case 'boolean':
      return met.boolean;
    default:
      return value === undefined || value === null ? met.gap : 0;
  }
}

/** Writes a column in the form that its values allow; `value` writes one by itself. */
export function writeColumn(out: ByteWriter, column: Column, value: (value: unknown) => void): void {
  const { values } = column;
  if (column.met === met.integer) writeNumbers(out, columnKind.integers, values as number[]);
  else if (column.met <= (met.integer | met.double)) writeNumbers(out, columnKind.doubles, values as number[]);
  else if (column.met === met.text) writeTexts(out, values as string[]);
  else if (column.met === met.boolean) writeBooleans(out, values);
  else if (column.met > met.gap) writeGaps(out, column, value);
  else {
    out.byte(columnKind.mixed);
    for (const each of values) value(each);
  }
}

function writeGaps(out: ByteWriter, column: Column, value: (value: unknown) => void): void {
  const gaps = new Uint8Array(column.values.length);
  const values: unknown[] = [];
  for (const [at, each] of column.values.entries()) {
    if (each === null) gaps[at] = 1;
    else if (each === undefined) gaps[at] = 2;
    else values.push(each);
  }
  out.byte(columnKind.gaps);
  out.bytes(gaps);
  writeColumn(out, { values, met: column.met & ~met.gap }, value);
}

function writeNumbers(out: ByteWriter, kind: number, numbers: readonly number[]): void {
  out.byte(kind);
  if (kind === columnKind.integers) {
    writeIntegers(out, numbers);
    return;
  }
  const doubles = new Float64Array(numbers.length);
  for (let at = 0; at < doubles.length; at++) doubles[at] = Number.isNaN(numbers[at]) ? Number.NaN : numbers[at]!; // one of many NaNs
  out.bytes(new Uint8Array(doubles.buffer));
}

function writeBooleans(out: ByteWriter, values: readonly unknown[]): void {
  const bits = new Uint8Array(values.length);
  for (let at = 0; at < bits.length; at++) bits[at] = values[at] === true ? 1 : 0;
  out.byte(columnKind.booleans);
  out.bytes(bits);
}

/** Writes integers of 32 bits in the smallest form that holds them all. */
function writeIntegers(out: ByteWriter, integers: readonly number[]): void {
  let [least, greatest] = [0, 0];
  for (const integer of integers) {
    if (integer < least) least = integer;
    else if (integer > greatest) greatest = integer;
  }
  const kind = integerKinds.findIndex(({ range: [from, to] }) => least >= from && greatest <= to);
  const array = new integerKinds[kind]!.array(integers.length);
  array.set(integers);
  out.byte(kind);
  out.bytes(new Uint8Array(array.buffer));
}

function writeTexts(out: ByteWriter, texts: readonly string[]): void {
  const words = wordsIn(texts);
  if (words) {
    out.byte(columnKind.words);
    out.varint(words.size);
    for (const word of words.keys()) out.string(word);
    const numbers = texts.map((text) => words.get(text)!);
    writeIntegers(out, numbers);
    return;
  }
  const lengths: number[] = new Array(texts.length);
  let length = 0;
  for (const [at, text] of texts.entries()) {
    lengths[at] = text.length;
    length += text.length;
  }
  const isShort = length <= longestText;
  out.byte(isShort ? columnKind.texts : columnKind.mixed);
  if (isShort) writeIntegers(out, lengths);
  for (const text of isShort ? [texts.join('')] : texts) out.string(text);
}

/** Texts with their numbers in the order in which they are met, as long as few of those met are new. */
function wordsIn(texts: readonly string[]): ReadonlyMap<string, number> | null {
  const words = new Map<string, number>();
  for (const [seen, text] of texts.entries()) {
    if (words.has(text)) continue;
    words.set(text, words.size);
    if (words.size > Math.max(100, seen / 4)) return null;
  }
  return words;
}
