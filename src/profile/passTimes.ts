const WANTED_TICKS = 3000;
const MOST_TICKS = 20_000;
/** Within these, sampling costs a few percent up to a fifth. */
const SHORTEST_INTERVAL_US = 200;
const LONGEST_INTERVAL_US = 1000;
/** For what runs once, nobody knows how long. */
const ONCE_INTERVAL_US = 500;
/** Shares of the time left after the first call. */
const TIMING_SHARE = 0.35;
const SAMPLING_SHARE = 0.35;
const STACKS_SHARE = 0.2;
/** Beyond the others' shares: who asks for more has more time. */
const MEMORY_SHARE = 0.2;
const LONGEST_MEMORY_MS = 1000;
const LONGEST_SAMPLING_MS = 4000;

/** How long the passes of one measurement may take, and how often they are sampled. */
export class PassTimes {
  readonly #ms: number;
  /** What one call took, and what that leaves for repeated ones. */
  #firstMs = 0;
  #leftMs = 0;

  constructor(seconds: number) {
    this.#ms = seconds * 1000;
  }

  noteFirst(ms: number): void {
    this.#firstMs = ms;
    this.#leftMs = this.#ms - ms;
  }

  get mayRepeat(): boolean {
    return this.#firstMs <= this.#leftMs / 2;
  }

  get timingMs(): number {
    return this.#leftMs * TIMING_SHARE;
  }

  get samplingMs(): number {
    return Math.min(this.#leftMs * SAMPLING_SHARE, LONGEST_SAMPLING_MS);
  }

  get stacksMs(): number {
    return this.#leftMs * STACKS_SHARE;
  }

  /** For each of the passes that are taken only when asked for. */
  get memoryMs(): number {
    return Math.min(this.#leftMs * MEMORY_SHARE, LONGEST_MEMORY_MS);
  }

  /** For all that is repeated. */
  get leftMs(): number {
    return this.#leftMs;
  }

  /** Passes may take this much longer than planned. */
  get graceMs(): number {
    return Math.max(2000, 2 * this.#firstMs);
  }

  /** Between samples of the first call, in microseconds. */
  firstIntervalUs(repeats: boolean): number {
    return repeats ? Math.max(LONGEST_INTERVAL_US, (this.#ms * 1000) / MOST_TICKS) : ONCE_INTERVAL_US;
  }

  /** Between samples of repeated calls, in microseconds. */
  get intervalUs(): number {
    const wanted = (this.samplingMs * 1000) / WANTED_TICKS;
    return Math.round(Math.min(LONGEST_INTERVAL_US, Math.max(SHORTEST_INTERVAL_US, wanted)));
  }
}
