import type { Column, Columns, ColumnValues } from './columns.ts';
import { conditionTest } from './conditionTest.ts';
import { placeOf, ROWS, readAggregate } from './cubes.ts';
import type { GroupsSpec } from './query.ts';
import { isSet } from './validityBits.ts';

/** From so many rows on, DuckDB is the quicker one. */
const MOST_ROWS = 20_000;

const INTEGERS = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'];
const KEYS = [...INTEGERS, 'VARCHAR', 'ENUM', 'BOOLEAN', 'DATE', 'TIMESTAMP'];
const MEASURES = [...INTEGERS, 'HUGEINT', 'DOUBLE'];

/** A column of plain numbers. */
type Numbers = Column & { readonly kind: 'number'; readonly values: Float64Array };
/** Numbers by group, and whether each has one. */
type Totals = { readonly values: Float64Array; readonly has: readonly boolean[]; readonly of: Numbers };
/** The rows of each group, the groups in their order. */
type Groups = readonly (readonly number[])[];

/**
 * Groups put together from a cube here: DuckDB takes milliseconds to get ready for any question. Null where only DuckDB can
 * tell: columns of other types, sums beyond 2^53.
 */
export function groupsOfCube({ source, keys, aggregates }: GroupsSpec, cube: Columns): Columns | null {
  const column = (name: string) => cube.columns.find((one) => one.name === name)!; // the cube was made with it
  const by = keys.map(column);
  const isKept = by.every(isKey) ? rowsKept(source.filter, cube, column) : null;
  const names = new Set([...keys, ...Object.keys(aggregates)].map((name) => name.toLowerCase()));
  const areDistinct = names.size === keys.length + Object.keys(aggregates).length; // DuckDB tells others apart
  if (!isKept || !areDistinct || cube.rowCount > MOST_ROWS) return null;
  const groups = groupsBy(by, isKept, cube.rowCount);
  const made = Object.entries(aggregates).map(([name, aggregate]) => aggregated(name, aggregate, column, groups));
  if (made.includes(null)) return null;
  const first = groups.map(([row]) => row!); // only without keys has a group no rows
  return { rowCount: groups.length, columns: [...by.map((key) => valuesAt(key, first)), ...(made as Column[])] };
}

function isKey(column: Column): boolean {
  if (!KEYS.includes(column.type) || column.kind === 'other') return false;
  if (column.kind === 'string' && column.type !== 'ENUM')
    return !column.dictionary.some((text) => /[\ud800-\udfff]/.test(text)); // others sort the same everywhere
  return column.kind === 'string' || isPlain(column);
}

function isPlain({ values }: { readonly values: ArrayLike<unknown> }): boolean {
  return !(values instanceof BigInt64Array || values instanceof BigUint64Array);
}

/** Which rows are asked for; null where that cannot be told here. */
function rowsKept(
  filter: GroupsSpec['source']['filter'],
  { rowCount }: Columns,
  column: (name: string) => Column,
): Uint8Array | null {
  const kept = new Uint8Array(rowCount).fill(1);
  if (!filter) return kept;
  if (!filter.conditions) return null; // of a table kept by an earlier version
  for (const [name, condition] of Object.entries(filter.conditions)) {
    const test = isKey(column(name)) ? conditionTest(column(name), condition) : null;
    if (!test) return null;
    for (let row = 0; row < rowCount; row++) if (!test(row)) kept[row] = 0;
  }
  return kept;
}

/** Ordered by one key after the other, what is missing last; without keys there is one group, also of no rows. */
function groupsBy(keys: readonly Column[], isKept: Uint8Array, rowCount: number): Groups {
  const ranks = keys.map((key) => ranksOf(key, rowCount));
  const groups = new Map<string, number[]>();
  if (keys.length === 0) groups.set('', []);
  for (let row = 0; row < rowCount; row++) {
    if (!isKept[row]) continue;
    const place = ranks.map((rank) => String.fromCharCode(rank[row]!)).join('');
    const group = groups.get(place);
    if (group) group.push(row);
    else groups.set(place, [row]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rows]) => rows);
}

