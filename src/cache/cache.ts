import { type Disposable, onDispose } from '../base/disposable.ts';
import { durationOf } from '../base/duration.ts';
import { UserError } from '../base/errors.ts';
import { type CacheEntry, shownEntries } from './cacheEntry.ts';
import { type CacheExplanation, Fates } from './cacheExplanation.ts';
import type { CacheStats } from './cacheStats.ts';
import { NotEncodable } from './codec.ts';
import { Computations, renewing } from './computations.ts';
import type { Verification } from './diskVerify.ts';
import { type ComputeEntryOptions, type EntryDefaults, type EntryOptions, setOptionsOf } from './entryOptions.ts';
import { describeInvalidation, filterOf, type Invalidation } from './invalidation.ts';
import { findDispensable, type Optimization } from './optimization.ts';
import type { Pressure } from './pressure.ts';
import type { TierName } from './tier.ts';
import type { Found, TieredCache } from './tieredCache.ts';

/** What a `Cache` works with. */
export interface CacheParts extends EntryDefaults {
  readonly tiers: TieredCache<TierName>;
  /** What stored keys begin with. */
  readonly prefix: string;
  readonly now: () => number;
  readonly pressure: Pressure;
  readonly verify: () => Promise<Verification | undefined>;
}

/**
 * Values by key, in memory, on disk and beyond. Made by `openCache`.
 * @example
 * const cache: Cache = openCache({ namespace: 'prices' });
 * await cache.set('EUR', 1.08, { ttl: '1h' });
 * await cache.get('EUR'); // 1.08
 */
export class Cache {
  readonly #tiers: TieredCache<TierName>;
  readonly #prefix: string;
  readonly #defaults: EntryDefaults;
  readonly #computations: Computations;
  readonly #fates: Fates;
  readonly #now: () => number;
  readonly #pressure: Pressure;
  readonly #verify: CacheParts['verify'];

