import { encode } from './codec.ts';
import { Counters, type CountStore, type Counts } from './counters.ts';
import type { MemoryTier } from './memoryTier.ts';
import type { Entry, EntryFilter, EntryMeta, Tier, TierName, TierStats } from './tier.ts';

/** A value and where it was found. */
export interface Found<T = unknown> {
  readonly value: T;
  readonly tier: TierName;
  readonly meta: EntryMeta;
}

export interface SetOptions {
  /** For how many milliseconds the entry counts; forever unless given. */
  readonly ttl?: number;
  readonly tags?: readonly string[];
  /** What a hit will save, in milliseconds. */
  readonly savedMs?: number;
  /** False keeps the entry in this process only. */
  readonly persist?: boolean;
}

/** How well a cache does; sums are those of all processes that share its disk tier. */
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
  readonly savedMs: number;
  readonly errors: number;
  readonly tiers: readonly (TierStats & { readonly name: TierName; readonly hits: number; readonly misses: number })[];
}

export interface TieredCacheOptions {
  readonly memory: MemoryTier;
  /** The tiers below memory, the nearest first. */
  readonly lower: readonly Tier[];
  /** Where sums are kept that outlive the process. */
  readonly counts?: CountStore;
  readonly now?: () => number;
}

interface Flight {
  readonly found: Promise<Found | undefined>;
  /** Whether the entry was written or removed since: then what was read is not to be kept above. */
  outdated: boolean;
}

const keysNoted = 10_000;

/** A cache of several tiers that reads as one: the nearest answers, and the nearer ones are filled on the way back. */
export class TieredCache {
  readonly #memory: MemoryTier;
  readonly #tiers: readonly Tier[];
  readonly #counters: Counters;
  readonly #now: () => number;
  readonly #flights = new Map<string, Flight>();
  readonly #kept = new Set<string>();

  constructor({ memory, lower, counts, now = Date.now }: TieredCacheOptions) {
    this.#memory = memory;
    this.#tiers = [memory, ...lower];
    this.#counters = new Counters(counts);
    this.#now = now;
  }

  /** The value of a key; callers that ask at once share one look-up. */
  async get<T = unknown>(key: string): Promise<Found<T> | undefined> {
    this.#forgetOutdated();
    const near = this.#memory.peek(key);
    const found: Found | undefined = near ? { ...near, tier: 'memory' } : await this.#readBelow(key);
    this.#counters.count(this.#tiers, found, this.#kept.has(key));
    return found as Found<T> | undefined; // the caller knows what it put there
  }

  /** `get` for many keys, in their order. */
  async getMany<T = unknown>(keys: readonly string[]): Promise<(Found<T> | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(key)));
  }

  /** `get` that neither counts nor fills nearer tiers: for plans and inspection. */
  async peek<T = unknown>(key: string): Promise<Found<T> | undefined> {
    this.#forgetOutdated();
    return (await this.#find(key, 0))?.found as Found<T> | undefined; // the caller knows what it put there
  }

  /** Keeps plain data under a key in every tier. Throws `NotEncodable` for anything else. */
  async set(
    key: string,
    value: unknown,
    { ttl, tags = [], savedMs = 0, persist = true }: SetOptions = {},
  ): Promise<void> {
    const createdAt = this.#now();
    const expiresAt = ttl === undefined ? null : createdAt + ttl;
    const bytes = encode(value).bytes.length;
    const entry: Entry = { value, meta: { bytes, expiresAt, tags, savedMs, createdAt, lastUsed: createdAt } };
    this.#outdate(key);
    if (this.#kept.size < keysNoted) this.#kept.add(key);
    const write = async (tier: Tier) =>
      void (await (tier === this.#memory || persist ? tier.set(key, entry) : tier.delete(key)));
    await Promise.all(this.#tiers.map(write));
  }

  /** Whether any tier had the key. */
  async delete(key: string): Promise<boolean> {
    this.#outdate(key);
    this.#kept.delete(key);
    const had = await Promise.all(this.#tiers.map((tier) => tier.delete(key)));
    return had.includes(true);
  }

  /** Removes the entries that are meant, and says how many there were. */
  async invalidate(filter: EntryFilter): Promise<number> {
    const keys = new Set(await this.keys(filter));
    await Promise.all([...keys].map((key) => this.delete(key)));
    return keys.size;
  }

  /** Keys in any tier. */
  async keys(filter: EntryFilter = {}): Promise<string[]> {
    const keys = await Promise.all(this.#tiers.map((tier) => tier.keys(filter)));
    return [...new Set(keys.flat())].sort();
  }

  async clear(): Promise<void> {
    for (const key of this.#flights.keys()) this.#outdate(key);
    this.#kept.clear();
    await Promise.all(this.#tiers.map((tier) => tier.clear()));
  }

  async stats(): Promise<CacheStats> {
    const sums = await this.#counters.sums();
    const tiers = await Promise.all(
      this.#tiers.map(async (tier) => {
        const { hits = 0, misses = 0 } = sums[tier.name] ?? {};
        return { name: tier.name, hits, misses, ...(await tier.stats()) };
      }),
    );
    const { hits = 0, misses = 0, lost = 0, savedMs = 0 } = sums.all ?? {};
    return {
      hits,
      misses,
      hitRate: hits + misses === 0 ? 0 : hits / (hits + misses),
      lost,
      entries: Math.max(...tiers.map((tier) => tier.entries)),
      bytes: Math.max(...tiers.map((tier) => tier.bytes)),
      savedMs,
      errors: tiers.reduce((sum, tier) => sum + tier.errors, 0),
      tiers,
    };
  }

  /** Adds to the sums what was looked up elsewhere. */
  addCounts(counts: Counts): void {
    this.#counters.addAll(counts);
  }

  /** Hands the sums on at once, in a process that is about to end. */
  flushNow(): void {
    this.#counters.flushNow();
  }

  async close(): Promise<void> {
    await this.#counters.close();
    await Promise.all(this.#tiers.map((tier) => tier.close()));
  }

  #readBelow(key: string): Promise<Found | undefined> {
    const running = this.#flights.get(key);
    if (running) return running.found;
    const flight: Flight = {
      outdated: false,
      found: this.#find(key, 1).then((result) => this.#fill(key, result, flight)),
    };
    this.#flights.set(key, flight);
    return flight.found;
  }

  async #find(key: string, first: number): Promise<{ found: Found; depth: number } | undefined> {
    for (const [depth, tier] of this.#tiers.entries()) {
      const entry = depth < first ? undefined : await tier.get(key);
      if (entry) return { found: { ...entry, tier: tier.name }, depth };
    }
    return undefined;
  }

  async #fill(
    key: string,
    result: { found: Found; depth: number } | undefined,
    flight: Flight,
  ): Promise<Found | undefined> {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    if (!result || flight.outdated) return result?.found;
    const { value, meta } = result.found;
    const entry = { value, meta: { ...meta, lastUsed: this.#now() } };
    await Promise.all(this.#tiers.slice(0, result.depth).map((tier) => tier.set(key, entry)));
    return result.found;
  }

  #forgetOutdated(): void {
    const changed = this.#tiers.filter((tier) => tier.changedElsewhere?.());
    if (changed.length > 0) void this.#memory.clear();
  }

  /** What is being read of a key no longer counts for those who ask from now on. */
  #outdate(key: string): void {
    const flight = this.#flights.get(key);
    if (flight) flight.outdated = true;
    this.#flights.delete(key);
  }
}
