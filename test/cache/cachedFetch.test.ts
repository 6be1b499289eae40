import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cache } from '../../src/cache/cache.ts';
import { cachedFetch } from '../../src/cache/cachedFetch.ts';
import { openCache } from '../../src/cache/openCache.ts';
import { recordedStream } from '../../src/cache/recordedStream.ts';
import { temporaryDirectory } from './directory.ts';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

let server: Server;
let cache: Cache;
let directory: string;
let base: string;
let asked: IncomingMessage[];
let answer: (request: IncomingMessage) => Answer;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    const { status = 200, headers = {}, body = `answer ${asked.length}` } = answer(request);
    response.writeHead(status, headers).end(status === 304 ? undefined : body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  directory = temporaryDirectory();
  cache = openCache({ directory });
});
afterEach(async () => {
  await cache.close();
  server.close();
  server.closeAllConnections();
});

/** What a call gives, and how it came to it. */
async function get(path = '/', init?: RequestInit): Promise<string> {
  const response = await cachedFetch(base + path, init, { cache });
  return `${response.headers.get('x-memoir-cache')}: ${response.status} ${await response.text()}`;
}

describe('a response', () => {
  test('is kept as long as Cache-Control says, and then asked about with its ETag', async () => {
    answer = ({ headers }) =>
      headers['if-none-match'] === '"1"'
        ? { status: 304, headers: { etag: '"1"', 'cache-control': 'max-age=100' } }
        : { headers: { etag: '"1"', 'cache-control': 'max-age=1', 'content-type': 'text/plain' } };
    expect(await get()).toBe('miss: 200 answer 1');
    expect(await get()).toBe('hit: 200 answer 1');
    await sleep(1100);
    expect(await get()).toBe('revalidated: 200 answer 1');
    expect(await get()).toBe('hit: 200 answer 1');
    expect(asked).toHaveLength(2);
  });

  test('that may not be stored is not', async () => {
    answer = () => ({ headers: { 'cache-control': 'no-store' } });
    expect([await get(), await get()]).toEqual(['miss: 200 answer 1', 'miss: 200 answer 2']);
  });

  test('serves when the server fails, where it says so, and only then', async () => {
    answer = ({ url }) => ({
      headers: { 'cache-control': url === '/' ? 'max-age=0, stale-if-error=1000' : 'max-age=0, must-revalidate' },
    });
    await get();
    await get('/strict');
    answer = () => ({ status: 503, body: 'down' });
    expect(await get()).toBe('stale: 200 answer 1');
    expect(await get('/strict')).toBe('miss: 503 down');
    server.closeAllConnections();
    server.close();
    expect(await get()).toBe('stale: 200 answer 1');
    await expect(get('/strict')).rejects.toThrow();
  });

  test('that is stale is given while it is renewed', async () => {
    answer = () => ({ headers: { 'cache-control': 'max-age=0, stale-while-revalidate=1000' } });
    expect(await get()).toBe('miss: 200 answer 1');
    await sleep(20);
    expect(await get()).toBe('stale: 200 answer 1');
    await expect.poll(() => asked.length).toBe(2);
  });

  test('is one for all who ask at a time', async () => {
    answer = () => ({ headers: { 'cache-control': 'max-age=100' } });
    expect(await Promise.all([get(), get(), get()])).toEqual(Array(3).fill('miss: 200 answer 1'));
    expect(asked).toHaveLength(1);
  });

  test('is not given to who asks with other credentials, or for another language', async () => {
    answer = () => ({ headers: { 'cache-control': 'max-age=100' } });
    await get('/', { headers: { authorization: 'Bearer mine' } });
    expect(await get('/', { headers: { authorization: 'Bearer theirs' } })).toBe('miss: 200 answer 2');
    expect(await get('/', { headers: { 'accept-language': 'fr' } })).toBe('miss: 200 answer 3');
    expect(JSON.stringify(await cache.entries())).not.toContain('mine');
  });

  test('goes by what it varies by', async () => {
    answer = () => ({ headers: { 'cache-control': 'max-age=100', vary: 'x-kind' } });
    await get('/', { headers: { 'x-kind': 'a' } });
    expect(await get('/', { headers: { 'x-kind': 'b' } })).toBe('miss: 200 answer 2');
  });

  test('is removed by a request that changes something', async () => {
    answer = () => ({ headers: { 'cache-control': 'max-age=100' } });
    await get();
    const posted = await cachedFetch(base, { method: 'POST', body: 'x' }, { cache });
    expect(posted.status).toBe(200);
    expect(await get()).toBe('miss: 200 answer 3');
  });
});

