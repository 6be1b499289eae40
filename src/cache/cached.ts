import { callSite } from '../base/callSite.ts';
import { noteCached } from './cachedFunctions.ts';
import type { AnyFunction, CachedParts, CachedProgram } from './cachedProgram.ts';
import { CallCounts } from './callCounts.ts';
import type { CachedStats, CallExplanation } from './callExplanation.ts';
import { isThenable } from './callMemory.ts';
import { type CachedOptions, completeOptions } from './callOptions.ts';
import { type KeptCall, slotOf } from './keptCalls.ts';
import { MemoryCalls } from './memoryCalls.ts';
import { PersistentCalls } from './persistentCalls.ts';
import { Tagged } from './tagged.ts';

/**
 * A function that remembers in memory. It is called as the function that it stands for.
 * @example
 * const primes: CachedFunction<[limit: number], number[]> = cached((limit: number) => sieve(limit));
 * primes(1e7);
 * primes.stats().hits;
 */
export interface CachedFunction<A extends unknown[], R> {
  (...args: A): R;
  /** What it did in this process, in sums. */
  stats(): CachedStats;
  /**
   * What a call with these arguments would do, and why: where its value is, or what differs from the nearest earlier
   * call. Nothing is computed, and nothing counted.
   * @example
   * load.explain('2025').reason // 'Compared with the nearest earlier call, argument 1 is "2025" instead of "2024".'
   */
  explain(...args: A): CallExplanation;
  /** Whether a value was kept for these arguments; it is no more. What is being computed is not kept either. */
  invalidate(...args: A): boolean;
  /** Forgets all values. */
  clear(): void;
  /**
   * Calls it with each argument list, one after the other; what is kept is not computed.
   * @example await load.warm([['2024'], ['2025']]);
   */
  warm(lists: Iterable<A>): Promise<void>;
}

/**
 * A function that remembers on disk too: each of its answers is a promise.
 * @example
 * const geocode: PersistentFunction<[city: string], Place> = cached(lookUp, { persist: true });
 * await geocode('Oslo');
 * await geocode.invalidate('Oslo');
 */
export interface PersistentFunction<A extends unknown[], R> {
  (...args: A): Promise<R>;
  /** See `CachedFunction`. */
  stats(): CachedStats;
  explain(...args: A): Promise<CallExplanation>;
  invalidate(...args: A): Promise<boolean>;
  clear(): Promise<void>;
  warm(lists: Iterable<A>): Promise<void>;
}

/** The type of `cached`. */
export interface Cached {
  /**
   * `fn`, remembering its values on disk: equal arguments give the value that was computed first, in this process, in
   * later ones and in others that share the folder. All that ask at a time share one computation. Errors are never
   * remembered. Values count for as long as the function's code, the local functions that it calls, and the constants
   * that it captures stay what they are.
   * @throws UserError where an option means nothing, or for a built-in or bound function without a `namespace`.
   * @example
   * const geocode = cached(async (city: string) => lookUp(city), { persist: true, ttl: '30d', tags: ['geo'] });
   * await geocode('Oslo'); // asks
   * await geocode('Oslo'); // remembers, also tomorrow
   */
  <A extends unknown[], R>(
    fn: (...args: A) => R,
    options: CachedOptions<NoInfer<A>> & { readonly persist: true },
  ): PersistentFunction<A, Awaited<R>>;
  /**
   * `fn`, remembering its values in memory: equal arguments give the value that was computed first, the very same object,
   * frozen. What is synchronous stays so. Errors are never remembered; callers that ask while a promise is pending share it.
   * Calls whose arguments cannot be told apart (they hold functions, instances of classes, getters…) are computed each
   * time; `explain` says so.
   * @throws UserError where an option means nothing, and from a call where some caller changed a value that all share.
   * @example
   * const primes = cached((limit: number) => sieve(limit), { ttl: '10m', maxEntries: 100 });
   * primes(1e7); // 180 ms
   * primes(1e7); // 50 ns
   * primes.stats(); // { hits: 1, misses: 1, savedMs: 180, … }
   */
  <A extends unknown[], R>(fn: (...args: A) => R, options?: CachedOptions<NoInfer<A>>): CachedFunction<A, R>;
  /**
   * Forgets what functions with any of these tags remember, in this program and on disk; says how many values that were.
   * @example await cached.invalidate({ tags: ['prices'] });
   */
  invalidate(which: { readonly tags: readonly string[] }): Promise<number>;
}

