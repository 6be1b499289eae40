import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Table } from '../../src/data/table.ts';
import { type DataFolder, dataFolder, FLIGHTS } from './dataFolder.ts';

type Flight = { origin: string | null; delay: number; distance: number | null; date: Date };

let data: DataFolder;
let flights: Table<Flight>;

beforeAll(async () => {
  data = await dataFolder();
  await data.write('flights.csv', FLIGHTS);
  flights = await data.load<Flight>('flights.csv');
});
afterAll(() => data.remove());

test('a table that is printed tells its query', async () => {
  const table = flights.limit(2);
  expect(inspect(table)).toMatch(/^Table \(SELECT .*\)$/);
});

test('rows are plain objects with numbers, text, dates in UTC and null', async () => {
  expect((await flights.rows())[2]).toEqual({ origin: 'SEA', delay: 20, distance: null, date: new Date('2024-01-03') });
});

test('each method gives a new table and leaves the old one as it was', async () => {
  const late = flights.where({ delay: { min: 15 } });
  expect(await late.count()).toBe(2);
  expect(await flights.count()).toBe(4);
});

test('schema names the columns and their types in order', async () => {
  expect(await flights.select('date', 'delay').schema()).toEqual([
    { name: 'date', type: 'DATE' },
    { name: 'delay', type: 'BIGINT' },
  ]);
});

test('derive adds columns and replaces those of the same name, seeing the columns as they were', async () => {
  const table = flights
    .limit(1)
    .select('delay')
    .derive({ delay: 'delay * 2', half: data.sql`delay / ${2}` });
  expect(await table.rows()).toEqual([{ delay: 20, half: 5 }]);
});

test('groups come ordered by their key with every aggregate worked out', async () => {
  const table = flights.groupBy('origin').aggregate({
    flights: 'count',
    known: 'count(distance)',
    mean: 'mean(delay)',
    total: 'sum(delay)',
    p50: 'p50(delay)',
    different: 'distinct(date)',
  });
  expect(await table.rows()).toEqual([
    { origin: 'SEA', flights: 2, known: 1, mean: 15, total: 30, p50: 15, different: 2 },
    { origin: 'SFO', flights: 1, known: 1, mean: 30, total: 30, p50: 30, different: 1 },
    { origin: null, flights: 1, known: 1, mean: -5, total: -5, p50: -5, different: 1 },
  ]);
});

test('without columns all rows are one group', async () => {
  expect(await flights.groupBy().aggregate({ worst: 'max(delay)' }).rows()).toEqual([{ worst: 30 }]);
});

test('an aggregate that does not exist is refused with those that do', () => {
  expect(() => flights.groupBy('origin').aggregate({ x: 'avg(delay)' as never })).toThrow(
    'There is no aggregate "avg". Known are count, sum, mean',
  );
});

test('sort goes both ways, rows without a value last, and limit takes and skips', async () => {
  const origins = async (table: Table<Flight>) => (await table.rows()).map(({ origin }) => origin);
  expect(await origins(flights.sort('origin', '-delay'))).toEqual(['SEA', 'SEA', 'SFO', null]);
  expect(await origins(flights.sort('-origin'))).toEqual(['SFO', 'SEA', 'SEA', null]);
  expect((await flights.sort('-delay').limit(2, 1).rows()).map(({ delay }) => delay)).toEqual([20, 10]);
});

describe('join', () => {
  const names = [
    { code: 'SEA', name: 'Seattle', delay: 0 },
    { code: 'JFK', name: 'New York', delay: 0 },
  ];

  test('keeps the left name of the key and tells columns of the same name apart', async () => {
    const joined = flights.select('origin', 'delay').join(await data.load(names), { on: { origin: 'code' } });
    expect(await joined.sort('delay').rows()).toEqual([
      { origin: 'SEA', delay: 10, name: 'Seattle', delay_1: 0 },
      { origin: 'SEA', delay: 20, name: 'Seattle', delay_1: 0 },
    ]);
  });

  test.each([
    ['left', 4],
    ['right', 3],
    ['full', 5],
    ['semi', 2],
    ['anti', 2],
  ] as const)('%s keeps the rows it should', async (how, count) => {
    const joined = flights.join(await data.load(names), { on: { origin: 'code' }, how });
    expect(await joined.count()).toBe(count);
  });
});

test('describe tells type, range, mean and missing values of each column', async () => {
  const [, delay, distance] = await flights.describe().rows();
  expect(delay).toMatchObject({ column: 'delay', type: 'BIGINT', min: '-5', max: '30', mean: 13.75, null_percent: 0 });
  expect(distance).toMatchObject({ column: 'distance', null_percent: 25 });
});

test('a table can be awaited without being worked out', async () => {
  const table: unknown = flights;
  expect(await table).toBe(flights);
});

test('names need no care, whatever they hold', async () => {
  const odd = await data.load([{ 'a "b"; --': 1, 'mean(x)': 2 }]);
  expect(await odd.groupBy('a "b"; --').aggregate({ 'm"': 'mean(mean(x))' }).rows()).toEqual([
    { 'a "b"; --': 1, 'm"': 2 },
  ]);
});

test('a preview holds JSON only, and tells how many rows there are in all', async () => {
  const table = await data.sql`SELECT * FROM (VALUES
    (1, 'NaN'::DOUBLE, DATE '2024-01-02', TIMESTAMP '2024-01-02 03:04:05.678', 9007199254740993, [1, 2], NULL),
    (2, 1.5, NULL, NULL, NULL, NULL, 'x')) AS t(id, f, day, moment, big, list, note)`;
  const shown = await table.preview(1);
  expect(shown.rowCount).toBe(2);
  expect(shown.columns.map(({ type }) => type)).toEqual([
    'INTEGER',
    'DOUBLE',
    'DATE',
    'TIMESTAMP',
    'BIGINT',
    'INTEGER[]',
    'VARCHAR',
  ]);
  expect(shown.rows).toEqual([[1, 'NaN', '2024-01-02', '2024-01-02 03:04:05.678', '9007199254740993', '[1,2]', null]]);
  expect((await table.preview(5)).rowCount).toBe(2);
});
