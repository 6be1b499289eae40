import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ServedApp } from '../../src/cli/app.ts';
import { CLOSED } from '../../src/protocol/app.ts';
import { Reader } from './reader.ts';
import { ServedFolder } from './served.ts';

let folder: ServedFolder;
let app: ServedApp;
beforeAll(async () => {
  folder = new ServedFolder(`// %% Name
import { text, md } from 'memoir';
const name = text('Name', { value: 'nobody' });
// %% Hello
md\`Hello \${name}\`
`);
  app = await folder.serve();
});
afterAll(() => folder.close());

/** Asks for a path exactly as it is given. */
function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    const { hostname, port } = app.url;
    const asking = request({ host: hostname, port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    asking.on('error', reject).end();
  });
}

/** How an attempt to open the line ends: `open`, or the status that it is refused with. */
function tryLine(search: string, options: { origin?: string; headers?: Record<string, string> }): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${app.url.host}/live${search}`, options);
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
    socket.on('error', () => {});
  });
}

describe('the page', () => {
  test('is for those who bring the token, and lets them come back by a cookie', async () => {
    const { search, port } = app.url;
    expect((await get('/')).status).toBe(401);
    expect((await get('/?token=wrong')).status).toBe(401);
    const answer = await get(`/${search}`);
    expect(answer.status).toBe(200);
    const [cookie] = answer.headers['set-cookie'] as string[];
    expect(cookie).toMatch(new RegExp(`^memoir-${port}=.*; HttpOnly; SameSite=Lax$`));
    expect((await get('/', { cookie: cookie!.split(';')[0]! })).status).toBe(200);
    expect((await get('/', { authorization: `Bearer ${app.url.searchParams.get('token')}` })).status).toBe(200);
  });

  test('is not shown under a name that is not the server’s, nor to pages of other servers', async () => {
    const { search } = app.url;
    expect((await get(`/${search}`, { host: 'evil.example' })).status).toBe(421);
    expect((await get(`/${search}`, { host: 'localhost:1' })).status).toBe(200); // through a tunnel
    expect((await get(`/${search}`, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await get(`/${search}`, { origin: 'null' })).status).toBe(403);
  });

  test('allows nothing but its own scripts', async () => {
    const { headers, body } = await get(`/${app.url.search}`);
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body).not.toMatch(/<script(?! type="module" src="\/assets\/appPage\.js")/);
  });

  test.each([
    '/assets/../kernel.js',
    '/assets/%2e%2e/kernel.js',
    '/assets/..%2fkernel.js',
    '/assets/',
    '/etc/passwd',
    '//etc/passwd',
    '/assets/appPage.js/',
    '/app.memoir.ts',
  ])('%s is not there', async (path) => {
    expect((await get(`${path}${app.url.search}`)).status).toBe(404);
  });

  test('answers no other method', async () => {
    expect((await get(`/${app.url.search}`, {}, 'POST')).status).toBe(404);
    expect((await get(`/${app.url.search}`, {}, 'DELETE')).status).toBe(404);
    expect(await get(`/${app.url.search}`, {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });
});

describe('the line', () => {
  test('is for the own page with the token', async () => {
    const { search, origin } = app.url;
    expect(await tryLine(search, { origin })).toBe('open');
    expect(await tryLine('', { origin })).toBe('401');
    expect(await tryLine(search, { origin: 'https://evil.example' })).toBe('403');
    expect(await tryLine(search, { origin, headers: { host: 'evil.example' } })).toBe('421');
  });

  test.each([
    ['no JSON', '{'],
    ['no message', '[]'],
    ['a message of nobody', '{"type":"eval","code":"1"}'],
    ['a move before it opened', '{"type":"widget","name":"name","value":"x"}'],
    [
      'names without end',
      `{"type":"open","session":null,"page":"p","widgets":{},"address":{"${'a'.repeat(300)}":"1"}}`,
    ],
    ['numbers in the address', '{"type":"open","session":null,"page":"p","widgets":{},"address":{"a":1}}'],
    [
      'a value that is nested for ever',
      `{"type":"open","session":null,"page":"p","address":{},"widgets":{"a":${'['.repeat(9000)}${']'.repeat(9000)}}}`,
    ],
  ])('ends at %s', async (_what, text) => {
    const reader = new Reader(app.url);
    await reader.connected;
    reader.say(text);
    await reader.until(() => reader.closed !== null);
    expect(reader.closed).toBe(CLOSED.limit);
  });

  test('ends when too much is said, by number and by size', async () => {
    const many = await folder.read(app);
    for (let i = 0; i < 2000; i += 1) many.move('name', `x${i}`);
    await many.until(() => many.closed !== null);
    expect(many.closed).toBe(CLOSED.limit);
    const large = await folder.read(app);
    large.move('name', 'x'.repeat(17_000_000));
    await large.until(() => large.closed !== null);
    expect(large.closed).toBe(1009);
  });

  test('takes moves of widgets that are there, to values that they take', async () => {
    const reader = await folder.read(app);
    await reader.untilShown('Hello', 'nobody');
    for (const name of ['constructor', 'toString', 'other', 'PATH']) reader.move(name, 'x');
    reader.move('name', 'Ada');
    await reader.untilShown('Hello', 'Ada');
    expect(reader.widgets).toEqual({ name: 'Ada' });
  });

  test('takes many quick moves, of which the last one counts', async () => {
    const reader = await folder.read(app);
    for (let i = 0; i < 300; i += 1) reader.move('name', `number ${i}`);
    await reader.untilShown('Hello', 'number 299');
    expect(reader.closed).toBeNull();
  });

  test('names sessions so that nobody guesses them', async () => {
    const names = await Promise.all(Array.from({ length: 3 }, async () => (await folder.read(app)).session));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[\w-]{24}$/);
  });
});
