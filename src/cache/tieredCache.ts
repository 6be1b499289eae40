import { type CacheStats, statsOf } from './cacheStats.ts';
import { encode } from './codec.ts';
import { Counters, type CountStore, type Counts } from './counters.ts';
import type { MemoryTier } from './memoryTier.ts';
import { isWorthKeeping } from './policy.ts';
import type { Entry, EntryFilter, EntryInfo, EntryMeta, Lease, Tier, TierName } from './tier.ts';

/** A value and where it was found. */
export interface Found<T = unknown, Name = TierName> {
  readonly value: T;
  readonly tier: Name;
  readonly meta: EntryMeta;
}

export interface SetOptions {
  /** For how many milliseconds the entry counts; forever unless given. */
  readonly ttl?: number;
  /** For how many milliseconds more it may be handed out while it is renewed. */
  readonly staleWhileRevalidate?: number;
  readonly tags?: readonly string[];
  /** What a hit will save, in milliseconds. */
  readonly savedMs?: number;
  /** False keeps the entry in this process only; `'ifWorth'` does so where loading it takes longer than computing it. */
  readonly persist?: boolean | 'ifWorth';
  /** The value is an error, as data. */
  readonly failed?: boolean;
  /** True holds the value in memory only as long as the program does. */
  readonly weak?: boolean;
  /** False keeps the value as it is, however large. */
  readonly compress?: boolean;
}

export interface TieredCacheOptions<Name> {
  readonly memory: MemoryTier;
  /** The tiers below memory, the nearest first. */
  readonly lower: readonly (Tier & { readonly name: Name })[];
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
export class TieredCache<Name extends TierName = 'memory' | 'disk' | 'redis'> {
  readonly #memory: MemoryTier;
  readonly #tiers: readonly Tier[];
  readonly #counters: Counters;
  readonly #now: () => number;
  readonly #flights = new Map<string, Flight>();
  readonly #kept = new Set<string>();

  constructor({ memory, lower, counts, now = Date.now }: TieredCacheOptions<Name>) {
    this.#memory = memory;
    this.#tiers = [memory, ...lower];
    this.#counters = new Counters(counts);
    this.#now = now;
  }

  /** The value of a key; callers that ask at once share one look-up. */
  async get<T = unknown>(key: string): Promise<Found<T, Name> | undefined> {
    this.#forgetOutdated();
    const near = this.#memory.peek(key);
    const found: Found | undefined = near ? { ...near, tier: 'memory' } : await this.#readBelow(key);
    this.#counters.count(this.#tiers, found, this.#kept.has(key));
    return found as Found<T, Name> | undefined; // the caller knows what it put there
  }

