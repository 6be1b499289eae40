import { callSite } from '../base/callSite.ts';
import { parseDuration } from '../base/duration.ts';
import { UserError } from '../base/errors.ts';
import type { Store } from './cacheDirectory.ts';
import { CallCounts, type CallStatistics } from './callCounts.ts';
import { type CachedStats, type CallExplanation, explainCall, statsOf } from './callExplanation.ts';
import { type CallKey, callKey } from './callKey.ts';
import { CallMemory, isThenable } from './callMemory.ts';
import { CallRecords } from './callRecords.ts';
import { digestParts, digestText } from './key.ts';

/** How calls of a function are remembered. */
export interface CachedOptions<A extends readonly unknown[]> {
  /** How long a value counts: milliseconds or text such as "10m"; an hour unless given. */
  readonly ttl?: number | string;
  /** What of the arguments matters; all of them unless given. */
  readonly key?: (...args: A) => unknown;
  /** To be changed when what the function does changes in a way that its source does not show. */
  readonly version?: string | number;
  /** What the function is called in statistics and stored keys; its own name unless given. */
  readonly namespace?: string;
  /** How many values are kept in memory, 1,000 unless given. With `persist` the limits of the shared cache count. */
  readonly maxEntries?: number;
  /** How many bytes, roughly, values may take in memory, 256 MB unless given. */
  readonly maxBytes?: number;
  /** Words by which stored values can be invalidated. */
  readonly tags?: readonly string[];
  /** True keeps values on disk too, for later runs and other processes; calls then give a promise. */
  readonly persist?: boolean;
}

/** A function that remembers in memory. */
export interface CachedFunction<A extends unknown[], R> {
  (...args: A): R;
  stats(): CachedStats;
  explain(...args: A): CallExplanation;
  /** Whether a value was kept for these arguments; it is no more. */
  invalidate(...args: A): boolean;
  clear(): void;
  /** Calls it with each argument list, one after the other; what is kept is not computed. */
  warm(lists: Iterable<A>): Promise<void>;
}

/** A function that remembers on disk too. */
export interface PersistentFunction<A extends unknown[], R> {
  (...args: A): Promise<R>;
  stats(): CachedStats;
  explain(...args: A): Promise<CallExplanation>;
  invalidate(...args: A): Promise<boolean>;
  clear(): Promise<void>;
  warm(lists: Iterable<A>): Promise<void>;
}

