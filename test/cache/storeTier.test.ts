import { join } from 'node:path';
import { KeyvSqlite } from '@keyv/sqlite';
import Keyv from 'keyv';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { openCache } from '../../src/cache/openCache.ts';
import { Seal } from '../../src/cache/seal.ts';
import { type StoreAdapter, storeTier } from '../../src/cache/storeTier.ts';
import { temporaryDirectory } from './directory.ts';
import { describeTier, entryOf, keysOf } from './tier.contract.ts';

const parts = { seal: new Seal(Buffer.alloc(32, 3)), log: silentLog };

describeTier('a Map', async () => storeTier(new Map(), parts));
describeTier('a Keyv', async () => storeTier(new Keyv() as StoreAdapter, parts));
describeTier("Keyv's SQLite adapter", async () =>
  storeTier(new KeyvSqlite({ uri: `sqlite://${join(temporaryDirectory(), 'keyv.sqlite')}` }) as StoreAdapter, parts),
);

/** A store that can only get, set, delete and clear, as some are. */
class Plain implements StoreAdapter {
  readonly held = new Map<string, unknown>();
  isDown = false;
  async get(key: string): Promise<unknown> {
    this.#check();
    return this.held.get(key);
  }
  async set(key: string, value: never): Promise<void> {
    this.#check();
    this.held.set(key, value);
  }
  async delete(key: string): Promise<boolean> {
    this.#check();
    return this.held.delete(key);
  }
  async clear(): Promise<void> {
    this.#check();
    this.held.clear();
  }
  #check(): void {
    if (this.isDown) throw new Error('down');
  }
}

describe('a store that cannot tell its keys', () => {
  test('is emptied where only some are meant', async () => {
    const tier = storeTier(new Plain(), parts);
    await tier.set('a', entryOf(1, { tags: ['t'] }));
    await tier.set('b', entryOf(2));
    await tier.flush();
    expect((await tier.get('a'))?.value).toBe(1);
    await tier.invalidate({ tags: ['t'] });
    expect(await tier.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    await tier.close();
  });
});

test('a cache works with a store behind it, and without it', async () => {
  const store = new Plain();
  const cache = openCache({ directory: temporaryDirectory(), store });
  await cache.set('key', 1);
  await cache.flush();
  expect(store.held.size).toBe(1);
  expect(String([...store.held.values()])).not.toContain('"key"');
  store.isDown = true;
  for (let turn = 0; turn < 10; turn += 1) expect(await cache.get(`none${turn}`)).toBeUndefined();
  await cache.set('other', 2);
  expect(await cache.get('other')).toBe(2);
  const stats = await cache.stats();
  expect(stats.tiers[2]).toMatchObject({ name: 'store', problem: expect.stringContaining('The store Plain') });
  expect(stats.errors).toBeGreaterThan(0);
  await cache.close();
});

test('what is no store is refused by name', () => {
  expect(() => openCache({ store: { get() {} } as never })).toThrow('it has no set()');
});

test('two caches with one store see what the other wrote, by key only', async () => {
  const store = new Map();
  const [one, two] = [storeTier(store, parts), storeTier(store, parts)];
  await one.set('a', entryOf('A'));
  await one.flush();
  expect((await two.get('a'))?.value).toBe('A');
  store.set('memoir:b', store.get([...store.keys()][0]));
  expect(await keysOf(two)).toEqual(['a']);
});