/** The place of each row's value among all values; there are fewer than rows, so that one character holds it. */
function ranksOf(column: Column, rowCount: number): Uint16Array {
  const valueAt = (row: number) => {
    if (column.kind !== 'string') return column.values[row] as number; // as a key is
    return column.type === 'ENUM' ? column.codes[row]! : column.dictionary[column.codes[row]!]!;
  };
  const isMissing = (row: number) => !isSet(column.validity, row);
  const ranks = new Map<string | number, number>();
  for (let row = 0; row < rowCount; row++) if (!isMissing(row)) ranks.set(valueAt(row), 0);
  const sorted = [...ranks.keys()].sort((a, b) => (a < b ? -1 : 1));
  for (const [rank, value] of sorted.entries()) ranks.set(value, rank);
  return Uint16Array.from({ length: rowCount }, (_, row) =>
    isMissing(row) ? sorted.length : ranks.get(valueAt(row))!,
  );
}

/** A column's values in some rows. */
function valuesAt(column: Column, rows: readonly number[]): Column {
  const validity = validityOf(rows.map((row) => isSet(column.validity, row)));
  if (column.kind === 'string' && column.type === 'ENUM')
    return { ...column, codes: Uint32Array.from(rows, (row) => column.codes[row]!), validity };
  if (column.kind === 'string') {
    const dictionary = [...new Set(rows.map((row) => column.dictionary[column.codes[row]!] ?? ''))];
    const codes = new Map(dictionary.map((text, code) => [text, code]));
    const codeAt = (row: number) => codes.get(column.dictionary[column.codes[row]!] ?? '')!;
    return { ...column, codes: Uint32Array.from(rows, codeAt), dictionary, validity };
  }
  const values = column.values.slice(0, rows.length) as Float64Array; // or another array of plain numbers
  for (const [at, row] of rows.entries()) values[at] = column.values[row] as number;
  return { ...column, ...({ kind: column.kind, values } as ColumnValues), validity };
}

/** An aggregate of larger groups put together from those of smaller ones, as `partSql` has it. */
function aggregated(name: string, aggregate: string, column: (name: string) => Column, groups: Groups): Column | null {
  if (aggregate === 'count') {
    const rows = totals(column(ROWS), groups, (a, b) => a + b);
    return rows && { name, type: 'BIGINT', kind: 'number', values: rows.values, validity: null };
  }
  const { what, column: of } = readAggregate(aggregate);
  if (what === 'min' || what === 'max') {
    const found = totals(column(placeOf(of, what)), groups, Math[what]);
    if (!found) return null;
    const values = found.of.values.slice(0, groups.length);
    values.set(found.values);
    return { ...found.of, name, values, validity: validityOf(found.has) };
  }
  const sums = totals(column(placeOf(of, 'sum')), groups, (a, b) => a + b);
  if (!sums) return null;
  const validity = validityOf(sums.has);
  if (what === 'sum') {
    const { type } = sums.of;
    if (type === 'DOUBLE' || sums.has.includes(true))
      return { name, type, kind: 'number', values: sums.values, validity };
    return { name, type, kind: 'other', values: sums.has.map(() => null), validity }; // as wide integers come where there are none
  }
  const counts = totals(column(placeOf(of, 'count')), groups, (a, b) => a + b);
  const means = counts && sums.values.map((sum, group) => sum / counts.values[group]!);
  return means && { name, type: 'DOUBLE', kind: 'number', values: means, validity };
}

/** Null where doubles do not hold every step exactly as DuckDB would have it. */
function totals(column: Column, groups: Groups, join: (a: number, b: number) => number): Totals | null {
  if (column.kind !== 'number' || !isPlain(column) || !MEASURES.includes(column.type)) return null;
  const of = column as Numbers; // or of another array of plain numbers
  const isWhole = of.type !== 'DOUBLE';
  const values = new Float64Array(groups.length);
  const has = groups.map(() => false);
  for (const [group, rows] of groups.entries()) {
    for (const row of rows) {
      if (!isSet(of.validity, row)) continue;
      const value = has[group] ? join(values[group]!, of.values[row]!) : of.values[row]!;
      if (isWhole ? !Number.isSafeInteger(value) : !Number.isFinite(value)) return null;
      values[group] = value;
      has[group] = true;
    }
  }
  return { values, has, of };
}

function validityOf(has: readonly boolean[]): Uint8Array | null {
  if (!has.includes(false)) return null;
  const bits = new Uint8Array(Math.ceil(has.length / 8));
  for (const [row, value] of has.entries()) if (value) bits[row >> 3]! |= 1 << (row & 7);
  return bits;
}
