import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Filter, filterSql } from '../../src/data/filter.ts';
import type { Table } from '../../src/data/table.ts';
import { type DataFolder, dataFolder } from './dataFolder.ts';

type Row = { id: number; n: number | null; 'odd "name"': string | null };

let data: DataFolder;
let table: Table<Row>;
const rows: Row[] = [null, -1, 0, 1, 2.5].flatMap((n, i) =>
  [null, '', "it's", 'b', '$1'].map((text, j) => ({ id: i * 5 + j, n, 'odd "name"': text })),
);

beforeAll(async () => {
  data = await dataFolder();
  table = await data.load<Row>(rows);
});
afterAll(() => data.remove());

async function ids(filter: Filter<Row>): Promise<number[]> {
  return (await table.where(filter).rows()).map(({ id }) => id);
}

const idsWhere = (test: (row: Row) => boolean) => rows.filter(test).map(({ id }) => id);

test('a value, several values, a range and null each select what JavaScript would', async () => {
  expect(await ids({ n: 1 })).toEqual(idsWhere(({ n }) => n === 1));
  expect(await ids({ n: [0, 2.5, null] })).toEqual(idsWhere(({ n }) => n === 0 || n === 2.5 || n === null));
  expect(await ids({ n: { min: 0, max: 1 } })).toEqual(idsWhere(({ n }) => n !== null && n >= 0 && n <= 1));
  expect(await ids({ n: { min: 1, max: null } })).toEqual(idsWhere(({ n }) => n !== null && n >= 1));
  expect(await ids({ n: { min: null } })).toEqual(idsWhere(() => true));
  expect(await ids({ n: { max: -1 } })).toEqual(idsWhere(({ n }) => n === -1));
  expect(await ids({ n: null })).toEqual(idsWhere(({ n }) => n === null));
  expect(await ids({ n: [] })).toEqual([]);
  expect(await ids({})).toEqual(rows.map(({ id }) => id));
});

test('conditions on several columns must all hold, whatever stands in names and values', async () => {
  expect(await ids({ n: 0, 'odd "name"': ["it's", '$1'] })).toEqual(
    idsWhere((row) => row.n === 0 && ["it's", '$1'].includes(row['odd "name"']!)),
  );
});

test('a condition and its opposite part the rows in two', async () => {
  const number = fc.constantFrom(-1, 0, 1, 2.5, 7);
  const match = fc.oneof(
    number,
    fc.constant(null),
    fc.array(fc.option(number), { maxLength: 3 }),
    fc.record({ min: number, max: number }),
    fc.record({ min: number }),
  );
  await fc.assert(
    fc.asyncProperty(match, async (condition) => {
      const [inside, outside] = [await ids({ n: condition }), await ids({ n: { not: condition } })];
      expect([...inside, ...outside].sort((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
    }),
    { numRuns: 40 },
  );
});

test('values are bound and never part of the text', () => {
  const hostile = "'; DROP TABLE x; --";
  const { texts, pieces } = filterSql({ a: hostile });
  expect(JSON.stringify(texts)).not.toContain('DROP');
  expect(JSON.stringify(pieces)).toContain('DROP');
});

test.each([
  [{ a: undefined }, '"a" is undefined'],
  [{ a: {} }, 'needs a min, a max, or both'],
  [{ a: { minimum: 3 } }, 'has "minimum"'],
  [{ a: { not: 1, min: 2 } }, 'has "min"'],
  [{ a: () => 1 }, 'compared with a function'],
  [{ a: [{}] }, 'holds a object'],
  [{ a: new Date(Number.NaN) }, 'invalid Date'],
])('%j is refused in words', (filter, message) => {
  expect(() => filterSql(filter as Record<string, unknown>)).toThrow(message);
});
