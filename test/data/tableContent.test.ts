import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openData } from '../../src/data/openData.ts';
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

describe('writing', () => {
  test.each(['t.parquet', 't.csv', 't.tsv', 't.json', 't.ndjson', 't.csv.gz', 't.ndjson.zst', 't.arrow'])(
    '%s is read again as the same table',
    async (name) => {
      await flights.write(name);
      const again = await data.load<Flight>(name);
      expect(await again.derive({ date: 'CAST(date AS DATE)' }).rows()).toEqual(await flights.rows());
    },
  );

  test('a name without a known format, or a missing folder, is told in words', async () => {
    await expect(flights.write('t.xyz')).rejects.toThrow('t.xyz: a table is written as .parquet, .csv');
    await expect(flights.write('not/there.csv')).rejects.toThrow(`there is no folder ${join(data.directory, 'not')}`);
  });

  test('what fails on the way leaves the old file as it was, and nothing else', async () => {
    await flights.write('kept.csv');
    const before = await readdir(data.directory);
    await expect(flights.derive({ n: 'CAST(origin AS INTEGER)' }).write('kept.csv')).rejects.toThrow(
      'Could not convert',
    );
    expect(await readdir(data.directory)).toEqual(before);
    expect(await (await data.load('kept.csv')).count()).toBe(4);
  });
});

test('an Arrow stream holds every value with its type', async () => {
  const table = await data.sql`SELECT * FROM (VALUES
    (1::TINYINT, 9007199254740993, 0.1::FLOAT, 'a', TRUE, DATE '2024-02-29', TIMESTAMPTZ '2024-01-01 00:00:00.000001Z', 12.34::DECIMAL(6,2), [1, 2]),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) t(i, big, f, s, b, d, t, n, l)`;
  const arrow = tableFromIPC(await table.toArrow());
  expect(String(arrow.schema).replaceAll(/\s+/g, ' ')).toContain(
    'i: Int8, 1: big: Int64, 2: f: Float32, 3: s: Dictionary<Uint32, Utf8>, 4: b: Bool, 5: d: Date32<DAY>, 6: t: Timestamp<MICROSECOND, UTC>, 7: n: Decimal[6e+2], 8: l: List<',
  );
  const [first, second] = arrow.toArray().map((row) => row.toJSON());
  expect({ ...first, l: [...first.l], n: String(first.n) }).toMatchObject({
    i: 1,
    big: 9_007_199_254_740_993n,
    s: 'a',
    b: true,
    l: [1, 2],
    n: '1234',
  });
  expect(Object.values(second)).toEqual(Array(9).fill(null));
});

test('whole numbers and times of any size are the same in Arrow', async () => {
  const values = [0, -1, 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1];
  const table =
    await data.sql`SELECT unnest(${values})::BIGINT AS n, make_timestamp(unnest(${values})::BIGINT % 10000000000000) AS t`;
  const arrow = tableFromIPC(await table.toArrow());
  expect([...arrow.getChild('n')!]).toEqual(values.map(BigInt));
  expect([...arrow.getChild('t')!]).toEqual(values.map((value) => (value % 10_000_000_000_000) / 1_000));
});

test('rows come in parts, and one by one, as they come altogether', async () => {
  const table = await data.sql`SELECT range AS id, 'text ' || range AS s FROM range(10000)`;
  const rows = await table.rows();
  const parts: unknown[][] = [];
  for await (const part of table.batches(3_000)) parts.push(part);
  expect(parts.map((part) => part.length)).toEqual([4_096, 4_096, 1_808]);
  expect(parts.flat()).toEqual(rows);
  const singly: unknown[] = [];
  for await (const row of table) singly.push(row);
  expect(singly).toEqual(rows);
  for await (const row of table) {
    expect(row).toEqual({ id: 0, s: 'text 0' });
    break; // which lets go of the query
  }
});

test('what a reader does with columns does not show elsewhere', async () => {
  const first = await flights.select('delay').columns();
  (first.columns[0] as { values: Float64Array }).values.fill(-1);
  expect(await flights.select('delay').rows()).toEqual([{ delay: 10 }, { delay: 30 }, { delay: 20 }, { delay: -5 }]);
});

test('what a reader does with lists in rows does not show elsewhere', async () => {
  const table = await data.sql<{ l: number[] }>`SELECT [1, 2] AS l`;
  (await table.rows())[0]!.l.push(3);
  expect(await table.rows()).toEqual([{ l: [1, 2] }]);
});

describe('the plan', () => {
  test('tells of each step its rows and its time', async () => {
    const plan = await flights
      .where({ delay: { min: 15 } })
      .groupBy('origin')
      .aggregate({ n: 'count' })
      .explain();
    expect(plan).toMatch(/^Order by .*2 rows, [\d.]+ [mµ]?s$/m);
    expect(plan).toMatch(/group by .*count_star\(\)/i);
    expect(plan).toMatch(/read csv/i);
  });

  test('can be had without running the query', async () => {
    const plan = await flights.sort('delay').explain({ run: false });
    expect(plan).toMatch(/order by/i);
    expect(plan).not.toContain('rows,');
  });
});

describe('a column that is not there', () => {
  const typo = 'orgin' as 'origin';
  test.each<[string, () => Table<unknown>]>([
    ['where', () => flights.where({ [typo]: 'SEA' })],
    ['select', () => flights.select(typo)],
    ['derive', () => flights.derive({ x: `upper(${typo})` })],
    ['groupBy', () => flights.groupBy(typo).aggregate({ n: 'count' })],
    ['aggregate', () => flights.groupBy().aggregate({ n: `max(${typo})` })],
    ['sort', () => flights.sort(typo)],
    ['join', () => flights.join(flights, { on: typo })],
  ])('in %s is told with the name that was meant', async (_verb, table) => {
    await expect(table().rows()).rejects.toThrow('There is no column "orgin". Did you mean "origin"?');
  });
});

test('a column that is like none is told with some that are there', async () => {
  const rows = flights.where({ ['Airport Name' as 'origin']: 'SEA' }).rows();
  await expect(rows).rejects.toThrow(
    /^There is no column "Airport Name"\. Columns that are there: ("\w+", )*"\w+"(\.|, …)$/,
  );
});

test('aggregates have the types that they give', async () => {
  const [row] = await flights
    .groupBy('origin')
    .aggregate({ n: 'count', last: 'max(date)', mean: 'mean(delay)' })
    .rows();
  const typed: { origin: string | null; n: number; last: Date | null; mean: number | null } = row!;
  expect(typed).toEqual({ origin: 'SEA', n: 2, last: new Date('2024-01-03'), mean: 15 });
});

test('what does not fit into memory, nor on the disk beside it, is one sentence with the remedy', async () => {
  const small = openData({ threads: 1, memoryLimit: '20MB' });
  try {
    const distinct = 'SELECT count(*) FROM (SELECT DISTINCT md5(range::VARCHAR) FROM range(2000000))';
    await small.query("SET max_temp_directory_size = '1MB'");
    await expect(small.query(distinct)).rejects.toThrow(
      'The query does not fit into memory, and the disk that takes the rest is full.',
    );
    await small.query("SET memory_limit = '5MB'");
    await expect(small.query('SELECT list(range) FROM range(2000000)')).rejects.toThrow(
      /^The query needs more memory than the [\d.]+ MiB that it may take\./,
    );
  } finally {
    await small.close();
  }
});