  constructor({ tiers, prefix, ttl, staleWhileRevalidate, now, pressure, verify }: CacheParts) {
    this.#now = now;
    this.#pressure = pressure;
    this.#verify = verify;
    this.#tiers = tiers;
    this.#prefix = prefix;
    this.#defaults = { ttl, staleWhileRevalidate };
    this.#fates = new Fates(now);
    this.#computations = new Computations(tiers, {
      now,
      kept: (name, expiresAt) => this.#fates.kept(this.#shown(name), expiresAt),
      refused: (name, why) => this.#fates.refused(this.#shown(name), why),
    });
  }

  /** The value of a key; undefined where there is none. */
  async get<T = unknown>(key: string): Promise<T | undefined> {
    return plainValue<T>(await this.#tiers.get(this.#name(key)));
  }

  /** The values of many keys, in their order; undefined where there is none. */
  async getMany<T = unknown>(keys: readonly string[]): Promise<(T | undefined)[]> {
    const found = await this.#tiers.getMany(keys.map((key) => this.#name(key)));
    return found.map((one) => plainValue<T>(one));
  }

  /** Whether there is a value for a key. Does not count as a look-up. */
  async has(key: string): Promise<boolean> {
    const found = await this.#tiers.peek(this.#name(key));
    return found !== undefined && !found.meta.failed;
  }

  /**
   * Keeps a value under a key, in place of the one before.
   * Any plain data: objects, arrays, Map, Set, Date, RegExp, Error, BigInt, typed arrays, cycles.
   * @throws UserError where the value holds what cannot be stored, such as a function or an instance of a class.
   */
  async set(key: string, value: unknown, options: EntryOptions = {}): Promise<void> {
    try {
      const { expiresAt } = await this.#tiers.put(this.#name(key), value, setOptionsOf(options, this.#defaults));
      this.#fates.kept(key, expiresAt);
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error;
      const place = error.path ? `${error.path} of the value` : 'The value';
      throw new UserError(
        `${place} for "${key}" is ${error.reason}, which a cache cannot keep. Keep the data it is made of.`,
      );
    }
  }

  /** `set` for many values; the options hold for each. */
  async setMany(values: Iterable<readonly [key: string, value: unknown]>, options: EntryOptions = {}): Promise<void> {
    await Promise.all([...values].map(([key, value]) => this.set(key, value, options)));
  }

  /**
   * The value of a key, else what `compute` gives, which is then kept. All who ask at a time share one computation, also
   * from other processes with the same disk. What cannot be stored is given but not kept: `explain` says why.
   * @throws what `compute` throws, which is not kept unless `errorTtl` says so.
   * @example
   * const user = await cache.getOrCompute(`user:${id}`, () => fetchUser(id), { ttl: '10m', tags: ['users'] });
   */
  async getOrCompute<T>(key: string, compute: () => T | Promise<T>, options: ComputeEntryOptions = {}): Promise<T> {
    const { errorTtl } = options;
    const value = await this.#computations.get(this.#name(key), compute, {
      ...setOptionsOf(options, this.#defaults),
      ...(errorTtl !== undefined && { errorTtl: durationOf('errorTtl', errorTtl) }),
    });
    return value as T; // the caller knows what it put there
  }

  /** Computes what is missing of many keys, one after the other; gives how many were computed. */
  async warm<T>(
    keys: Iterable<string>,
    compute: (key: string) => T | Promise<T>,
    options: ComputeEntryOptions = {},
  ): Promise<number> {
    let computed = 0;
    for (const key of keys) {
      const counted = () => {
        computed += 1;
        return compute(key);
      };
      await this.getOrCompute(key, counted, options);
    }
    return computed;
  }

  /** Whether there was something. */
  async delete(key: string): Promise<boolean> {
    const name = this.#name(key);
    this.#computations.outdate((other) => other === name || other === name + renewing);
    const had = await this.#tiers.delete(name);
    if (had) this.#fates.gone([key], 'It was deleted');
    return had;
  }

  /** Removes the entries that are meant, and says how many there were. Nothing is removed where no condition is given. */
  async invalidate(which: Invalidation): Promise<number> {
    const { tags, prefix, pattern } = which;
    if (tags === undefined && prefix === undefined && pattern === undefined) {
      throw new UserError('invalidate needs tags, a prefix or a pattern; to remove everything, call clear.');
    }
    this.#computations.outdate(() => true);
    const keys = await this.#tiers.invalidate(filterOf(which, this.#prefix));
    const shown = keys.map((key) => this.#shown(key));
    this.#fates.gone(shown, `It was invalidated by ${describeInvalidation(which)}`);
    return keys.length;
  }

  /** Removes everything of this namespace, and gives the space back. */
  async clear(): Promise<void> {
    this.#computations.outdate(() => true);
    await this.#tiers.clear(this.#prefix);
    this.#fates.cleared();
  }

  /** Look-ups since the cache was opened, and what is kept. */
  stats(): Promise<CacheStats> {
    return this.#tiers.ownStats(this.#prefix);
  }

  /** What is kept, ordered by key; all, or the entries that are meant. */
  async entries(which: Invalidation = {}): Promise<CacheEntry[]> {
    const found = await this.#tiers.list(filterOf(which, this.#prefix));
    const values = [...found.values()].filter(({ meta }) => !meta.failed);
    return shownEntries(values, (key) => this.#shown(key));
  }

  /** Whether a key would be a hit, or why not: as a sentence and as data. Does not count as a look-up. */
  async explain(key: string): Promise<CacheExplanation> {
    return this.#fates.explain(key, await this.#tiers.peek(this.#name(key)));
  }

  /** Calls `cleanUp` when memory gets tight; what is given back takes it away. The cache itself then lets go of half of its memory. */
  onPressure(cleanUp: () => unknown): Disposable {
    return onDispose(this.#pressure.add(cleanUp));
  }

  /** Does at once what is done when memory gets tight: calls all clean-ups, and lets go of half of what is in memory. */
  async relieve(): Promise<void> {
    await this.#pressure.relieve();
  }

  /**
   * Finds entries that are not worth their place: what loads slower than it computes, what was not used for a month. Reports
   * only, unless `apply` is true.
   */
  async optimize({ apply = false }: { readonly apply?: boolean } = {}): Promise<Optimization> {
    const entries = (await this.#tiers.list({ prefix: this.#prefix })).values();
    const found = findDispensable(entries, this.#now());
    if (apply) await this.#tiers.deleteMany(found.map(({ key }) => key));
    const drop = found.map((one) => ({ ...one, key: this.#shown(one.key) }));
    return { drop, bytes: drop.reduce((sum, { bytes }) => sum + bytes, 0), applied: apply };
  }

  /** Looks at everything that lies on disk, also of other namespaces, and removes what cannot be believed or read; null without a disk. */
  async verify(): Promise<Verification | null> {
    return (await this.#verify()) ?? null;
  }

  /** Waits until everything is written, also to slow tiers. */
  flush(): Promise<void> {
    return this.#tiers.flush();
  }

  /** Writes what is waiting and lets go of files and connections. From then on everything is a miss. */
  async close(): Promise<void> {
    this.#pressure.close();
    await this.#tiers.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #name(key: string): string {
    if (typeof key !== 'string') throw new UserError(`A key must be a text, but this is ${typeof key}.`);
    return this.#prefix + key;
  }

  #shown(name: string): string {
    return name.slice(this.#prefix.length);
  }
}

function plainValue<T>(found: Found | undefined): T | undefined {
  return found?.meta.failed ? undefined : (found?.value as T | undefined); // the caller knows what it put there
}
