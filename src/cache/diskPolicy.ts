import { CostAware, type CostAwareLimits } from './costAware.ts';

const filled = 0.98; // of the limits, so that something need not go at every write

/** What of a disk is to go the next time that a limit is met: what `CostAware` dropped since. Until then it can still be read. */
export class DiskPolicy {
  readonly #policy: CostAware;
  readonly #doomed = new Set<string>();

  constructor({ maxBytes, maxEntries }: CostAwareLimits) {
    this.#policy = new CostAware({ maxBytes: filled * maxBytes, maxEntries: filled * maxEntries });
  }

  /** Keys of what is to go, now. */
  get doomed(): readonly string[] {
    return [...this.#doomed];
  }

  isDoomed(key: string): boolean {
    return this.#doomed.has(key);
  }

  knows(key: string): boolean {
    return this.#policy.has(key) || this.#doomed.has(key);
  }

  /** Notes that an entry was read. */
  use(key: string, bytes: number, savedMs: number): void {
    if (this.#policy.has(key)) this.#policy.use(key);
    else this.add(key, bytes, savedMs);
  }

  /** Takes in an entry that was written, or was there before and asked for some times. */
  add(key: string, bytes: number, savedMs: number, times = 1): void {
    this.#doomed.delete(key);
    for (const gone of this.#policy.add(key, bytes, savedMs, times)) this.#doomed.add(gone);
  }

  /** Forgets what is no longer there. */
  keepOnly(isThere: (key: string) => boolean): void {
    for (const key of this.#policy.keys()) if (!isThere(key)) this.#policy.delete(key);
    for (const key of this.#doomed) if (!isThere(key)) this.#doomed.delete(key);
  }

  /** Dooms what is worth least until the rest is so much of the limits. */
  shrink(share: number): void {
    for (const gone of this.#policy.shrink(share)) this.#doomed.add(gone);
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) this.#doomed.delete(key);
  }
}
