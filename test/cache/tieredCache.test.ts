import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { NotEncodable } from '../../src/cache/codec.ts';
import { DiskTier } from '../../src/cache/diskTier.ts';
import { MemoryTier } from '../../src/cache/memoryTier.ts';
import { Seal } from '../../src/cache/seal.ts';
import type { Entry } from '../../src/cache/tier.ts';
import { TieredCache } from '../../src/cache/tieredCache.ts';
import { temporaryDirectory } from './directory.ts';
import { entryOf } from './tier.contract.ts';

const limits = { maxEntries: 100, maxBytes: 1e6 };

/** Stands for a slow tier below: a real one that answers when it is told to, and counts. */
class SlowTier extends MemoryTier {
  reads = 0;
  #gate = Promise.withResolvers<void>();

  override async get(key: string): Promise<Entry | undefined> {
    this.reads += 1;
    const entry = await super.get(key); // read now, answered later, as a network would
    await this.#gate.promise;
    return entry;
  }

  answer(): void {
    this.#gate.resolve();
  }
}

function open(directory: string): { cache: TieredCache; memory: MemoryTier; disk: DiskTier } {
  const memory = new MemoryTier(limits);
  const disk = new DiskTier({ directory, maxBytes: 1e9, seal: new Seal(Buffer.alloc(32)), log: silentLog });
  return { memory, disk, cache: new TieredCache({ memory, lower: [disk], counts: disk.counts }) };
}

describe('reading', () => {
  test('the nearest tier answers, and nearer ones are filled on the way back', async () => {
    const path = temporaryDirectory();
    const first = open(path);
    await first.cache.set('key', { n: 1 }, { savedMs: 5, tags: ['t'] });
    expect(await first.cache.get('key')).toMatchObject({ value: { n: 1 }, tier: 'memory' });
    await first.cache.close();

    const second = open(path);
    expect(await second.cache.peek('key')).toMatchObject({ tier: 'disk' });
    expect(second.memory.peek('key')).toBeUndefined();
    expect(await second.cache.get('key')).toMatchObject({
      value: { n: 1 },
      tier: 'disk',
      meta: { savedMs: 5, tags: ['t'] },
    });
    expect(await second.cache.get('key')).toMatchObject({ value: { n: 1 }, tier: 'memory' });
    await second.cache.close();
  });

  test('two callers of one key share one look-up', async () => {
    const below = new SlowTier(limits);
    await below.set('key', entryOf('value'));
    const cache = new TieredCache({ memory: new MemoryTier(limits), lower: [below] });
    const both = Promise.all([cache.get('key'), cache.get('key')]);
    below.answer();
    expect((await both).map((found) => found?.value)).toEqual(['value', 'value']);
    expect(below.reads).toBe(1);
  });

  test.each<[string, (cache: TieredCache) => Promise<unknown>, unknown]>([
    ['deleted', (cache) => cache.delete('key'), undefined],
    ['replaced', (cache) => cache.set('key', 'new'), 'new'],
    ['cleared', (cache) => cache.clear(), undefined],
  ])('what is %s while it is being read does not come back', async (_, change, expected) => {
    const below = new SlowTier(limits);
    await below.set('key', entryOf('old'));
    const memory = new MemoryTier(limits);
    const cache = new TieredCache({ memory, lower: [below] });
    const reading = cache.get('key');
    await change(cache);
    below.answer();
    await reading;
    expect(memory.peek('key')?.value).toBe(expected);
    expect((await cache.get('key'))?.value).toBe(expected);
  });

  test('an entry is gone when its time is over', async () => {
    let now = 1e12;
    const cache = new TieredCache({ memory: new MemoryTier({ ...limits, now: () => now }), lower: [], now: () => now });
    await cache.set('key', 1, { ttl: 1000 });
    now += 999;
    expect((await cache.get('key'))?.value).toBe(1);
    now += 1;
    expect(await cache.get('key')).toBeUndefined();
  });
});

