import { LRUCache } from 'lru-cache';
import type { CallCounts } from './callCounts.ts';
import { roughSize } from './roughSize.ts';

/** What was kept of one call. */
export interface KeptCall {
  readonly value: unknown;
  readonly computeMs: number;
  readonly keptAt: number;
  readonly expiresAt: number;
  readonly bytes: number;
}

export interface CallMemoryOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly ttlMs: number;
  readonly counts: CallCounts;
  readonly now: () => number;
}

/** The values of one function in this process, shared with its callers, the least recently used dropped first. */
export class CallMemory {
  readonly #calls: LRUCache<string, KeptCall>;
  readonly #flights = new Map<string, Promise<unknown>>();
  readonly #options: CallMemoryOptions;

  constructor(options: CallMemoryOptions) {
    const { maxEntries, maxBytes, counts } = options;
    this.#options = options;
    this.#calls = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => Math.max(1, bytes),
      dispose: (_, __, reason) => {
        if (reason === 'evict') counts.count('evictions');
      },
    });
  }

  /** The value under a key, else what `compute` gives; promises are shared while they run, and kept once fulfilled. */
  get(key: string, compute: () => unknown): unknown {
    const { counts } = this.#options;
    const kept = this.peek(key);
    if (kept) {
      counts.hit(kept.computeMs);
      return kept.value;
    }
    const flight = this.#flights.get(key);
    if (!flight) return this.#compute(key, compute, counts.miss(key));
    counts.hit(0);
    return flight;
  }

  /** What is kept under a key, without counting. */
  peek(key: string): KeptCall | undefined {
    const kept = this.#calls.get(key);
    if (!kept || kept.expiresAt > this.#options.now()) return kept;
    this.#calls.delete(key);
    return undefined;
  }

  /** Whether there was something. */
  delete(key: string): boolean {
    this.#options.counts.removed(key);
    const wasFlying = this.#flights.delete(key); // who waits for it gets it, but it is not kept
    return this.#calls.delete(key) || wasFlying;
  }

  clear(): void {
    this.#options.counts.removed();
    this.#flights.clear();
    this.#calls.clear();
  }

  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#calls.size, bytes: this.#calls.calculatedSize };
  }

  #compute(key: string, compute: () => unknown, wasKept: boolean): unknown {
    const { counts } = this.#options;
    const started = performance.now();
    const finish = () => {
      const ms = performance.now() - started;
      counts.computed(ms, wasKept);
      return ms;
    };
    let result: unknown;
    try {
      result = compute();
    } catch (error) {
      finish();
      counts.count('errors');
      throw error;
    }
    if (isThenable(result)) return this.#fly(key, Promise.resolve(result), finish);
    this.#keep(key, result, result, finish());
    return result;
  }

  #fly(key: string, promise: Promise<unknown>, finish: () => number): Promise<unknown> {
    this.#flights.set(key, promise);
    promise.then(
      (value) => {
        const ms = finish();
        if (this.#flights.get(key) !== promise) return;
        this.#flights.delete(key);
        this.#keep(key, promise, value, ms);
      },
      () => {
        finish();
        this.#options.counts.count('errors');
        if (this.#flights.get(key) === promise) this.#flights.delete(key);
      },
    );
    return promise;
  }

  /** Keeps what callers get, which of an asynchronous function is the promise of the value. */
  #keep(key: string, given: unknown, value: unknown, computeMs: number): void {
    const { counts, maxBytes, now, ttlMs } = this.#options;
    const bytes = roughSize(value);
    if (isUsedUp(value) || bytes > maxBytes) {
      counts.count('uncached');
      return;
    }
    const keptAt = now();
    this.#calls.set(key, { value: given, computeMs, keptAt, expiresAt: keptAt + ttlMs, bytes });
    counts.kept(key);
  }
}

/** Whether something is awaited like a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Whether a value can be read only once, such as what a generator gives, so that a second reader would find nothing. */
export function isUsedUp(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('next' in value && typeof value.next === 'function') return true;
  return value instanceof ReadableStream || value instanceof Response;
}
