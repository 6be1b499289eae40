import { expect, test } from 'vitest';
import { MemoryTier } from '../../src/cache/memoryTier.ts';
import { describeTier, entryOf, keysOf } from './tier.contract.ts';

describeTier('the memory tier', async () => new MemoryTier({ maxEntries: 1000, maxBytes: 1e6 }));

test('of equals the least recently used entry goes first, by number and by size', async () => {
  const tier = new MemoryTier({ maxEntries: 3, maxBytes: 1000 });
  for (const key of ['a', 'b', 'c']) await tier.set(key, entryOf(key));
  tier.peek('a');
  await tier.set('d', entryOf('d'));
  expect((await keysOf(tier)).sort()).toEqual(['a', 'c', 'd']);
  await tier.set('large', entryOf('large', { bytes: 900 }));
  expect(await keysOf(tier)).toEqual(['large']);
});

test('an entry larger than the whole tier is not kept, and leaves no older value behind', async () => {
  const tier = new MemoryTier({ maxEntries: 10, maxBytes: 1000 });
  await tier.set('key', entryOf('small'));
  await tier.set('key', entryOf('huge', { bytes: 5000 }));
  expect(tier.peek('key')).toBeUndefined();
});

test('what is dear for its size stays, whatever comes', async () => {
  const tier = new MemoryTier({ maxEntries: 1000, maxBytes: 100_000 });
  for (let index = 0; index < 20; index += 1)
    await tier.set(`dear${index}`, entryOf(index, { bytes: 2000, savedMs: 1000 }));
  for (let index = 0; index < 500; index += 1) {
    await tier.set(`cheap${index}`, entryOf(index, { bytes: 2000, savedMs: 1 }));
    expect((await tier.stats()).bytes).toBeLessThanOrEqual(100_000);
  }
  const kept = await keysOf(tier);
  expect(kept.filter((key) => key.startsWith('dear'))).toHaveLength(20);
  expect(kept).toContain('cheap499');
});

test('a scan does not push out what is asked for again and again', async () => {
  const tier = new MemoryTier({ maxEntries: 100, maxBytes: 1e6 });
  for (let turn = 0; turn < 5; turn += 1) {
    for (let index = 0; index < 50; index += 1)
      if (!tier.peek(`hot${index}`)) await tier.set(`hot${index}`, entryOf(index));
  }
  for (let index = 0; index < 1000; index += 1) await tier.set(`scanned${index}`, entryOf(index));
  expect((await keysOf(tier)).filter((key) => key.startsWith('hot')).length).toBeGreaterThan(45);
  expect((await tier.stats()).entries).toBeLessThanOrEqual(100);
});
