import { formatBytes, formatDuration } from '../base/format.ts';
import type { TierName } from './tier.ts';
import type { Found } from './tieredCache.ts';

/**
 * Whether a key would be a hit, and why.
 * @example
 * const { would, reason, kept } = await cache.explain('EUR');
 * if (would === 'hit') console.log(`${kept?.tier} has it: ${reason}`);
 */
export interface CacheExplanation {
  readonly would: 'hit' | 'miss';
  /** One plain sentence. */
  readonly reason: string;
  readonly key: string;
  /** What is kept; null where there is nothing. */
  readonly kept: {
    readonly tier: TierName;
    readonly bytes: number;
    readonly ageMs: number;
    /** Null for never. */
    readonly expiresInMs: number | null;
    readonly savedMs: number;
    readonly tags: readonly string[];
  } | null;
}

type Fate =
  | { readonly type: 'kept'; readonly expiresAt: number | null }
  | { readonly type: 'gone'; readonly what: string; readonly at: number }
  | { readonly type: 'refused'; readonly why: string };

const most = 10_000;

/** Remembers what became of keys in this process, so that a miss can be explained. */
export class Fates {
  readonly #now: () => number;
  readonly #fates = new Map<string, Fate>();

  constructor(now: () => number) {
    this.#now = now;
  }

  kept(key: string, expiresAt: number | null): void {
    this.#put(key, { type: 'kept', expiresAt });
  }

  /** `what` begins a sentence that ends with how long ago that was. */
  gone(keys: Iterable<string>, what: string): void {
    for (const key of keys) this.#put(key, { type: 'gone', what, at: this.#now() });
  }

  /** Everything was removed. */
  cleared(): void {
    this.gone([...this.#fates.keys()], 'The cache was cleared');
  }

  refused(key: string, why: string): void {
    this.#put(key, { type: 'refused', why });
  }

  explain(key: string, found: Found | undefined): CacheExplanation {
    const now = this.#now();
    if (!found) return { would: 'miss', reason: this.#whyNot(key, now), key, kept: null };
    const { bytes, createdAt, expiresAt, savedMs, tags, failed } = found.meta;
    const [ageMs, expiresInMs] = [now - createdAt, expiresAt === null ? null : expiresAt - now];
    const kept = { tier: found.tier, bytes, ageMs, expiresInMs, savedMs, tags };
    const age = `${formatDuration(ageMs)} ago`;
    if (failed) return { would: 'miss', reason: `Computing it failed ${age}, and the error is remembered.`, key, kept };
    const place = found.tier === 'memory' ? 'in memory' : `on ${found.tier}`;
    return { would: 'hit', reason: `A value from ${age} is kept ${place}, ${formatBytes(bytes)}.`, key, kept };
  }

  #whyNot(key: string, now: number): string {
    const fate = this.#fates.get(key);
    if (!fate) return 'Nothing is known of this key: it was not set by this program, or is no longer kept.';
    if (fate.type === 'refused') return fate.why;
    if (fate.type === 'gone') return `${fate.what} ${formatDuration(now - fate.at)} ago.`;
    return fate.expiresAt !== null && fate.expiresAt <= now
      ? `Its time to live ended ${formatDuration(now - fate.expiresAt)} ago.`
      : 'It was dropped to make room, or removed by another process.';
  }

  #put(key: string, fate: Fate): void {
    this.#fates.delete(key);
    this.#fates.set(key, fate);
    if (this.#fates.size > most) this.#fates.delete(this.#fates.keys().next().value!); // the oldest
  }
}
