import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@keyv/redis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openCache } from '../../src/cache/openCache.ts';
import { redisTier } from '../../src/cache/redisTier.ts';
import { Seal } from '../../src/cache/seal.ts';
import { findRedis, freePort, RedisServer } from '../support/redis.ts';
import { recordingLog, temporaryDirectory } from './directory.ts';
import { describeTier, entryOf, keysOf } from './tier.contract.ts';

const seal = new Seal(Buffer.alloc(32, 3));
let spaces = 0;

function openTier(url: string, options: { timeout?: number; namespace?: string; seal?: Seal } = {}) {
  const log = recordingLog();
  const { seal: other = seal, ...rest } = options;
  const tier = redisTier({ url, timeout: 250, ...rest }, { seal: other, log });
  return Object.assign(tier, { lines: log.lines });
}

test.each(['localhost:6379', 'http://localhost', ''])('the address %s is refused', (url) => {
  expect(() => openTier(url)).toThrow('must look like redis://host:6379');
});

describe.skipIf(!findRedis())('a real server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await new RedisServer(await freePort()).start();
  });
  afterAll(() => server.kill());

  describeTier('the tier', async () => openTier(server.url, { namespace: `contract${spaces++}`, timeout: 5000 }));

  test('is shared: what one writes another reads, to the same key of the user only', async () => {
    const [one, two, stranger] = [
      openTier(server.url),
      openTier(server.url),
      openTier(server.url, { seal: new Seal(Buffer.alloc(32, 4)) }),
    ];
    await one.set('key', entryOf({ day: new Date(5) }, { tags: ['t'] }));
    await one.flush();
    expect(await two.get('key')).toMatchObject({ value: { day: new Date(5) }, meta: { tags: ['t'] } });
    expect(await keysOf(two, { tags: ['t'] })).toEqual(['key']);
    expect(await stranger.get('key')).toBeUndefined();
    expect(await two.invalidate({ tags: ['t'] })).toEqual(['key']);
    expect(await one.get('key')).toBeUndefined();
    await Promise.all([one.close(), two.close(), stranger.close()]);
  });

  test('backs memory and disk: a new machine finds what another computed', async () => {
    const options = { redis: { url: server.url, namespace: 'team' }, ttl: '1h' };
    const mine = openCache({ ...options, directory: temporaryDirectory() });
    await mine.getOrCompute('key', () => ({ n: 1 }), { tags: ['t'] });
    await mine.close(); // writes what waits
    const theirs = openCache({ ...options, directory: temporaryDirectory() });
    const computed = () => Promise.reject(new Error('computed again'));
    expect(await theirs.getOrCompute('key', computed)).toEqual({ n: 1 });
    expect((await theirs.stats()).tiers.map(({ name, hits }) => [name, hits])).toEqual([
      ['memory', 0],
      ['disk', 0],
      ['redis', 1],
    ]);
    expect((await theirs.entries())[0]?.tiers).toEqual(['memory', 'disk', 'redis']);
    expect(await theirs.invalidate({ tags: ['t'] })).toBe(1);
    expect(await theirs.entries()).toEqual([]);
    await theirs.close();
  });
});

