import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DataFolder, dataFolder } from './dataFolder.ts';
import { type DataServer, dataServer } from './dataServer.ts';

let data: DataFolder;
let server: DataServer;
let content: string;

beforeAll(async () => {
  [data, server] = [await dataFolder(), await dataServer()];
});
beforeEach(() => {
  content = 'a,b\n1,x\n';
  server.answers.set('/t.csv', (request, response) => {
    const etag = `"${content.length}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(content);
  });
});
afterEach(() => {
  server.asked.length = 0;
});
afterAll(async () => {
  await server.close();
  await data.remove();
});

test('a file at an address is a table, and is fetched again only when it was changed', async () => {
  const rows = async () => (await data.load(`${server.url}/t.csv`)).rows();
  expect(await rows()).toEqual([{ a: 1, b: 'x' }]);
  expect(await rows()).toEqual([{ a: 1, b: 'x' }]);
  expect(server.asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"8"']);
  content = 'a,b\n2,yy\n';
  expect(await rows()).toEqual([{ a: 2, b: 'yy' }]);
});

test('a table keeps what it was made of when the address changes', async () => {
  const before = await data.load(new URL(`${server.url}/t.csv`));
  content = 'a,b\n3,zzz\n';
  const after = await data.load(new URL(`${server.url}/t.csv`));
  expect(await before.rows()).toEqual([{ a: 1, b: 'x' }]);
  expect(await after.rows()).toEqual([{ a: 3, b: 'zzz' }]);
  expect(await after.fingerprint()).not.toBe(await before.fingerprint());
});

test('within its ttl nobody is asked, afterwards the server is', async () => {
  await data.load(`${server.url}/t.csv?ttl`, { ttl: '1h' });
  await data.load(`${server.url}/t.csv?ttl`, { ttl: '1h' });
  expect(server.asked).toHaveLength(1);
  await data.load(`${server.url}/t.csv?ttl`, { ttl: 0 });
  expect(server.asked).toHaveLength(2);
});

test('a table of an address tells that it depends on the network, also when nobody is asked', async () => {
  const touched: unknown[] = [];
  const listen = (message: unknown) => touched.push((message as { what: string }).what);
  subscribe('memoir:data.impure', listen);
  try {
    await data.load(`${server.url}/t.csv?ttl`, { ttl: '1h' });
  } finally {
    unsubscribe('memoir:data.impure', listen);
  }
  expect([touched, server.asked.length]).toEqual([['network'], 0]);
});

describe('the format', () => {
  test.each([
    ['/f.csv.gz', {}, gzipSync('a,b\n1,x\n')],
    ['/f.csv.gz', { 'content-encoding': 'gzip' }, gzipSync('a,b\n1,x\n')],
    ['/f', { 'content-type': 'text/csv; charset=utf-8' }, 'a,b\n1,x\n'],
    ['/api', { 'content-type': 'application/json' }, '[{"a":1,"b":"x"}]'],
    ['/stream', { 'content-type': 'application/x-ndjson' }, '{"a":1,"b":"x"}\n'],
  ])('of %s with %j is known', async (path, headers, body) => {
    server.answers.set(path, (_, response) => response.writeHead(200, headers as Record<string, string>).end(body));
    expect(await (await data.load(server.url + path)).rows()).toEqual([{ a: 1, b: 'x' }]);
  });

  test('can be given where nothing tells', async () => {
    server.answers.set('/x', (_, response) => response.end('a,b\n1,x\n'));
    await expect(data.load(`${server.url}/x`)).rejects.toThrow('its name does not tell the format');
    expect(await (await data.load(`${server.url}/x`, { format: 'csv' })).count()).toBe(1);
  });
});

test('names, passwords and headers are sent, and kept and told nowhere', async () => {
  const url = `${server.url.replace('//', '//me:secret@')}/t.csv`;
  await data.load(url, { headers: { 'x-token': 'hidden' } });
  expect(server.asked[0]!.headers).toMatchObject({ authorization: `Basic ${btoa('me:secret')}`, 'x-token': 'hidden' });
  const folder = join(data.directory, '.memoir', 'sources');
  const notes = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  const kept = await Promise.all(notes.map(({ name }) => readFile(join(folder, name), 'utf8')));
  expect(kept.join()).not.toMatch(/secret|hidden/);
  await expect(data.load(url.replace('t.csv', 'gone.csv?token=hidden'))).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:\d+\/gone\.csv answered 404 Not Found\.$/,
  );
});

test('a server that is away, fails or breaks off is told in one sentence, and nothing of it is kept', async () => {
  await expect(data.load('http://127.0.0.1:1/t.csv')).rejects.toThrow(/127\.0\.0\.1:1\/t\.csv cannot be reached/);
  server.answers.set('/broken.csv', (_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('a,b\n1,x\n');
    setTimeout(() => response.destroy(), 20);
  });
  await expect(data.load(`${server.url}/broken.csv`)).rejects.toThrow(/broken\.csv broke off after 8 bytes/);
  server.answers.set('/broken.csv', (_, response) => response.end('a,b\n2,y\n'));
  expect(await (await data.load(`${server.url}/broken.csv`)).rows()).toEqual([{ a: 2, b: 'y' }]);
});
