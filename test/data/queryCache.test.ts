import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { appendFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { openStore } from '../../src/cache/cacheDirectory.ts';
import { userSeal } from '../../src/cache/seal.ts';
import { FileDigests } from '../../src/data/fileDigests.ts';
import type { QueryNews } from '../../src/protocol/database.ts';
import { type DataFolder, dataFolder, FLIGHTS } from './dataFolder.ts';
import { memoryKeeper } from './memoryKeeper.ts';

let data: DataFolder;
let keeper: ReturnType<typeof memoryKeeper>;
let news: QueryNews[];
const listen = (message: unknown) => news.push(message as QueryNews);

beforeEach(async () => {
  keeper = memoryKeeper();
  data = await dataFolder({ keeper });
  news = [];
  subscribe('memoir:data.query', listen);
});
afterEach(async () => {
  unsubscribe('memoir:data.query', listen);
  await data.remove();
});

/** How queries were answered, but for those that tables are made with. */
const answered = () => news.filter(({ sql }) => !/DESCRIBE|^SELECT Delimiter/.test(sql)).map((one) => one.answered);

test('a query is worked out once, and again when its file holds something else', async () => {
  await data.write('flights.csv', FLIGHTS);
  const total = (await data.load<{ delay: number }>('flights.csv')).groupBy().aggregate({ sum: 'sum(delay)' });
  expect(await total.rows()).toEqual([{ sum: 55 }]);
  expect(await total.rows()).toEqual([{ sum: 55 }]);
  await utimes(`${data.directory}/flights.csv`, 1, 1);
  expect(await total.rows()).toEqual([{ sum: 55 }]);
  await data.write('flights.csv', FLIGHTS.replace('-5', '95'));
  expect(await total.rows()).toEqual([{ sum: 155 }]);
  expect(answered()).toEqual(['computed', 'memory', 'memory', 'computed']);
});

test('a file that changes between the look at it and the query is not kept as what it was', async () => {
  const path = await data.write('flights.csv', FLIGHTS);
  const total = (await data.load<{ delay: number }>('flights.csv')).groupBy().aggregate({ sum: 'sum(delay)' });
  const { get } = keeper;
  let isLate = true;
  keeper.get = async (key) => {
    if (isLate && key.startsWith('query/')) await data.write('flights.csv', FLIGHTS.replace('-5', '95'));
    isLate = false;
    return get(key);
  };
  expect(await total.rows()).toEqual([{ sum: 155 }]);
  await writeFile(path, FLIGHTS);
  expect(await total.rows()).toEqual([{ sum: 55 }]);
});

test('every query is worked out where nothing is to be remembered, as in a profile', async () => {
  const measured = await dataFolder({ keeper, remember: false });
  try {
    for (let i = 0; i < 2; i++) expect(await (await measured.sql`SELECT 1 AS one`).rows()).toEqual([{ one: 1 }]);
    expect(answered()).toEqual(['computed', 'computed']);
    expect(keeper.kept.size).toBe(0);
  } finally {
    await measured.remove();
  }
});

test('what a large file holds is worked out once, also for later programs, until it is touched', async () => {
  const path = await data.write('large.csv', `n\n${'1\n'.repeat(2_500_000)}`);
  await utimes(path, 1, 1);
  const digests = () => [...keeper.kept.keys()].filter((key) => key.startsWith('digest/')).length;
  const asked = async () => {
    await new FileDigests(keeper).digest(path);
    expect(digests()).toBe(1);
  };
  await vi.waitFor(asked, { timeout: 10_000, interval: 500 }); // a file this young is not believed to stay as it is
  const [known] = [...keeper.kept.keys()].filter((key) => key.startsWith('digest/'));
  const { touched } = (await keeper.get(known!)) as { touched: string };
  await keeper.set(known!, { touched, digest: 'as it was kept' }, 0);
  expect(await new FileDigests(keeper).digest(path)).toBe('as it was kept');
  await appendFile(path, '2\n');
  expect(await new FileDigests(keeper).digest(path)).not.toBe('as it was kept');
});

test('those who ask at the same time share one query, and it is stopped when the last of them leaves', async () => {
  const slow =
    await data.sql`SELECT count(*) AS n FROM range(10000000000) AS a, range(1000000) AS b WHERE a.range % 7 = b.range % 5`;
  const [one, two] = [new AbortController(), new AbortController()];
  const first = slow.rows({ signal: one.signal });
  const second = slow.rows({ signal: two.signal });
  one.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect(data.statistics()).toMatchObject({ running: 1 });
  two.abort(new Error('also'));
  await expect(second).rejects.toThrow('also');
  await vi.waitFor(() => expect(data.statistics()).toMatchObject({ running: 0 }));
  const quick = await data.sql`SELECT 7 AS n`;
  expect(await Promise.all([quick.rows(), quick.rows()])).toEqual([[{ n: 7 }], [{ n: 7 }]]);
  expect(answered().filter((one) => one !== 'failed')).toEqual(expect.arrayContaining(['computed', 'shared']));
});

test('what took long is found by the next program, and not what another query gave', async () => {
  const own = await dataFolder({ keeper, keepAfterMs: 0 });
  const rows = await (await own.sql`SELECT sum(range) AS s FROM range(${30_000})`).rows();
  const next = await dataFolder({ keeper });
  expect(await (await next.sql`SELECT sum(range) AS s FROM range(${30_000})`).rows()).toEqual(rows);
  expect(answered().at(-1)).toBe('kept');
  expect(await (await next.sql`SELECT sum(range) AS s FROM range(${20_000})`).rows()).not.toEqual(rows);
  expect(answered().at(-1)).toBe('computed');
  for (const folder of [own, next]) await folder.remove();
});

test.each([
  ['randomness', 'SELECT random() AS r'],
  ['the clock', 'SELECT current_timestamp AS r'],
  ['an ID', 'SELECT uuid() AS r'],
])('%s is asked anew each time', async (_what, sql) => {
  const table = await data.sql([sql] as unknown as TemplateStringsArray);
  const [first, second] = [await table.rows(), await table.rows()];
  expect(first).not.toEqual(second);
});

test('an error is not remembered', async () => {
  const path = await data.write('t.csv', 'a\nx\n');
  const table = (await data.load('t.csv')).derive({ n: 'CAST(a AS INTEGER)' });
  await expect(table.rows()).rejects.toThrow('Could not convert');
  await data.write('t.csv', 'a\n1\n');
  expect(path).toContain('t.csv');
  expect(await table.rows()).toMatchObject([{ n: 1 }]);
});

test('a table that is asked again and again is stored, and gives the same rows in the same order', async () => {
  const own = await dataFolder({ keeper, storeAfterMs: 0 });
  const lines = Array.from({ length: 5_000 }, (_, i) => `${i},${(i * 7919) % 1_000},name ${i % 50}`);
  await own.write('big.csv', `id,v,name\n${lines.join('\n')}\n`);
  const big = await own.load<{ id: number; v: number; name: string }>('big.csv');
  const few = (v: number) => big.where({ v }).rows();
  const expected = await few(999);
  await few(1);
  await vi.waitFor(() => expect([...keeper.kept.keys()].filter((key) => key.startsWith('table/'))).toHaveLength(1));
  expect(await few(999)).toEqual(expected);
  expect(await big.where({ v: { min: 999 } }).rows()).toEqual(expected);
  expect(news.at(-1)!.sql).toContain('memoir_');

  const next = await dataFolder({ keeper, keptIn: join(own.directory, '.memoir') });
  const again = await next.load<{ v: number }>(join(own.directory, 'big.csv'));
  expect(await again.where({ v: [998, 999] }).count()).toBe(10);
  expect(news.at(-1)!.sql).toContain('memoir_');
  for (const path of await readdir(own.directory, { recursive: true }))
    if (path.endsWith('.duckdb')) await writeFile(join(own.directory, path), 'of somebody else');
  const third = await dataFolder({ keeper, keptIn: join(own.directory, '.memoir') });
  expect(await (await third.load<{ v: number }>(join(own.directory, 'big.csv'))).where({ v: [997] }).count()).toBe(5);
  for (const folder of [own, next, third]) await folder.remove();
});

test('statistics tell of queries, hits and the slowest', async () => {
  const table = await data.sql`SELECT sum(range) AS s FROM range(5000000)`;
  await table.rows();
  await table.rows();
  const { queries, hits, hitRate, errors, slowest } = data.statistics();
  expect({ queries, hits, errors }).toEqual({ queries: 3, hits: 1, errors: 0 });
  expect(hitRate).toBeCloseTo(1 / 3);
  expect(slowest.map(({ sql }) => sql)).toContain('SELECT sum(range) AS s FROM range(5000000)');
});

test('clearing the cache of a program forgets stored tables, which come back when they are needed', async () => {
  const directory = join(data.directory, '.memoir');
  const store = openStore({ directory, seal: userSeal(), log: silentLog });
  const small = await (await data.load([{ a: 1 }, { a: 2 }])).optimize();
  expect(await readdir(directory)).toContain('tables');
  await store.clear();
  await store.close();
  expect(await readdir(directory)).not.toContain('tables');
  expect(await small.where({ a: 2 }).rows()).toEqual([{ a: 2 }]); // whose file is gone
  const next = await dataFolder({ keeper: memoryKeeper(), keptIn: directory });
  expect(await next.fromRecipe(small.recipe()).rows()).toEqual([{ a: 1 }, { a: 2 }]);
  await next.remove();
});
