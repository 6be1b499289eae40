import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { DiskTier } from '../../src/cache/diskTier.ts';
import { Seal } from '../../src/cache/seal.ts';
import { temporaryDirectory } from './directory.ts';
import { describeTier, entryOf } from './tier.contract.ts';

const seal = new Seal(Buffer.alloc(32, 7));

function openDisk(path: string, options: { maxBytes?: number; seal?: Seal } = {}): DiskTier {
  return new DiskTier({ path, maxBytes: 1e9, seal, log: silentLog, ...options });
}

describeTier('the disk tier', async () => openDisk(join(temporaryDirectory(), 'cache.sqlite')));

describe('the disk tier', () => {
  test('keeps entries for who opens it next', async () => {
    const path = join(temporaryDirectory(), 'cache.sqlite');
    const first = openDisk(path);
    const entry = entryOf({
      map: new Map([[1, { deep: new Date(1) }]]),
      bytes: new Uint8Array([1, 2]),
      big: 2n ** 70n,
    });
    await first.set('key', entry);
    await first.close();
    const second = openDisk(path);
    expect(await second.get('key')).toEqual(entry);
    await second.close();
  });

  test('removes what saves least for its size when it grows beyond its limit', async () => {
    const tier = openDisk(join(temporaryDirectory(), 'cache.sqlite'), { maxBytes: 100_000 });
    const text = 'x'.repeat(9_000);
    for (let index = 0; index < 30; index++) {
      await tier.set(`key${index}`, entryOf(`${text}${index}`, { savedMs: index % 3 === 0 ? 10_000 : 1 }));
      expect((await tier.stats()).bytes).toBeLessThanOrEqual(100_000);
    }
    const kept = await tier.keys();
    expect(kept.filter((key) => Number(key.slice(3)) % 3 === 0).length).toBeGreaterThan(kept.length * 0.7);
    await tier.close();
  });

  test('prefers what was used lately where the rest is equal', async () => {
    const tier = openDisk(join(temporaryDirectory(), 'cache.sqlite'), { maxBytes: 50_000 });
    const weekAgo = Date.now() - 7 * 86_400_000;
    for (const key of ['a', 'b', 'c', 'd'])
      await tier.set(key, entryOf('x'.repeat(10_000), { savedMs: 100, lastUsed: weekAgo }));
    await tier.get('b');
    await tier.addCounts({});
    await tier.set('e', entryOf('x'.repeat(10_000), { savedMs: 100 }));
    const kept = await tier.keys();
    expect(kept).toContain('b');
    expect(kept).toContain('e');
    expect(kept.length).toBeLessThan(5);
    await tier.close();
  });

  test('gives the space back after clear', async () => {
    const path = join(temporaryDirectory(), 'cache.sqlite');
    const tier = openDisk(path);
    for (let index = 0; index < 40; index++) await tier.set(`key${index}`, entryOf('x'.repeat(200_000)));
    await tier.addCounts({ all: { hits: 3 } });
    expect(statSync(path).size + statSync(`${path}-wal`).size).toBeGreaterThan(4e6);
    await tier.clear();
    expect(statSync(path).size).toBeLessThan(200_000);
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(await tier.counts()).toEqual({ all: { hits: 3 } });
    await tier.close();
  });

  test('an entry written with another key of the user is a miss', async () => {
    const path = join(temporaryDirectory(), 'cache.sqlite');
    const stranger = openDisk(path, { seal: new Seal(Buffer.alloc(32, 9)) });
    await stranger.set('key', entryOf('forged'));
    await stranger.close();
    const mine = openDisk(path);
    expect(await mine.get('key')).toBeUndefined();
    await mine.set('key', entryOf('true'));
    expect((await mine.get('key'))?.value).toBe('true');
    await mine.close();
  });

  test('an entry moved to another key is a miss', async () => {
    const path = join(temporaryDirectory(), 'cache.sqlite');
    const tier = openDisk(path);
    await tier.set('mine', entryOf('value'));
    await tier.close();
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(path);
    database.exec("UPDATE keyv SET key = 'other'");
    database.close();
    const again = openDisk(path);
    expect(await again.get('other')).toBeUndefined();
    await again.close();
  });

  test('sums are added to, by whoever flushes', async () => {
    const path = join(temporaryDirectory(), 'cache.sqlite');
    const [one, two] = [openDisk(path), openDisk(path)];
    expect(await one.addCounts({ all: { hits: 1, savedMs: 2.5 } })).toBe(true);
    expect(await two.addCounts({ all: { hits: 2 }, disk: { misses: 1 } })).toBe(true);
    expect(await one.counts()).toEqual({ all: { hits: 3, savedMs: 2.5 }, disk: { misses: 1 } });
    await Promise.all([one.close(), two.close()]);
  });

  test('two connections see each other, with tags and exact sums', async () => {
    const path = join(temporaryDirectory(), 'cache.sqlite');
    const [one, two] = [openDisk(path), openDisk(path)];
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 ? one : two).set(`key${index}`, entryOf(index, { tags: ['t'] })),
      ),
    );
    expect(await one.keys({ tags: ['t'] })).toHaveLength(200);
    await Promise.all(Array.from({ length: 100 }, (_, index) => (index % 2 ? two : one).delete(`key${index}`)));
    const { entries, bytes, errors } = await two.stats();
    const exact = Array.from({ length: 100 }, (_, index) => index + 100);
    expect((await one.getMany(exact.map((index) => `key${index}`))).map((entry) => entry?.value)).toEqual(exact);
    expect({ entries, errors }).toEqual({ entries: 100, errors: 0 });
    await Promise.all([one.close(), two.close()]);
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT sum(length(value)) AS sum FROM keyv').get()).toEqual({ sum: bytes });
    expect(database.prepare('SELECT count(*) AS count FROM tag').get()).toEqual({ count: 100 });
    database.close();
  });
});
