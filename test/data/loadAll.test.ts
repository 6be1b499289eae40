import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LoadAllError, type LoadProgress } from '../../src/data/loadAll.ts';
import { type DataFolder, dataFolder } from './dataFolder.ts';
import { type DataServer, dataServer } from './dataServer.ts';

let data: DataFolder;
let server: DataServer;

beforeAll(async () => {
  [data, server] = [await dataFolder(), await dataServer()];
  await data.write('a.csv', 'n\n1\n2\n3\n');
  await data.write('b.ndjson', '{"m":1}\n');
  server.answers.set('/never.csv', () => {});
});
afterAll(async () => {
  await server.close();
  await data.remove();
});

test('datasets come as tables by name, each source and each request as load would take it', async () => {
  const tables = await data.loadAll({
    a: 'a.csv',
    few: { source: 'a.csv', where: { n: { min: 2 } }, limit: 1 },
    both: { source: ['a.csv', 'b.ndjson'] },
    rows: [{ source: 1 }],
    columns: { source: [1, 2], n: [3, 4] },
  });
  expect(Object.keys(tables)).toEqual(['a', 'few', 'both', 'rows', 'columns']);
  const counts = await Promise.all(Object.values(tables).map((table) => table.count()));
  expect(counts).toEqual([3, 1, 4, 1, 2]);
});

test('what fails is named with its reason, and the others are there', async () => {
  const failure = await data.loadAll({ a: 'a.csv', lost: 'c.csv', b: 'b.ndjson' }).catch((error: unknown) => error);
  if (!(failure instanceof LoadAllError)) throw failure;
  expect(failure.message).toMatch(/^1 of 3 datasets could not be loaded: lost \(There is no file .*c\.csv.*\)\.$/);
  expect(Object.keys(failure.failures)).toEqual(['lost']);
  expect(await failure.tables.a!.count()).toBe(3);
  expect(Object.keys(failure.tables)).toEqual(['a', 'b']);
});

describe('a server that fails', () => {
  test('is asked again, which is told', async () => {
    let asked = 0;
    server.answers.set('/shaky.csv', (_, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 503 : 200).end('n\n1\n');
    });
    const told: LoadProgress[] = [];
    const { shaky } = await data.loadAll(
      { shaky: `${server.url}/shaky.csv` },
      { onProgress: (news) => told.push(news) },
    );
    expect(await shaky.count()).toBe(1);
    const states = told.map(({ state, attempt, bytes }) => `${state} ${attempt} ${bytes}`);
    expect(states).toEqual([
      'loading 1 0',
      'retrying 1 0',
      'loading 2 0',
      'retrying 2 0',
      'loading 3 0',
      'loading 3 4',
      'done 3 4',
    ]);
    expect(told[1]!.error!.message).toContain('answered 503 Service Unavailable');
    expect(told.at(-1)!.overall).toEqual({ done: 1, failed: 0, total: 1, fraction: 1 });
  });

  test('is given up after as many retries as are allowed, and not asked again where that cannot help', async () => {
    const before = server.asked.length;
    server.answers.set('/down.csv', (_, response) => response.writeHead(500).end());
    const loading = data.loadAll({ down: `${server.url}/down.csv`, gone: `${server.url}/gone.csv` }, { retries: 1 });
    await expect(loading).rejects.toThrow(/down \(.*answered 500.*\); gone \(.*answered 404/);
    expect(
      server.asked
        .slice(before)
        .map(({ url }) => url)
        .sort(),
    ).toEqual(['/down.csv', '/down.csv', '/gone.csv']);
  });

  test('is not waited for longer than is allowed', async () => {
    const loading = data.loadAll({ a: 'a.csv', never: `${server.url}/never.csv` }, { timeout: '300ms', retries: 0 });
    await expect(loading).rejects.toThrow('1 of 2 datasets could not be loaded: never (it took longer than 300 ms).');
  });
});

test('progress says how far each dataset and all of them are', async () => {
  const half = 'n\n'.padEnd(100_000, '1\n');
  server.answers.set('/big.csv', (_, response) => {
    response
      .writeHead(200, { 'content-length': String(2 * half.length) })
      .write(half, () => response.end(half.slice(2).padEnd(half.length, '\n')));
  });
  const told: LoadProgress[] = [];
  await data.loadAll({ a: 'a.csv', big: `${server.url}/big.csv` }, { onProgress: (news) => told.push(news) });
  const fractions = told.map(({ overall }) => overall.fraction);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(told.findLast(({ state }) => state === 'loading')).toMatchObject({
    name: 'big',
    bytes: 200_000,
    totalBytes: 200_000,
  });
});

test('no more are loaded at the same time than is allowed', async () => {
  let [open, most] = [0, 0];
  server.answers.set('/slow.csv', (_, response) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      response.end('n\n1\n');
    }, 20);
  });
  const names = Array.from({ length: 6 }, (_, index) => `t${index}`);
  await data.loadAll(Object.fromEntries(names.map((name) => [name, `${server.url}/slow.csv?${name}`])), {
    concurrency: 2,
  });
  expect(most).toBe(2);
});

test('what is stopped rejects with the reason at once, and nothing is told afterwards', async () => {
  const stop = new AbortController();
  const told: string[] = [];
  const loading = data.loadAll(
    { never: `${server.url}/never.csv` },
    { signal: stop.signal, onProgress: ({ state }) => told.push(state) },
  );
  const reason = new Error('enough');
  setTimeout(() => stop.abort(reason), 50);
  await expect(loading).rejects.toBe(reason);
  expect(told).toEqual(['loading']);
  await expect(data.loadAll({ a: 'a.csv' }, { signal: stop.signal })).rejects.toBe(reason);
});

test.each([
  [{ concurrency: 0 }, 'concurrency is a whole number from 1'],
  [{ retries: -1 }, 'retries is a whole number from 0'],
  [{ timeout: 'soon' }, 'timeout must be a time such as'],
])('%j is refused in words', async (options, message) => {
  await expect(data.loadAll({ a: 'a.csv' }, options)).rejects.toThrow(message);
});