  /** `get` for many keys, in their order. */
  async getMany<T = unknown>(keys: readonly string[]): Promise<(Found<T, Name> | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(key)));
  }

  /** `get` that neither counts nor fills nearer tiers: for plans and inspection. */
  async peek<T = unknown>(key: string): Promise<Found<T, Name> | undefined> {
    this.#forgetOutdated();
    return (await this.#find(key, 0))?.found as Found<T, Name> | undefined; // the caller knows what it put there
  }

  /** Keeps plain data under a key in every tier. Throws `NotEncodable` for anything else. */
  async set(key: string, value: unknown, options: SetOptions = {}): Promise<void> {
    await this.put(key, value, options);
  }

  /** `set` that gives what is known of the entry. */
  async put(key: string, value: unknown, options: SetOptions = {}): Promise<EntryMeta> {
    const encoded = encode(value).bytes;
    const entry: Entry = { value, meta: metaOf(options, encoded.length, this.#now()) };
    this.#outdate(key);
    if (this.#kept.size < keysNoted) this.#kept.add(key);
    const { persist = true, savedMs = 0 } = options;
    const isKept = persist === 'ifWorth' ? isWorthKeeping(encoded.length, savedMs) : persist;
    const write = async (tier: Tier) =>
      void (await (tier === this.#memory || isKept ? tier.set(key, entry, encoded) : tier.delete(key)));
    await Promise.all(this.#tiers.map(write));
    return entry.meta;
  }

  /** Whether any tier had the key. */
  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) > 0;
  }

  /** How many of the keys there were in the tier that had most of them. */
  async deleteMany(keys: readonly string[]): Promise<number> {
    for (const key of keys) {
      this.#outdate(key);
      this.#kept.delete(key);
    }
    return Math.max(...(await Promise.all(this.#tiers.map((tier) => tier.deleteMany(keys)))));
  }

  /** Removes the entries that are meant, and gives their keys. What is being computed of them is not kept. */
  async invalidate(filter: EntryFilter): Promise<string[]> {
    const lists = await Promise.all(this.#tiers.map((tier) => tier.invalidate(filter)));
    const keys = [...new Set(lists.flat())].sort();
    // A look-up of any key may have found what has gone since.
    for (const key of [...keys, ...this.#flights.keys()]) this.#outdate(key);
    for (const key of keys) this.#kept.delete(key);
    if (lists[0]!.length < keys.length) await this.#memory.deleteMany(keys);
    return keys;
  }

  /** Keys in any tier. */
  async keys(filter: EntryFilter = {}): Promise<string[]> {
    return [...(await this.list(filter)).keys()].sort();
  }

  /** What is known of the entries in any tier, by key; of several tiers the nearest tells. */
  async list(filter: EntryFilter = {}): Promise<Map<string, EntryInfo & { readonly tiers: readonly TierName[] }>> {
    const found = new Map<string, EntryInfo & { readonly tiers: TierName[] }>();
    const lists = await Promise.all(this.#tiers.map((tier) => tier.list(filter)));
    for (const [depth, { name }] of this.#tiers.entries()) {
      for (const info of lists[depth]!) {
        const known = found.get(info.key);
        if (known) known.tiers.push(name);
        else found.set(info.key, { ...info, tiers: [name] });
      }
    }
    return found;
  }

  /** Removes everything, or what begins with `prefix`. */
  async clear(prefix = ''): Promise<void> {
    for (const key of this.#flights.keys()) if (key.startsWith(prefix)) this.#outdate(key);
    for (const key of this.#kept) if (key.startsWith(prefix)) this.#kept.delete(key);
    await Promise.all(this.#tiers.map((tier) => tier.clear(prefix)));
  }

  /** The right to compute a key, shared with all processes that share a tier; null while another has it. */
  async lease(key: string): Promise<Lease | null> {
    const tier = this.#tiers.find((tier) => tier.lease);
    return tier?.lease ? tier.lease(key) : { isHeld: async () => true, release: async () => {} };
  }

  /** Sums of all processes that share a tier. */
  async stats(): Promise<CacheStats> {
    return statsOf(this.#tiers, await this.#counters.sums(), '');
  }

  /** Sums of this cache since it was opened, with what the tiers hold of keys that begin with `prefix`. */
  async ownStats(prefix: string): Promise<CacheStats> {
    return statsOf(this.#tiers, this.#counters.ownSums(), prefix);
  }

  /** Adds to the sums what was looked up elsewhere. */
  addCounts(counts: Counts): void {
    this.#counters.addAll(counts);
  }

  /** Hands the sums on at once, in a process that is about to end. */
  flushNow(): void {
    this.#counters.flushNow();
  }

  /** Waits until everything is written. */
  async flush(): Promise<void> {
    await Promise.all([this.#counters.flush(), ...this.#tiers.map((tier) => tier.flush?.())]);
  }

  async close(): Promise<void> {
    await this.flush();
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

function metaOf(
  { ttl, staleWhileRevalidate = 0, tags = [], savedMs = 0, failed, weak, compress }: SetOptions,
  bytes: number,
  createdAt: number,
): EntryMeta {
  const staleAt = ttl === undefined || staleWhileRevalidate === 0 ? undefined : createdAt + ttl;
  const expiresAt = ttl === undefined ? null : createdAt + ttl + staleWhileRevalidate;
  const times = { createdAt, lastUsed: createdAt, expiresAt, ...(staleAt !== undefined && { staleAt }) };
  const marks = {
    ...(failed && { failed }),
    ...(weak && { weak }),
    ...(compress === false && { uncompressed: true as const }),
  };
  return { bytes, tags, savedMs, ...times, ...marks };
}