describe.skipIf(!findRedis())('a server that fails', () => {
  let server: RedisServer;
  afterEach(() => server.kill());

  test('is away at first: misses at once, told once, and used when it comes', async () => {
    server = new RedisServer(await freePort());
    const tier = openTier(server.url);
    await tier.set('key', entryOf(1));
    await tier.flush();
    for (let turn = 0; turn < 20; turn += 1) expect(await tier.get('key')).toBeUndefined();
    const { errors, problem } = await tier.stats();
    expect(problem).toContain(`Redis at 127.0.0.1:${server.port} cannot be reached`);
    expect(errors).toBeLessThan(10); // it is left alone
    expect(tier.lines).toHaveLength(1);
    await server.start();
    await expect.poll(() => works(tier), { timeout: 10_000 }).toBe(true);
    expect((await tier.stats()).problem).toBeUndefined();
    await tier.close();
  });

  test('is killed in the middle and comes back', async () => {
    server = await new RedisServer(await freePort()).start();
    const tier = openTier(server.url);
    await expect.poll(() => works(tier)).toBe(true);
    await server.kill();
    expect(await works(tier)).toBe(false);
    await server.start();
    await expect.poll(() => works(tier), { timeout: 10_000 }).toBe(true);
    await tier.close();
  });

  test('does not answer: each call ends at its deadline, then it costs nothing, then it is used again', async () => {
    server = await new RedisServer(await freePort()).start();
    const tier = openTier(server.url);
    await expect.poll(() => works(tier)).toBe(true);
    server.freeze();
    for (let turn = 0; turn < 200; turn += 1) expect(await tier.get('a')).toBeUndefined(); // 50 s if each waited
    server.thaw();
    await expect.poll(() => works(tier), { timeout: 10_000 }).toBe(true);
    await tier.close();
  });

  test('is one of a cluster: that is found out, and a node that comes back is used again', async () => {
    const options = ['--cluster-enabled', 'yes', '--dir', temporaryDirectory()];
    server = await new RedisServer(await freePort(), options).start();
    const client = await createClient({ url: server.url }).connect();
    await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']);
    client.destroy();
    const tier = openTier(server.url);
    await works(tier); // connects; a cluster takes two seconds before it answers
    await server.kill();
    expect(await works(tier)).toBe(false);
    await server.start();
    await expect.poll(() => works(tier), { timeout: 10_000 }).toBe(true);
    await tier.close();
  });

  test('missed removals and changes: what they were about stays a miss when it is back', async () => {
    server = await new RedisServer(await freePort()).start();
    const tier = openTier(server.url);
    for (const key of ['deleted', 'changed', 'tagged', 'other']) {
      await tier.set(key, entryOf('old', { tags: key === 'tagged' ? ['t'] : [], createdAt: Date.now() - 10 }));
    }
    await tier.flush();
    server.freeze();
    await tier.delete('deleted');
    await tier.set('changed', entryOf('new'));
    await tier.flush();
    await tier.invalidate({ tags: ['t'] });
    server.thaw();
    await expect.poll(() => works(tier), { timeout: 10_000 }).toBe(true);
    for (const key of ['deleted', 'tagged']) expect(await tier.get(key)).toBeUndefined();
    expect((await tier.get('changed'))?.value ?? 'new').toBe('new');
    expect((await tier.get('other'))?.value).toBe('old');
    await expect
      .poll(async () => (await keysOf(openTier(server.url))).filter((key) => key !== 'probe').sort())
      .toEqual(['other']);
    await tier.close();
  });
});

describe('garbage', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test.each(['HTTP/1.1 400 Bad Request\r\n\r\n', '\0\xff\r\n$-5\r\n', ''])(
    'as answers, such as %j, is a miss',
    async (answer) => {
      server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => {}).on('data', () => socket.write(answer));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const tier = openTier(`redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
      await tier.set('key', entryOf(1));
      await tier.flush();
      expect(await tier.get('key')).toBeUndefined();
      expect((await tier.stats()).errors).toBeGreaterThan(0);
      await tier.close();
    },
  );
});

describe.skipIf(!findRedis())('values that are not ours', () => {
  test('are misses', async () => {
    const server = await new RedisServer(await freePort()).start();
    const { createClient } = await import('@keyv/redis');
    const client = createClient({ url: server.url });
    await client.connect();
    const tier = openTier(server.url);
    await tier.set('key', entryOf('true'));
    await tier.set('copied', entryOf('of another'));
    await tier.flush();
    const text = (await client.get('memoir::copied'))!;
    for (const forged of ['garbage', '{"value":5}', '', text]) {
      await client.set('memoir::key', forged);
      expect(await tier.get('key')).toBeUndefined();
    }
    client.destroy();
    await tier.close();
    await server.kill();
  });
});

test('a program that does not close its cache ends by itself, also where no server is', async () => {
  const module = JSON.stringify(join(import.meta.dirname, '../../src/cache/openCache.ts'));
  const program = `const { openCache } = await import(${module});
    const cache = openCache({ disk: false, redis: 'redis://127.0.0.1:1' });
    await cache.set('key', 1);
    console.log(await cache.get('key'), await cache.get('none'));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 30_000,
  });
  expect(stdout).toBe('1 undefined\n');
});

/** Whether something that is written now can be read from the server. */
async function works(tier: ReturnType<typeof openTier>): Promise<boolean> {
  const value = String(Math.random());
  await tier.set('probe', entryOf(value));
  await tier.flush();
  return (await tier.get('probe'))?.value === value;
}