describe('a stream', () => {
  async function* words(list: readonly string[]): AsyncGenerator<string> {
    for (const word of list) yield word;
  }

  test('is recorded while it is read, and replayed', async () => {
    const opened = () => recordedStream('key', () => words(['a', 'b']), { cache });
    expect(await partsOf(opened())).toEqual(['a', 'b']);
    const again = recordedStream('key', () => Promise.reject(new Error('asked again')), { cache });
    expect(await partsOf(again)).toEqual(['a', 'b']);
  });

  test('that fails, or is not read to its end, is not kept', async () => {
    const failing = async function* () {
      yield 'a';
      throw new Error('broke');
    };
    await expect(partsOf(recordedStream('key', failing, { cache }))).rejects.toThrow('broke');
    for await (const word of recordedStream('key', () => words(['x', 'y']), { cache })) if (word === 'x') break;
    expect(await partsOf(recordedStream('key', () => words(['c']), { cache }))).toEqual(['c']);
  });

  test('read by many at once is opened once, also by another process, and each gets all of it', async () => {
    let opened = 0;
    const open = async function* () {
      opened += 1;
      for (let n = 0; n < 20; n += 1) yield { n: await Promise.resolve(n) };
    };
    const other = openCache({ directory });
    const caches = [cache, cache, cache, other];
    const all = await Promise.all(caches.map((cache) => partsOf(recordedStream('shared', open, { cache }))));
    await other.close();
    expect(opened).toBe(1);
    const parts = Array.from({ length: 20 }, (_, n) => ({ n }));
    expect(all).toEqual([parts, parts, parts, parts]);
    Reflect.set(all[0]![0]!, 'n', 7); // refused, or nobody else's affair
    expect(all[1]![0]).toEqual({ n: 0 });
  });

  test('that is long is kept in pieces while it comes, and recorded anew where one is missing', async () => {
    let opened = 0;
    const names = async () => (await cache.entries({ prefix: 'long ' })).map(({ key }) => key);
    const seen: number[] = [];
    const open = async function* () {
      opened += 1;
      for (let n = 0; n < 50; n += 1) {
        seen.push((await names()).length);
        yield `${n} `.padEnd(100_000, '.');
      }
    };
    const first = await partsOf(recordedStream('long', open, { cache }));
    expect(seen.at(-1)).toBeGreaterThan(3);
    expect(first.map((part) => Number.parseInt(part, 10))).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(await partsOf(recordedStream('long', open, { cache }))).toEqual(first);
    expect(opened).toBe(1);
    await cache.delete((await names())[1]!);
    expect(await partsOf(recordedStream('long', open, { cache }))).toEqual(first);
    expect(opened).toBe(2);
    for await (const _ of recordedStream('long half', open, { cache })) if (seen.length === 140) break;
    expect(await cache.entries({ prefix: 'long half' })).toEqual([]);
  });

  test('that fails does so for all who read it, after what came before', async () => {
    const open = async function* () {
      yield 1;
      yield 2;
      throw new Error('broke');
    };
    const got: number[][] = [[], []];
    const read = async (mine: number[]) => {
      for await (const part of recordedStream('fails', open, { cache })) mine.push(part);
    };
    const ends = await Promise.allSettled(got.map(read));
    expect(ends.map((end) => end.status === 'rejected' && end.reason.message)).toEqual(['broke', 'broke']);
    expect(got).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

async function partsOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const parts: T[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
