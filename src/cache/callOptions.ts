import { durationOf } from '../base/duration.ts';
import { UserError } from '../base/errors.ts';
import type { Sharing } from './sharing.ts';

/**
 * How calls of a function are remembered.
 * @example
 * const options: CachedOptions<[city: string]> = { persist: true, ttl: '30d', tags: ['geo'], key: (city) => city.toLowerCase() };
 * const geocode = cached(lookUp, options);
 */
export interface CachedOptions<A extends readonly unknown[] = readonly unknown[]> {
  /** How long a value counts: milliseconds, or text such as "90s", "10m", "1h", "7d". An hour unless given; `Infinity` for ever. */
  readonly ttl?: number | string;
  /**
   * How long after its `ttl` a value is still handed out while it is computed anew behind the caller's back: in
   * milliseconds or as text. Not at all unless given.
   */
  readonly staleWhileRevalidate?: number | string;
  /** Words by which values are removed together: `memoir cache invalidate --tag prices`, `cached.invalidate({ tags: ['prices'] })`. */
  readonly tags?: readonly string[];
  /**
   * What of the arguments matters; all of them unless given. Wanted where arguments hold what cannot be told apart, such
   * as functions, or where they say more than the result depends on.
   * @example cached(render, { key: (page, _log) => page.id })
   */
  readonly key?: (...args: A) => unknown;
  /** To be changed when what the function does changes in a way that its code does not show. */
  readonly version?: string | number;
  /**
   * Files that the function reads, or globs of them, relative to the working directory. Values are invalid as soon as the
   * content of one changes, one appears or one goes.
   * @example cached(loadPrices, { dependsOn: ['prices.csv', 'rules/*.json'] })
   */
  readonly dependsOn?: string | readonly string[];
  /** What the function is called in statistics and stored keys; its own name unless given. */
  readonly namespace?: string;
  /** How many values are kept in memory, 1,000 unless given. With `persist` the limits of the shared cache count. */
  readonly maxEntries?: number;
  /** How many bytes, roughly, values may take in memory, 256 MB unless given. With `persist` the limits of the shared cache count. */
  readonly maxBytes?: number;
  /** True keeps values on disk too, for later runs and other processes; calls then give a promise. */
  readonly persist?: boolean;
  /** False keeps values on disk as they are; large ones are compressed unless given. */
  readonly compress?: boolean;
  /**
   * How one value serves many callers. `true` or `'freeze'`, which is the default, freezes plain objects and arrays deeply,
   * and looks now and then whether somebody changed what cannot be frozen: Map, Set, Date, typed arrays. `'copy'` gives
   * each caller a copy. `false` or `'trust'` hands out the value as it is.
   */
  readonly freeze?: boolean | Sharing;
  /**
   * What a hit saves, in milliseconds, where that is not the time the function took: a limit on requests, or money. What
   * saves most per byte is kept longest.
   */
  readonly cost?: number | ((value: unknown, ...args: A) => number);
}

/** The same with nothing left open. Times are milliseconds. */
export interface CallOptions {
  readonly name: string;
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly tags: readonly string[];
  readonly key: ((...args: readonly unknown[]) => unknown) | null;
  readonly version: string | number | null;
  readonly dependsOn: readonly string[];
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly compress: boolean;
  readonly sharing: Sharing;
  /** What a hit will save; `ms` is what computing took. */
  readonly costOf: (value: unknown, args: readonly unknown[], ms: number) => number;
}

export interface CallDefaults {
  readonly ttlMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** Fills in what was not said about a function. Throws `UserError` for what means nothing. */
export function completeOptions(
  fn: (...args: never[]) => unknown,
  options: CachedOptions<never[]>,
  defaults: CallDefaults,
): CallOptions {
  const { freeze = true, cost, dependsOn = [], namespace, persist } = options;
  const name = namespace ?? (fn.name || 'anonymous function');
  if (persist && namespace === undefined && isNative(fn)) {
    throw new UserError(
      `${name} is a built-in or bound function, whose code cannot be seen. Give \`namespace\` a name of its own to persist its values.`,
    );
  }
  return {
    name,
    ttlMs: durationOf('ttl', options.ttl ?? defaults.ttlMs),
    staleMs: durationOf('staleWhileRevalidate', options.staleWhileRevalidate ?? 0),
    tags: options.tags ?? [],
    key: (options.key as CallOptions['key'] | undefined) ?? null, // it is given the function's own arguments
    version: options.version ?? null,
    dependsOn: typeof dependsOn === 'string' ? [dependsOn] : dependsOn,
    maxEntries: options.maxEntries ?? defaults.maxEntries,
    maxBytes: options.maxBytes ?? defaults.maxBytes,
    compress: options.compress ?? true,
    sharing: readSharing(freeze),
    costOf: readCost(cost as number | ((...all: unknown[]) => number) | undefined), // the same
  };
}

function isNative(fn: (...args: never[]) => unknown): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn));
}

function readSharing(freeze: boolean | Sharing): Sharing {
  if (typeof freeze === 'boolean') return freeze ? 'freeze' : 'trust';
  if (['freeze', 'copy', 'trust'].includes(freeze)) return freeze;
  throw new UserError(`freeze must be true, false, 'freeze', 'copy' or 'trust', but is ${freeze}.`);
}

function readCost(cost: number | ((...all: unknown[]) => number) | undefined): CallOptions['costOf'] {
  if (cost === undefined) return (_value, _args, ms) => ms;
  return typeof cost === 'number' ? () => cost : (value, args) => Number(cost(value, ...args)) || 0;
}
