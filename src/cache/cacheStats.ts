import type { Counts } from './counters.ts';
import type { Tier, TierName, TierStats } from './tier.ts';

/**
 * How well a cache does.
 * @example
 * const { hitRate, savedMs, tiers } = await cache.stats();
 * const onDisk = tiers.find(({ name }) => name === 'disk')?.bytes;
 */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** From 0 to 1; 0 before the first look-up. */
  readonly hitRate: number;
  /** Misses of what this cache had been given: it was dropped for space, or had expired. */
  readonly lost: number;
  /** Entries and bytes of the tier that holds most: the others hold copies. */
  readonly entries: number;
  readonly bytes: number;
  /** Milliseconds that hits saved: computing less loading. */
  readonly savedMs: number;
  readonly errors: number;
  readonly tiers: readonly (TierStats & { readonly name: TierName; readonly hits: number; readonly misses: number })[];
}

/** Sums of look-ups with what the tiers hold, of all keys or of those that begin with `prefix`. */
export async function statsOf(tiers: readonly Tier[], sums: Counts, prefix: string): Promise<CacheStats> {
  const each = await Promise.all(
    tiers.map(async (tier) => {
      const { hits = 0, misses = 0 } = sums[tier.name] ?? {};
      return { name: tier.name, hits, misses, ...(await tier.stats(prefix)) };
    }),
  );
  const { hits = 0, misses = 0, lost = 0, savedMs = 0 } = sums.all ?? {};
  return {
    hits,
    misses,
    hitRate: hits + misses === 0 ? 0 : hits / (hits + misses),
    lost,
    entries: Math.max(...each.map((tier) => tier.entries)),
    bytes: Math.max(...each.map((tier) => tier.bytes)),
    savedMs,
    errors: each.reduce((sum, tier) => sum + tier.errors, 0),
    tiers: each,
  };
}
