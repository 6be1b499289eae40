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
  /** Values that only the program holds. */
  readonly #weak = new Map<string, { readonly meta: EntryMeta; readonly value: WeakRef<object> }>();
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
    const kept = this.#entries.get(key) ?? this.#held(key);
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
    this.#weak.delete(key);
    if (meta.weak && typeof value === 'object' && value !== null) {
      this.#entries.delete(key);
      this.#weak.set(key, { meta, value: new WeakRef(value) });
      this.#forgetUnheld();
      return;
    }
    const size = Math.max(1, meta.bytes + key.length);
    this.#entries.delete(key);
    const gone = this.#policy.add(key, size, meta.savedMs);
    for (const other of gone) this.#entries.delete(other);
    if (gone.includes(key)) return;
    this.#entries.set(key, { meta, read: readerOf(value, encoded, this.#sharing) }, { size });
  }

  /** Lets go of what is worth least until the rest is so much of what there was. */
  shrink(share: number): void {
    const { maxSize, max } = this.#entries;
    const used = Math.max(this.#entries.calculatedSize / maxSize, this.#entries.size / max);
    for (const key of this.#policy.shrink(used * share)) this.#entries.delete(key);
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(key);
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    return keys.filter((key) => this.#remove(key)).length;
  }

  async invalidate(filter: EntryFilter): Promise<string[]> {
    const keys = (await this.list(filter)).map(({ key }) => key);
    await this.deleteMany(keys);
    return keys;
  }

  async clear(prefix = ''): Promise<void> {
    for (const key of [...this.#entries.keys(), ...this.#weak.keys()]) if (key.startsWith(prefix)) this.#remove(key);
  }

  async list(filter: EntryFilter = {}): Promise<EntryInfo[]> {
    const now = this.#now();
    const matches = matcherOf(filter);
    this.#forgetUnheld();
    return [...this.#entries.entries(), ...this.#weak]
      .filter(([key, { meta }]) => !isExpired(meta, now) && matches(key, meta))
      .map(([key, { meta }]) => ({ key, meta }));
  }

  async stats(prefix = ''): Promise<TierStats> {
    if (prefix === '') return { entries: this.#entries.size, bytes: this.#entries.calculatedSize, errors: 0 };
    const entries = (await this.list({ prefix })).filter(({ meta }) => !meta.weak);
    return { entries: entries.length, bytes: entries.reduce((sum, { meta }) => sum + meta.bytes, 0), errors: 0 };
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#weak.clear();
  }

  #remove(key: string): boolean {
    return this.#weak.delete(key) || this.#entries.delete(key);
  }

  /** What the program still holds of a weak entry: it is the program's own, so nobody keeps it from being changed. */
  #held(key: string): Kept | undefined {
    const weak = this.#weak.get(key);
    const value = weak?.value.deref();
    return weak && value && { meta: weak.meta, read: () => value };
  }

  #forgetUnheld(): void {
    for (const [key, { value }] of this.#weak) if (!value.deref()) this.#weak.delete(key);
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
