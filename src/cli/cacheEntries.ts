import { formatBytes, formatCount, formatDuration } from '../base/format.ts';
import { textTable } from '../base/textTable.ts';
import type { Store } from '../cache/cacheDirectory.ts';
import { type CacheEntry, shownEntries } from '../cache/cacheEntry.ts';
import { Fates } from '../cache/cacheExplanation.ts';
import { shownName, storedNames } from '../cache/entryNames.ts';
import { matcherOf } from '../cache/pattern.ts';
import type { EntryFilter, EntryInfo, TierName } from '../cache/tier.ts';
import type { Found } from '../cache/tieredCache.ts';

type Meant = EntryInfo & { readonly tiers: readonly TierName[] };

/** Entries that are meant, by the names that people know. */
async function find(store: Store, filter: EntryFilter): Promise<Meant[]> {
  const matches = matcherOf(filter);
  return [...(await store.records.list()).values()].filter(({ key, meta }) => matches(shownName(key), meta));
}

/** All entries that are meant, as data and as a table. */
export async function listEntries(store: Store, filter: EntryFilter): Promise<{ entries: CacheEntry[]; text: string }> {
  const entries = shownEntries(await find(store, filter), shownName);
  const now = Date.now();
  const rows = entries.map(({ key, tiers, bytes, tags, createdAt, savedMs }) => [
    shortened(isNameless(key) && tags.length > 0 ? tags.join(' › ') : key),
    formatBytes(bytes),
    formatDuration(now - createdAt),
    formatDuration(savedMs),
    tiers.join(', '),
    isNameless(key) ? '' : tags.join(', '),
  ]);
  rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const lines = textTable(['key', 'size', 'age', 'saves', 'where', 'tags'], rows);
  return { entries, text: lines.length > 0 ? lines.join('\n') : 'Nothing is kept here that was asked for.' };
}

/** Removes the entries that are meant; gives how many there were. */
export async function invalidateEntries(store: Store, filter: EntryFilter): Promise<number> {
  const keys = (await find(store, filter)).map(({ key }) => key);
  return keys.length === 0 ? 0 : Math.max(keys.length, await store.records.deleteMany(keys));
}

/** What is kept under a key, by its whole name or the one that people know. */
export async function findEntry(store: Store, key: string): Promise<Found | undefined> {
  for (const name of storedNames(key)) {
    const found = await store.records.peek(name);
    if (found) return found;
  }
  return undefined;
}

/** Why a key would be a hit or a miss. */
export async function explainEntry(store: Store, key: string) {
  return new Fates(Date.now).explain(key, await findEntry(store, key));
}

/** `3 entries` */
export function countEntries(count: number): string {
  return formatCount(count, 'entry', 'entries');
}

/** Whether a key is that of a cell, made of digests: then its tags say what it is. */
function isNameless(key: string): boolean {
  return /^(values\/)?[0-9a-f]{64}$/.test(key);
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
