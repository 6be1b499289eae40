import { formatDuration } from '../base/format.ts';
import type { CallCounts } from './callCounts.ts';
import type { CallKey } from './callKey.ts';

/** What a cached function did in this process. Times are milliseconds. */
export interface CachedStats {
  readonly hits: number;
  readonly misses: number;
  /** From 0 to 1; 0 before the first look-up. */
  readonly hitRate: number;
  /** What is kept in memory of this function alone; 0 with `persist`, where the shared cache holds it. */
  readonly entries: number;
  readonly bytes: number;
  readonly savedMs: number;
  readonly computeMs: number;
  readonly evictions: number;
  /** Calls that threw or rejected: they are never remembered. */
  readonly errors: number;
  /** Calls whose arguments could not be keyed or whose value could not be kept. */
  readonly uncached: number;
}

/** What a call with some arguments would do, and why. */
export interface CallExplanation {
  readonly would: 'hit' | 'compute';
  /** In a sentence. */
  readonly reason: string;
  /** What the arguments are known by; null where they cannot be keyed. */
  readonly key: string | null;
  /** Of a kept value: where it is, how old, how long it still counts, and what a hit saves; in milliseconds. */
  readonly kept: {
    readonly tier: string;
    readonly ageMs: number;
    readonly expiresInMs: number;
    readonly savedMs: number;
  } | null;
}

/** What is kept of a call. Times are milliseconds, since 1970 where they are points. */
export interface KeptValue {
  readonly tier: string;
  readonly keptAt: number;
  readonly expiresAt: number;
  readonly savedMs: number;
}

/** What a call with this key would do. */
export function explainCall(keyed: CallKey, kept: KeptValue | undefined, now: number): CallExplanation {
  if ('problem' in keyed) return { would: 'compute', reason: keyed.problem, key: null, kept: null };
  const { key } = keyed;
  if (!kept) return { would: 'compute', reason: 'Nothing is kept for these arguments.', key, kept: null };
  const { tier, keptAt, expiresAt, savedMs } = kept;
  const ageMs = now - keptAt;
  const reason = `A value from ${formatDuration(ageMs)} ago is kept ${tier === 'memory' ? 'in memory' : `on ${tier}`}.`;
  return { would: 'hit', reason, key, kept: { tier, ageMs, expiresInMs: expiresAt - now, savedMs } };
}

/** The sums of a function with what is kept of it. */
export function statsOf(
  { total }: CallCounts,
  size: { readonly entries: number; readonly bytes: number },
): CachedStats {
  const { hits, misses, savedMs, computeMs, evictions, errors, uncached } = total;
  const hitRate = hits + misses === 0 ? 0 : hits / (hits + misses);
  return { hits, misses, hitRate, ...size, savedMs, computeMs, evictions, errors, uncached };
}
