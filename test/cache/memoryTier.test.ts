import { expect, test } from 'vitest';
import { MemoryTier } from '../../src/cache/memoryTier.ts';
import { describeTier, entryOf, keysOf } from './tier.contract.ts';

describeTier('the memory tier', async () => new MemoryTier({ maxEntries: 1000, maxBytes: 1e6 }));

test('the least recently used entry goes first, by number and by size', async () => {
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