/** What cached functions of one program share. */
export interface CachedProgram {
  /** Opened with the first look-up that needs it. */
  readonly store: () => Store;
  readonly statistics: CallStatistics;
  readonly defaults: { readonly ttlMs: number; readonly maxEntries: number; readonly maxBytes: number };
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The type of `cached`. */
export interface Cached {
  /** `fn`, remembering its values on disk: equal arguments give the value that was computed first. */
  <A extends unknown[], R>(
    fn: (...args: A) => R,
    options: CachedOptions<NoInfer<A>> & { readonly persist: true },
  ): PersistentFunction<A, Awaited<R>>;
  /** `fn`, remembering its values in memory: equal arguments give the value that was computed first, the very same object. */
  <A extends unknown[], R>(fn: (...args: A) => R, options?: CachedOptions<NoInfer<A>>): CachedFunction<A, R>;
}

type AnyFunction = (this: unknown, ...args: never[]) => unknown;
type KeyOf = (args: readonly unknown[]) => CallKey;

/** The `cached` of a program. Errors are never remembered, and callers that ask while a promise is pending share it. */
export function makeCached(program: CachedProgram): Cached {
  const cached = (fn: AnyFunction, options: CachedOptions<never[]> = {}) => {
    const name = options.namespace ?? (fn.name || 'anonymous function');
    const site = callSite(cached);
    const place = site && { ...site, function: fn.name };
    const tier = options.persist ? null : 'memory';
    const counts = new CallCounts(name, place, tier, program.statistics.changed);
    const { key } = options;
    const keyOf: KeyOf = key ? (args) => callKey([key(...(args as never[]))]) : callKey; // the caller's own arguments
    const ttlMs = readTtl(options.ttl ?? program.defaults.ttlMs);
    const parts = { fn, options, name, counts, keyOf, ttlMs, program };
    return options.persist ? persistent(parts) : inMemory(parts);
  };
  return cached as Cached; // one body serves both signatures
}

type Methods<F extends CachedFunction<never[], unknown> | PersistentFunction<never[], unknown>> = Pick<
  F,
  'stats' | 'explain' | 'invalidate' | 'clear' | 'warm'
>;

interface Parts {
  readonly fn: AnyFunction;
  readonly options: CachedOptions<never[]>;
  readonly name: string;
  readonly counts: CallCounts;
  readonly keyOf: KeyOf;
  readonly ttlMs: number;
  readonly program: CachedProgram;
}

function inMemory({ fn, options, counts, keyOf, ttlMs, program }: Parts): CachedFunction<never[], unknown> {
  const { maxEntries = program.defaults.maxEntries, maxBytes = program.defaults.maxBytes } = options;
  const { now } = program;
  const memory = new CallMemory({ maxEntries, maxBytes, ttlMs, counts, now });
  const call = function (this: unknown, ...args: never[]): unknown {
    const keyed = keyOf(args);
    if ('key' in keyed) return memory.get(keyed.key, () => fn.apply(this, args));
    counts.count('uncached');
    return fn.apply(this, args);
  };
  const methods: Methods<CachedFunction<never[], unknown>> = {
    stats: () => statsOf(counts, memory.size),
    explain: (...args) => {
      const keyed = keyOf(args);
      const kept = 'key' in keyed ? memory.peek(keyed.key) : undefined;
      return explainCall(keyed, kept && { ...kept, tier: 'memory', savedMs: kept.computeMs }, now());
    },
    invalidate: (...args) => withKey(keyOf(args), (key) => memory.delete(key), false),
    clear: () => memory.clear(),
    warm: (lists) => warm(call, lists),
  };
  return named(fn, call, methods);
}

function persistent({ fn, options, name, counts, keyOf, ttlMs, program }: Parts): PersistentFunction<never[], unknown> {
  const prefix = prefixOf(fn, name, options);
  const records = new CallRecords({ store: program.store, prefix, ttlMs, tags: options.tags ?? [], counts });
  const call = async function (this: unknown, ...args: never[]): Promise<unknown> {
    const keyed = keyOf(args);
    if ('key' in keyed) return records.get(keyed.key, () => fn.apply(this, args));
    counts.count('uncached');
    return fn.apply(this, args);
  };
  const methods: Methods<PersistentFunction<never[], unknown>> = {
    stats: () => statsOf(counts, { entries: 0, bytes: 0 }),
    explain: async (...args) => {
      const keyed = keyOf(args);
      const found = 'key' in keyed ? await records.peek(keyed.key) : undefined;
      if (!found) return explainCall(keyed, undefined, program.now());
      const { createdAt, expiresAt, savedMs } = found.meta;
      const kept = { tier: found.tier, keptAt: createdAt, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY, savedMs };
      return explainCall(keyed, kept, program.now());
    },
    invalidate: (...args) => withKey(keyOf(args), (key) => records.delete(key), Promise.resolve(false)),
    clear: () => records.clear(),
    warm: (lists) => warm(call, lists),
  };
  return named(fn, call, methods);
}

/** What the stored keys of a function begin with: other code, or another version of it, has other values. */
function prefixOf(fn: AnyFunction, name: string, { namespace, version }: CachedOptions<never[]>): string {
  const source = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}$/.test(source) && namespace === undefined) {
    throw new UserError(
      `${name} is a built-in or bound function, whose code cannot be seen. Give \`namespace\` a name of its own to persist its values.`,
    );
  }
  const identity = digestParts('cached-1', { name, version: version ?? null, source: digestText(source) });
  return `call/${encodeURIComponent(name)}/${identity}/`;
}

function readTtl(ttl: number | string): number {
  const ms = ttl === Number.POSITIVE_INFINITY ? ttl : parseDuration(ttl);
  if (ms === null) {
    throw new UserError(`ttl must be a time such as "90s", "10m" or "1h", or a number of milliseconds, but is ${ttl}.`);
  }
  return ms;
}

function withKey<T>(keyed: CallKey, work: (key: string) => T, otherwise: T): T {
  return 'key' in keyed ? work(keyed.key) : otherwise;
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
  return Object.assign(call, methods);
}
