import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { DATABASE, DiskTier } from '../../src/cache/diskTier.ts';
import { Seal } from '../../src/cache/seal.ts';
import { temporaryDirectory } from './directory.ts';
import { describeTier, entryOf, keysOf } from './tier.contract.ts';

const seal = new Seal(Buffer.alloc(32, 7));

function openDisk(directory: string, options: { maxBytes?: number; seal?: Seal } = {}): DiskTier {
  return new DiskTier({ directory, maxBytes: 1e9, seal, log: silentLog, ...options });
}

describeTier('the disk tier', async () => openDisk(temporaryDirectory()));

describe('the disk tier', () => {
  test('keeps entries for who opens it next', async () => {
    const directory = temporaryDirectory();
    const first = openDisk(directory);
    const entry = entryOf({
      map: new Map([[1, { deep: new Date(1) }]]),
      bytes: new Uint8Array([1, 2]),
      big: 2n ** 70n,
    });
    await first.set('key', entry);
    await first.close();
    const second = openDisk(directory);
    expect(await second.get('key')).toEqual(entry);
    await second.close();
  });

  test('removes what saves least for its size when it grows beyond its limit', async () => {
    const tier = openDisk(temporaryDirectory(), { maxBytes: 100_000 });
    const text = 'x'.repeat(9_000);
    for (let index = 0; index < 30; index++) {
      await tier.set(`key${index}`, entryOf(`${text}${index}`, { savedMs: index % 3 === 0 ? 10_000 : 1 }));
      expect((await tier.stats()).bytes).toBeLessThanOrEqual(100_000);
    }
    const kept = await keysOf(tier);
    expect(kept.filter((key) => Number(key.slice(3)) % 3 === 0).length).toBeGreaterThan(kept.length * 0.7);
    await tier.close();
  });

  test('prefers what was used lately where the rest is equal', async () => {
    const tier = openDisk(temporaryDirectory(), { maxBytes: 50_000 });
    const weekAgo = Date.now() - 7 * 86_400_000;
    for (const key of ['a', 'b', 'c', 'd'])
      await tier.set(key, entryOf('x'.repeat(10_000), { savedMs: 100, lastUsed: weekAgo }));
    await tier.get('b');
    await tier.counts.addCounts({});
    await tier.set('e', entryOf('x'.repeat(10_000), { savedMs: 100 }));
    const kept = await keysOf(tier);
    expect(kept).toContain('b');
    expect(kept).toContain('e');
    expect(kept.length).toBeLessThan(5);
    await tier.close();
  });

  test('gives the space back after clear', async () => {
    const directory = temporaryDirectory();
    const tier = openDisk(directory);
    const path = join(directory, DATABASE);
    for (let index = 0; index < 90; index++) await tier.set(`key${index}`, entryOf('x'.repeat(50_000)));
    await tier.counts.addCounts({ all: { hits: 3 } });
    expect(statSync(path).size + statSync(`${path}-wal`).size).toBeGreaterThan(4e6);
    await tier.clear();
    expect(statSync(path).size).toBeLessThan(200_000);
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(await tier.counts.counts()).toEqual({ all: { hits: 3 } });
    await tier.close();
  });

  test('an entry written with another key of the user is a miss', async () => {
    const directory = temporaryDirectory();
    const stranger = openDisk(directory, { seal: new Seal(Buffer.alloc(32, 9)) });
    await stranger.set('key', entryOf('forged'));
    await stranger.close();
    const mine = openDisk(directory);
    expect(await mine.get('key')).toBeUndefined();
    await mine.set('key', entryOf('true'));
    expect((await mine.get('key'))?.value).toBe('true');
    await mine.close();
  });

  test('an entry moved to another key is a miss', async () => {
    const directory = temporaryDirectory();
    const tier = openDisk(directory);
    await tier.set('mine', entryOf('value'));
    await tier.close();
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(join(directory, DATABASE));
    database.exec("UPDATE entry SET key = 'other'");
    database.close();
    const again = openDisk(directory);
    expect(await again.get('other')).toBeUndefined();
    await again.close();
  });

  test('sums are added to, by whoever flushes', async () => {
    const directory = temporaryDirectory();
    const [one, two] = [openDisk(directory), openDisk(directory)];
    expect(await one.counts.addCounts({ all: { hits: 1, savedMs: 2.5 } })).toBe(true);
    expect(await two.counts.addCounts({ all: { hits: 2 }, disk: { misses: 1 } })).toBe(true);
    expect(await one.counts.counts()).toEqual({ all: { hits: 3, savedMs: 2.5 }, disk: { misses: 1 } });
    await Promise.all([one.close(), two.close()]);
  });

  test('two connections see each other, with tags and exact sums', async () => {
    const directory = temporaryDirectory();
    const [one, two] = [openDisk(directory), openDisk(directory)];
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 ? one : two).set(`key${index}`, entryOf(index, { tags: ['t'] })),
      ),
    );
    expect(await keysOf(one, { tags: ['t'] })).toHaveLength(200);
    await Promise.all(Array.from({ length: 100 }, (_, index) => (index % 2 ? two : one).delete(`key${index}`)));
    const { entries, bytes, errors } = await two.stats();
    const exact = Array.from({ length: 100 }, (_, index) => index + 100);
    expect((await one.getMany(exact.map((index) => `key${index}`))).map((entry) => entry?.value)).toEqual(exact);
    expect({ entries, errors }).toEqual({ entries: 100, errors: 0 });
    await Promise.all([one.close(), two.close()]);
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(join(directory, DATABASE));
    expect(database.prepare('SELECT sum(length(content)) AS sum FROM value').get()).toEqual({ sum: bytes });
    expect(database.prepare('SELECT count(*) AS count FROM tag').get()).toEqual({ count: 100 });
    database.close();
  });
});