/** The `cached` of a program. */
export function makeCached(program: CachedProgram): Cached {
  const tagged = new Tagged();
  const cached = (fn: AnyFunction, options: CachedOptions<never[]> = {}) => {
    const complete = completeOptions(fn, options, program.defaults);
    const site = callSite(cached);
    const place = site && { ...site, function: fn.name };
    const tier = options.persist ? null : 'memory';
    const counts = new CallCounts(complete.name, place, tier, program.statistics.changed);
    const parts = { fn, options: complete, counts, program };
    if (options.persist) return persistent(fn, new PersistentCalls(parts));
    const call = inMemory(parts);
    tagged.add(call, complete.tags);
    return call;
  };
  const invalidate: Cached['invalidate'] = async ({ tags }) =>
    tagged.invalidate(tags) + (await program.store().records.invalidate({ tags })).length;
  return Object.assign(cached, { invalidate }) as Cached; // one body serves both signatures
}

function inMemory({ fn, options, counts, program }: CachedParts): CachedFunction<never[], unknown> {
  const calls = new MemoryCalls({ fn, options, counts, program });
  const { ofOne, ofNumber, ofTwo, ofObject } = calls.near;
  const { now } = program;
  const call = function (this: unknown, ...args: never[]): unknown {
    // A hit for one or two plain arguments costs little more than the look-up in a Map: all of it stands here.
    const { length } = args;
    const first: unknown = args[0];
    let kept: KeptCall | undefined;
    if (length === 1 && typeof first === 'number') {
      kept = ofNumber[slotOf(first)];
      if (kept?.first !== first) kept = ofOne.get(first);
    } else if (length === 1) {
      kept = ofOne.get(first) ?? (isObject(first) ? ofObject.find(first) : undefined);
    } else if (length === 2) {
      kept = ofTwo.get(first)?.get(args[1]);
    }
    if (kept === undefined || kept.freshUntil <= now()) return calls.call(this, ...args); // so that a hit makes no array
    if (kept.hits++ === kept.hitsCounted) counts.used(kept);
    return kept.value;
  };
  return named(fn, call, {
    stats: () => calls.stats(),
    explain: (...args: never[]) => calls.explain(args),
    invalidate: (...args: never[]) => calls.invalidate(args),
    clear: () => calls.clear(),
    warm: (lists: Iterable<never[]>) => warm(call, lists),
  });
}

function persistent(fn: AnyFunction, calls: PersistentCalls): PersistentFunction<never[], unknown> {
  const call = function (this: unknown, ...args: never[]): Promise<unknown> {
    return calls.call(this, args);
  };
  return named(fn, call, {
    stats: () => calls.stats(),
    explain: (...args: never[]) => calls.explain(args),
    invalidate: (...args: never[]) => calls.invalidate(args),
    clear: () => calls.clear(),
    warm: (lists: Iterable<never[]>) => warm(call, lists),
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

async function warm(call: (...args: never[]) => unknown, lists: Iterable<never[]>): Promise<void> {
  for (const args of lists) {
    const result = call(...args);
    if (isThenable(result)) await result;
  }
}

/** `call` with its methods, and with the name and length of the function that it stands for. */
function named<T extends object, C extends (...args: never[]) => unknown>(fn: AnyFunction, call: C, methods: T): C & T {
  Object.defineProperty(call, 'name', { value: fn.name, configurable: true });
  Object.defineProperty(call, 'length', { value: fn.length, configurable: true });
  noteCached(call, fn);
  return Object.assign(call, methods);
}
