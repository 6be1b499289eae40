import { durationOf } from '../base/duration.ts';
import type { SetOptions } from './tieredCache.ts';

/**
 * Milliseconds, or text such as "250ms", "90s", "10m", "1h" or "7d".
 * @example
 * const ttl: Duration = '90s';
 */
export type Duration = number | string;

/**
 * What to know of a value that is kept.
 * @example
 * await cache.set('EUR', rate, { ttl: '1h', tags: ['rates'], persist: false });
 */
export interface EntryOptions {
  /** How long it counts; as long as the cache says unless given. */
  readonly ttl?: Duration;
  /** How much longer it may be handed out while it is computed anew in the background. */
  readonly staleWhileRevalidate?: Duration;
  /** Words by which it can be invalidated. */
  readonly tags?: readonly string[];
  /** Milliseconds that computing it takes: what is dear is kept longer. `getOrCompute` measures it. */
  readonly cost?: number;
  /** False keeps it in memory only, off every disk and server; true unless given. */
  readonly persist?: boolean;
  /** True does not hold it in memory: it is found there as long as the program holds it, else where it persists. */
  readonly weak?: boolean;
}

/**
 * How a value that is missing is computed.
 * @example
 * await cache.getOrCompute('EUR', () => fetchRate('EUR'), { ttl: '1h', errorTtl: '10s' });
 */
export interface ComputeEntryOptions extends EntryOptions {
  /** How long an error is remembered and thrown again without computing; not at all unless given. */
  readonly errorTtl?: Duration;
}

/** What counts for values that say nothing else. */
export interface EntryDefaults {
  /** In milliseconds; for ever where it is undefined. */
  readonly ttl: number | undefined;
  readonly staleWhileRevalidate: number;
}

/** What tiers are told of a value. */
export function setOptionsOf(options: EntryOptions, defaults: EntryDefaults): SetOptions {
  const { ttl, staleWhileRevalidate, tags, cost, persist, weak } = options;
  const ms = ttl === undefined ? defaults.ttl : durationOf('ttl', ttl);
  return {
    ...(ms !== undefined && ms !== Number.POSITIVE_INFINITY && { ttl: ms }),
    staleWhileRevalidate:
      staleWhileRevalidate === undefined
        ? defaults.staleWhileRevalidate
        : durationOf('staleWhileRevalidate', staleWhileRevalidate),
    ...(tags && { tags }),
    ...(cost !== undefined && { savedMs: cost }),
    ...(persist !== undefined && { persist }),
    ...(weak && { weak }),
  };
}
