import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Entry, EntryFilter, EntryMeta, Tier } from '../../src/cache/tier.ts';

/** An entry as a caller of a tier makes it. */
export function entryOf(value: unknown, meta: Partial<EntryMeta> = {}): Entry {
  const now = Date.now();
  return { value, meta: { bytes: 100, expiresAt: null, tags: [], savedMs: 0, createdAt: now, lastUsed: now, ...meta } };
}

/** The keys that a tier lists. */
export async function keysOf(tier: Tier, filter?: EntryFilter): Promise<string[]> {
  return (await tier.list(filter)).map(({ key }) => key);
}

/** What every tier promises, whatever it keeps entries in. */
export function describeTier(name: string, open: () => Promise<Tier>): void {
  describe(`${name}, as every tier,`, () => {
    let tier: Tier;
    beforeEach(async () => {
      tier = await open();
    });
    afterEach(() => tier.close());

    test('gives back what was set, and nothing else', async () => {
      const entry = entryOf(
        { text: 'é☃', list: [1, -0, null, Number.NaN], nested: { date: new Date(5) } },
        { tags: ['a'], savedMs: 12.5 },
      );
      await tier.set('key', entry);
      expect(await tier.get('key')).toEqual(entry);
      expect(await tier.get('other')).toBeUndefined();
      expect(await tier.get('ke')).toBeUndefined();
    });

    test('keeps odd keys apart', async () => {
      const keys = ['a', 'A', 'a ', 'a:b', 'é', 'a%', "a'; DROP TABLE keyv;--", 'x'.repeat(600), '%', '_'];
      for (const key of keys) await tier.set(key, entryOf(key));
      for (const key of keys) expect((await tier.get(key))?.value).toBe(key);
      expect((await keysOf(tier)).sort()).toEqual([...keys].sort());
    });

    test('answers many keys in their order', async () => {
      await tier.set('a', entryOf(1));
      await tier.set('b', entryOf(2));
      expect((await tier.getMany(['b', 'missing', 'a'])).map((entry) => entry?.value)).toEqual([2, undefined, 1]);
      expect(await tier.getMany([])).toEqual([]);
    });

    test('replaces an entry, its tags and its size', async () => {
      await tier.set('key', entryOf('first', { tags: ['old'] }));
      await tier.set('key', entryOf('second', { tags: ['new'] }));
      expect((await tier.get('key'))?.value).toBe('second');
      expect(await keysOf(tier, { tags: ['old'] })).toEqual([]);
      expect(await keysOf(tier, { tags: ['new'] })).toEqual(['key']);
      expect((await tier.stats()).entries).toBe(1);
    });

    test('takes large values whole, in place of larger ones, too', async () => {
      for (const size of [700_000, 300_000, 10]) {
        const value = new Uint8Array(randomBytes(size));
        await tier.set('key', entryOf(value));
        await tier.flush?.();
        expect(Buffer.compare((await tier.get('key'))?.value as Uint8Array, value)).toBe(0);
        expect(await keysOf(tier)).toEqual(['key']);
      }
    });

    test('deletes, and says whether there was anything', async () => {
      await tier.set('key', entryOf(1, { tags: ['t'] }));
      expect(await tier.delete('key')).toBe(true);
      expect(await tier.delete('key')).toBe(false);
      expect(await tier.get('key')).toBeUndefined();
      expect(await keysOf(tier, { tags: ['t'] })).toEqual([]);
    });

    test('forgets an entry when its time is over', async () => {
      await tier.set('brief', entryOf(1, { expiresAt: Date.now() + 150 }));
      await tier.set('over', entryOf(1, { expiresAt: Date.now() - 1 }));
      expect((await tier.get('brief'))?.value).toBe(1);
      expect(await tier.get('over')).toBeUndefined();
      await sleep(200);
      expect(await keysOf(tier)).toEqual([]);
      expect(await tier.get('brief')).toBeUndefined();
    });

    test('finds keys by prefix, by any of several tags, and by both', async () => {
      await tier.set('cell:1', entryOf(1, { tags: ['red'] }));
      await tier.set('cell:2', entryOf(2, { tags: ['red', 'blue'] }));
      await tier.set('call:1', entryOf(3, { tags: ['blue'] }));
      expect((await keysOf(tier, { prefix: 'cell:' })).sort()).toEqual(['cell:1', 'cell:2']);
      expect((await keysOf(tier, { tags: ['blue', 'none'] })).sort()).toEqual(['call:1', 'cell:2']);
      expect(await keysOf(tier, { prefix: 'cell:', tags: ['blue'] })).toEqual(['cell:2']);
      expect(await keysOf(tier, { tags: [] })).toEqual([]);
    });

    test('is empty after clear, and takes new entries', async () => {
      for (let index = 0; index < 450; index++) await tier.set(`key${index}`, entryOf(index, { tags: ['t'] }));
      await tier.clear();
      expect(await tier.stats()).toMatchObject({ entries: 0, bytes: 0, errors: 0 });
      expect(await keysOf(tier, { tags: ['t'] })).toEqual([]);
      await tier.set('key', entryOf(1));
      expect((await tier.get('key'))?.value).toBe(1);
    });

    test('counts entries and bytes', async () => {
      await tier.set('a', entryOf('x'.repeat(1000), { bytes: 1000 }));
      await tier.set('b', entryOf('y'.repeat(1000), { bytes: 1000 }));
      const both = await tier.stats();
      await tier.delete('a');
      const one = await tier.stats();
      expect(both.entries).toBe(2);
      expect(both.bytes).toBeGreaterThanOrEqual(2000);
      expect(one.bytes * 2).toBe(both.bytes);
    });

    test('can be closed twice, and is a miss from then on', async () => {
      await tier.set('key', entryOf(1));
      await tier.close();
      await tier.close();
      expect(await tier.get('key')).toBeUndefined();
    });
  });
}
