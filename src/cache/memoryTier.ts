import { LRUCache } from 'lru-cache';
import { type Entry, type EntryFilter, isExpired, type Tier, type TierStats } from './tier.ts';

export interface MemoryTierOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly now?: () => number;
}

/** Entries of this process, the least recently used dropped first. Values are shared, not copied. */
export class MemoryTier implements Tier {
  readonly name = 'memory';
  readonly #entries: LRUCache<string, Entry>;
  readonly #now: () => number;

  constructor({ maxEntries, maxBytes, now = Date.now }: MemoryTierOptions) {
    this.#now = now;
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: (entry, key) => Math.max(1, entry.meta.bytes + key.length),
    });
  }

  /** `get` without waiting. */
  peek(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || !isExpired(entry.meta, this.#now())) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.peek(key);
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return keys.map((key) => this.peek(key));
  }

  async set(key: string, entry: Entry): Promise<void> {
    this.#entries.set(key, entry);
  }

  async delete(key: string): Promise<boolean> {
    return this.#entries.delete(key);
  }

  async clear(): Promise<void> {
    this.#entries.clear();
  }

  async keys(filter: EntryFilter = {}): Promise<string[]> {
    const now = this.#now();
    return [...this.#entries.entries()]
      .filter(([key, entry]) => !isExpired(entry.meta, now) && matches(key, entry, filter))
      .map(([key]) => key);
  }

  async stats(): Promise<TierStats> {
    return { entries: this.#entries.size, bytes: this.#entries.calculatedSize, errors: 0 };
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }
}

function matches(key: string, { meta }: Entry, { prefix = '', tags }: EntryFilter): boolean {
  return key.startsWith(prefix) && (!tags || tags.some((tag) => meta.tags.includes(tag)));
}
