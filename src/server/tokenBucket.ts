/** A rate limit that forgives bursts: so many at once, refilled at so many a second. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /** @param now milliseconds. */
  constructor(limits: { readonly perSecond: number; readonly burst: number }, now: () => number = Date.now) {
    this.#perSecond = limits.perSecond;
    this.#burst = limits.burst;
    this.#now = now;
    this.#tokens = limits.burst;
    this.#at = now();
  }

  /** Whether `cost` more are within the limit; if so, they are taken. */
  take(cost = 1): boolean {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }
}
