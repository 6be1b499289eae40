import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reader } from '../../src/data/columns.ts';
import type { Table } from '../../src/data/table.ts';
import { type DataFolder, dataFolder } from './dataFolder.ts';

interface Row {
  readonly city: string | null;
  readonly year: number;
  readonly day: Date | null;
  readonly odd: boolean | null;
  readonly size: string | null;
  readonly n: number | null;
  readonly x: number;
}

const AGGREGATES = {
  rows: 'count',
  sum: 'sum(n)',
  mean: 'mean(n)',
  least: 'min(n)',
  most: 'max(n)',
  x: 'sum(x)',
  top: 'max(x)',
} as const;
const CITIES = [null, '', 'a', 'B', 'é', '\uffee', 'long enough to lie elsewhere'];
const DAYS = [null, new Date('1969-12-31'), new Date('2024-02-29')];

let data: DataFolder;
let table: Table<Row>;
let other: Table<Row>;
const asked: string[] = [];
const note = (news: unknown) => asked.push((news as { readonly sql: string }).sql);

beforeAll(async () => {
  data = await dataFolder();
  const rows = Array.from({ length: 500 }, (_, i) => ({
    city: CITIES[i % 7]!,
    year: 2015 + (i % 5),
    day: DAYS[i % 3]!,
    odd: [true, false, null][(i >> 2) % 3]!,
    size: ['L', 'S', null, 'M'][(i >> 1) % 4]!,
    n: i % 11 === 0 || i % 7 === 3 ? null : ((i * 37) % 100) - 50,
    x: ((i * 13) % 40) / 4,
  }));
  const loaded = await data.load(rows);
  table = (await data.sql`SELECT * REPLACE (year::SMALLINT AS year, day::DATE AS day,
    size::ENUM('S', 'M', 'L') AS size) FROM ${loaded}`) as Table<Row>;
  other = table.derive({ n: 'n' }) as unknown as Table<Row>; // the same rows, of which no cube is known
  await data.precompute(table, [['city', 'year', 'day', 'odd', 'size']], AGGREGATES);
  subscribe('memoir:data.query', note);
});
afterAll(async () => {
  unsubscribe('memoir:data.query', note);
  await data.remove();
});

test('groups put together from a cube in memory are what DuckDB gives, whatever is asked', async () => {
  const keys = fc
    .subarray(['city', 'year', 'day', 'odd', 'size'] as const)
    .chain((some) => fc.shuffledSubarray([...some]));
  const of = (values: fc.Arbitrary<unknown>) => {
    const match = fc.oneof(values, fc.array(values, { maxLength: 3 }));
    return fc.oneof(match, fc.record({ not: match }));
  };
  const year = fc.constantFrom(2014, 2015, 2017, 2017.5, null);
  const range = fc.record({ min: year, max: year }, { requiredKeys: ['min'] });
  const where = fc.record(
    {
      city: of(fc.constantFrom(...CITIES, 'nowhere')),
      size: of(fc.constantFrom('S', 'XL', null)),
      year: fc.oneof(of(year), range, fc.record({ not: range })),
      day: fc.oneof(of(fc.constantFrom(...DAYS)), fc.record({ min: fc.constant(new Date('2000-01-01')) })),
    },
    { requiredKeys: [] },
  );
  const ask = (from: Table<Row>, by: readonly (keyof Row)[], conditions: object) =>
    from
      .where(conditions)
      .groupBy(...by)
      .aggregate(AGGREGATES)
      .columns();
  asked.length = 0;
  await fc.assert(
    fc.asyncProperty(keys, where, async (by, conditions) => {
      const [here, there] = [await ask(table, by, conditions), await ask(other, by, conditions)];
      const told = ({ columns, rowCount }: typeof here) =>
        columns.map((column) => {
          const { name, type, kind } = column;
          const array = 'values' in column && column.values.constructor;
          return { name, type, kind, array, values: Array.from({ length: rowCount }, (_, row) => reader(column)(row)) };
        });
      expect(told(here)).toEqual(told(there));
    }),
    { numRuns: 60 },
  );
  expect(asked.filter((sql) => sql.includes('"memoir rows"'))).toEqual([]); // as it is put to DuckDB
});

test('what only DuckDB can tell is asked of it', async () => {
  asked.length = 0;
  await table
    .where({ city: { min: 'b' } })
    .groupBy('year')
    .aggregate(AGGREGATES)
    .rows();
  await table.where({ odd: true }).groupBy('year').aggregate(AGGREGATES).rows();
  expect(asked.filter((sql) => sql.includes('"memoir rows"'))).toHaveLength(2);
});
