import { formatDuration } from '../base/format.ts';
import type { CallCounts } from './callCounts.ts';
import type { Difference, Gone } from './callHistory.ts';
import type { CallKey } from './callKey.ts';

/**
 * What a cached function did in this process. Times are milliseconds.
 * @example
 * const { hits, misses, savedMs } = geocode.stats();
 */
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

/**
 * What a call with some arguments would do, and why.
 * @example
 * const { would, reason, component } = load.explain('2025');
 * // 'compute', 'Compared with the nearest earlier call, argument 1 is "2025" instead of "2024".', 'argument 1'
 */
export interface CallExplanation {
  readonly would: 'hit' | 'compute';
  /** In a sentence. */
  readonly reason: string;
  /** What differs from the nearest earlier call: `argument 2.from`, `file prices.csv`, `code of helper`; null where nothing does. */
  readonly component: string | null;
  /** What that was in the earlier call, and what it is now; of persisted calls only digests are known. */
  readonly before: string | null;
  readonly after: string | null;
  /** What the call is known by; null where it cannot be keyed. */
  readonly key: string | null;
  /** Of a kept value: where it is, how old, how long it still counts, and what a hit saves; in milliseconds. */
  readonly kept: {
    readonly tier: string;
    readonly ageMs: number;
    readonly expiresInMs: number;
    readonly savedMs: number;
  } | null;
  /** With `persist`: what the function's code depends on that is not part of its keys, each in a sentence. */
  readonly notFollowed: readonly string[];
}

/** What is kept of a call. Times are milliseconds, since 1970 where they are points. */
export interface KeptValue {
  readonly tier: string;
  readonly keptAt: number;
  readonly expiresAt: number;
  readonly savedMs: number;
}

/** Why nothing is kept of a call: what became of it, or how it differs from the nearest earlier one. */
export interface Missing {
  readonly gone: Gone | null;
  readonly nearest: Difference | null;
}

type Told = Pick<CallExplanation, 'would' | 'reason'> & Partial<CallExplanation>;

/** What a call with this key would do. */
export function explainCall(
  keyed: CallKey,
  kept: KeptValue | undefined,
  missing: () => Missing,
  now: number,
): CallExplanation {
  if ('problem' in keyed) return told({ would: 'compute', reason: keyed.problem });
  const { key } = keyed;
  if (!kept) return told({ would: 'compute', ...explainMiss(missing()), key });
  const { tier, keptAt, expiresAt, savedMs } = kept;
  const ageMs = now - keptAt;
  const reason = `A value from ${formatDuration(ageMs)} ago is kept ${tier === 'memory' ? 'in memory' : `on ${tier}`}.`;
  return told({ would: 'hit', reason, key, kept: { tier, ageMs, expiresInMs: expiresAt - now, savedMs } });
}

const goneBecause: Readonly<Record<Gone, string>> = {
  dropped: 'It was kept for these arguments, and dropped to make room for others.',
  expired: 'It was kept for these arguments, and its time to live is over.',
  invalidated: 'It was kept for these arguments, and invalidated.',
  lost: 'It was kept for these arguments; since then it expired, was dropped or invalidated.',
};

function explainMiss({ gone, nearest }: Missing): Pick<CallExplanation, 'reason'> & Partial<CallExplanation> {
  if (gone) return { reason: goneBecause[gone], component: gone === 'expired' ? 'ttl' : null };
  if (!nearest) return { reason: 'It was not called before.' };
  const { component, before, after, count } = nearest;
  const change =
    component === null ? 'something deep inside an argument is different' : changeOf(component, before, after);
  const more = count > 1 ? `, and ${count - 1} more ${count === 2 ? 'part is' : 'parts are'} different` : '';
  return { reason: `Compared with the nearest earlier call, ${change}${more}.`, component, before, after };
}

function changeOf(component: string, before: string | null, after: string | null): string {
  if (before === null) return `${component} is new`;
  if (after === null) return `${component} is missing`;
  if (!component.startsWith('argument') && !component.startsWith('number')) return `${component} changed`;
  return isDigest(before) ? `${component} is different` : `${component} is ${after} instead of ${before}`;
}

function isDigest(text: string): boolean {
  return text.startsWith('#');
}

function told(explanation: Told): CallExplanation {
  return { component: null, before: null, after: null, key: null, kept: null, notFollowed: [], ...explanation };
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
