import { LRUCache } from 'lru-cache';
import { decode, encode } from './codec.ts';
import { CostAware } from './costAware.ts';
import { matcherOf } from './pattern.ts';
import { FrozenValue, type Sharing } from './sharing.ts';
import {
  type Entry,
  type EntryFilter,
  type EntryInfo,
  type EntryMeta,
  isExpired,
  type Tier,
  type TierStats,
} from './tier.ts';

export interface MemoryTierOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** How values are handed out; `trust` unless given. */
  readonly sharing?: Sharing;
  readonly now?: () => number;
}

interface Kept {
  readonly meta: EntryMeta;
  /** The value for a reader; `name` is what it is called in messages. */
  readonly read: (name: string) => unknown;
}

/** Entries of this process. Those that save least time for their size are dropped first: see `CostAware`. */
export class MemoryTier implements Tier {
  readonly name = 'memory';
  readonly #entries: LRUCache<string, Kept>;
  readonly #policy: CostAware;
  readonly #sharing: Sharing;
  readonly #now: () => number;

  constructor({ maxEntries, maxBytes, sharing = 'trust', now = Date.now }: MemoryTierOptions) {
    this.#sharing = sharing;
    this.#now = now;
    this.#policy = new CostAware({ maxEntries, maxBytes });
    this.#entries = new LRUCache({ max: maxEntries, maxSize: maxBytes, dispose: (_, key) => this.#policy.delete(key) });
  }

  /**
   * `get` without waiting.
   * @throws UserError where a reader changed the value that all share.
   */
  peek(key: string): Entry | undefined {
    const kept = this.#entries.get(key);
    if (!kept) return undefined;
    if (isExpired(kept.meta, this.#now())) {
      this.#entries.delete(key);
      return undefined;
    }
    try {
      this.#policy.use(key);
      return { value: kept.read(key), meta: kept.meta };
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.peek(key);
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return keys.map((key) => this.peek(key));
  }

  /** Without `encoded` the value is nobody else's, so that it can be frozen as it is. */
  async set(key: string, { value, meta }: Entry, encoded?: Uint8Array): Promise<void> {
    const size = Math.max(1, meta.bytes + key.length);
    this.#entries.delete(key);
    const gone = this.#policy.add(key, size, meta.savedMs);
    for (const other of gone) this.#entries.delete(other);
    if (gone.includes(key)) return;
    this.#entries.set(key, { meta, read: readerOf(value, encoded, this.#sharing) }, { size });
  }

  async delete(key: string): Promise<boolean> {
    return this.#entries.delete(key);
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    return keys.filter((key) => this.#entries.delete(key)).length;
  }

  async invalidate(filter: EntryFilter): Promise<string[]> {
    const keys = (await this.list(filter)).map(({ key }) => key);
    await this.deleteMany(keys);
    return keys;
  }

  async clear(prefix = ''): Promise<void> {
    if (prefix === '') this.#entries.clear();
    else for (const { key } of await this.list({ prefix })) this.#entries.delete(key);
  }

  async list(filter: EntryFilter = {}): Promise<EntryInfo[]> {
    const now = this.#now();
    const matches = matcherOf(filter);
    return [...this.#entries.entries()]
      .filter(([key, { meta }]) => !isExpired(meta, now) && matches(key, meta))
      .map(([key, { meta }]) => ({ key, meta }));
  }

  async stats(prefix = ''): Promise<TierStats> {
    if (prefix === '') return { entries: this.#entries.size, bytes: this.#entries.calculatedSize, errors: 0 };
    const entries = await this.list({ prefix });
    return { entries: entries.length, bytes: entries.reduce((sum, { meta }) => sum + meta.bytes, 0), errors: 0 };
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }
}

function readerOf(value: unknown, encoded: Uint8Array | undefined, sharing: Sharing): (name: string) => unknown {
  if (sharing === 'trust' || typeof value !== 'object' || value === null) return () => value;
  if (sharing === 'copy') {
    const bytes = encoded ?? encode(value).bytes;
    return () => decode(bytes);
  }
  const frozen = new FrozenValue(encoded ? decode(encoded) : value);
  return (name) => frozen.read(name);
}