describe('writing', () => {
  test('what is not data is refused by name, and nothing is kept', async () => {
    const { cache } = open(temporaryDirectory());
    await expect(cache.set('key', { run: () => 1 })).rejects.toThrow(NotEncodable);
    expect(await cache.get('key')).toBeUndefined();
    await cache.close();
  });

  test('what is not to persist stays in this process, and replaces what did', async () => {
    const path = temporaryDirectory();
    const first = open(path);
    await first.cache.set('key', 'old');
    await first.cache.set('key', 'new', { persist: false });
    expect(await first.cache.get('key')).toMatchObject({ value: 'new', tier: 'memory' });
    await first.cache.close();
    const second = open(path);
    expect(await second.cache.get('key')).toBeUndefined();
    await second.cache.close();
  });

  test('invalidate removes by prefix and tags in every tier, and counts each key once', async () => {
    const path = temporaryDirectory();
    const { cache, memory } = open(path);
    await cache.set('cell:1', 1, { tags: ['a'] });
    await cache.set('cell:2', 2, { tags: ['b'] });
    await cache.set('call:1', 3, { tags: ['a'] });
    await memory.delete('call:1');
    expect(await cache.invalidate({ tags: ['a'] })).toEqual(['call:1', 'cell:1']);
    expect(await cache.keys()).toEqual(['cell:2']);
    expect(await cache.invalidate({ prefix: 'cell:' })).toHaveLength(1);
    await cache.close();
    const again = open(path);
    expect(await again.cache.keys()).toEqual([]);
    await again.cache.close();
  });
});

describe('two processes', () => {
  test('see at once what the other replaces, removes and clears', async () => {
    const path = temporaryDirectory();
    const [one, two] = [open(path), open(path)];
    await one.cache.set('key', 'first');
    expect((await two.cache.get('key'))?.value).toBe('first');
    await one.cache.set('key', 'second');
    expect((await two.cache.get('key'))?.value).toBe('second');
    await one.cache.set('list', [1]);
    expect((await two.cache.peek('list'))?.value).toEqual([1]);
    await two.cache.delete('key');
    expect(await one.cache.get('key')).toBeUndefined();
    await one.cache.get('list');
    await two.cache.clear();
    expect(await one.cache.get('list')).toBeUndefined();
    await Promise.all([one.cache.close(), two.cache.close()]);
  });

  test('do not disturb one that works alone: what it set stays in memory', async () => {
    const { cache } = open(temporaryDirectory());
    for (const value of [1, 2, 3]) {
      await cache.set('key', value);
      expect(await cache.get('key')).toMatchObject({ value, tier: 'memory' });
    }
    await cache.close();
  });
});

describe('statistics', () => {
  test('say where look-ups were answered, and what was saved', async () => {
    const path = temporaryDirectory();
    const first = open(path);
    await first.cache.get('key');
    await first.cache.set('key', 'value', { savedMs: 100 });
    await first.cache.get('key');
    await first.cache.close();
    const second = open(path);
    await second.cache.getMany(['key', 'key', 'none']);
    await second.cache.get('key');
    const stats = await second.cache.stats();
    expect(stats).toMatchObject({ hits: 4, misses: 2, hitRate: 4 / 6, entries: 1, savedMs: 400, errors: 0 });
    expect(stats.bytes).toBeGreaterThan(0);
    expect(stats.tiers.map(({ name, hits, misses }) => ({ name, hits, misses }))).toEqual([
      { name: 'memory', hits: 2, misses: 4 },
      { name: 'disk', hits: 2, misses: 2 },
    ]);
    await second.cache.close();
  });

  test('reach another process without being asked, within moments', async () => {
    const path = temporaryDirectory();
    const [busy, watching] = [open(path), open(path)];
    await busy.cache.get('none');
    await expect.poll(async () => (await watching.cache.stats()).misses, { timeout: 5000 }).toBe(1);
    await Promise.all([busy.cache.close(), watching.cache.close()]);
  });

  test('are kept in memory where there is no disk, and are zero at first', async () => {
    const cache = new TieredCache({ memory: new MemoryTier(limits), lower: [] });
    expect(await cache.stats()).toMatchObject({ hits: 0, misses: 0, hitRate: 0, savedMs: 0 });
    await cache.get('none');
    expect(await cache.stats()).toMatchObject({ hits: 0, misses: 1 });
  });
});
