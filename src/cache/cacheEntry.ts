import type { EntryInfo, TierName } from './tier.ts';

/**
 * An entry as `entries()` lists it. Times are milliseconds since 1970.
 * @example
 * const entries: CacheEntry[] = await cache.entries();
 * const largest = entries.toSorted((a, b) => b.bytes - a.bytes)[0];
 */
export interface CacheEntry {
  readonly key: string;
  /** Where it is kept, the nearest first. */
  readonly tiers: readonly TierName[];
  readonly bytes: number;
  readonly tags: readonly string[];
  readonly createdAt: number;
  readonly lastUsed: number;
  /** Null for never. */
  readonly expiresAt: number | null;
  /** Milliseconds that a hit saves. */
  readonly savedMs: number;
}

/** Entries as people see them, ordered by the key that `nameOf` gives. */
export function shownEntries(
  found: readonly (EntryInfo & { readonly tiers: readonly TierName[] })[],
  nameOf: (key: string) => string,
): CacheEntry[] {
  return found
    .map(({ key, tiers, meta: { bytes, tags, createdAt, lastUsed, expiresAt, savedMs } }) => {
      return { key: nameOf(key), tiers, bytes, tags, createdAt, lastUsed, expiresAt, savedMs };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
