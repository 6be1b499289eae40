import type { CallCounts } from './callCounts.ts';
import type { CallHistory, Gone } from './callHistory.ts';
import type { CallOptions } from './callOptions.ts';
import { type KeptCall, KeptCalls, type KeyedCall } from './keptCalls.ts';
import { roughSize } from './roughSize.ts';
import { readerOf } from './sharedValue.ts';

export interface CallMemoryOptions {
  readonly options: CallOptions;
  readonly counts: CallCounts;
  readonly history: CallHistory;
  readonly now: () => number;
}

/** The values of one function in this process. */
export class CallMemory {
  readonly #options: CallOptions;
  readonly #counts: CallCounts;
  readonly #history: CallHistory;
  readonly #now: () => number;
  readonly kept: KeptCalls;
  readonly #flights = new Map<string, Promise<unknown>>();
  readonly #renewing = new Set<string>();

  constructor({ options, counts, history, now }: CallMemoryOptions) {
    this.#options = options;
    this.#counts = counts;
    this.#history = history;
    this.#now = now;
    const dropped = (kept: KeptCall) => {
      history.gone('dropped', kept.key);
      counts.count('evictions');
    };
    this.kept = new KeptCalls({ maxEntries: options.maxEntries, maxBytes: options.maxBytes, dropped });
  }

  /** The value of a call, else what it computes; promises are shared while they run, and kept once fulfilled. */
  get(call: KeyedCall): unknown {
    const kept = this.peek(call.key);
    if (kept) return this.#give(kept, call);
    const flight = this.#flights.get(call.key);
    if (!flight) return this.#compute(call, this.#counts.miss(call.key));
    this.#counts.hit(0);
    return flight;
  }

  /** What is kept under a key, without counting. */
  peek(key: string): KeptCall | undefined {
    const kept = this.kept.get(key);
    if (!kept || kept.expiresAt > this.#now()) return kept;
    this.#remove(kept, 'expired');
    return undefined;
  }

  /** Whether there was something. */
  delete(key: string): boolean {
    this.#counts.removed(key);
    const wasFlying = this.#flights.delete(key); // who waits for it gets it, but it is not kept
    const kept = this.peek(key);
    if (kept) this.#remove(kept, 'invalidated');
    return kept !== undefined || wasFlying;
  }

  clear(): void {
    this.#counts.removed();
    this.#history.gone('invalidated');
    this.#flights.clear();
    this.kept.clear();
  }

  get size(): { readonly entries: number; readonly bytes: number } {
    return this.kept.size;
  }

  #give(kept: KeptCall, call: KeyedCall): unknown {
    const now = this.#now();
    if (kept.hits++ === kept.hitsCounted) this.#counts.used(kept);
    if (kept.freshUntil <= now) this.#renew(call);
    if (!kept.read) return kept.value;
    try {
      const read = kept.read();
      if (isThenable(read)) read.then(undefined, () => this.#remove(kept, 'invalidated'));
      return read;
    } catch (error) {
      this.#remove(kept, 'invalidated');
      throw error;
    }
  }

  /** Computes anew once the caller has gone on; if that fails, the next to ask starts it again. */
  #renew(call: KeyedCall): void {
    const { key } = call;
    if (this.#renewing.has(key)) return;
    this.#renewing.add(key);
    const end = () => this.#renewing.delete(key);
    setImmediate(() => {
      try {
        Promise.resolve(this.#compute(call, false)).then(end, end);
      } catch {
        end();
      }
    });
  }

  #compute(call: KeyedCall, wasKept: boolean): unknown {
    const started = performance.now();
    const finish = () => {
      const ms = performance.now() - started;
      this.#counts.computed(ms, wasKept);
      return ms;
    };
    let result: unknown;
    try {
      result = call.compute();
    } catch (error) {
      finish();
      this.#counts.count('errors');
      throw error;
    }
    if (isThenable(result)) return this.#fly(call, Promise.resolve(result), finish);
    this.#keep(call, result, result, finish());
    return result;
  }

  #fly(call: KeyedCall, promise: Promise<unknown>, finish: () => number): Promise<unknown> {
    const { key } = call;
    this.#flights.set(key, promise);
    promise.then(
      (value) => {
        const ms = finish();
        if (this.#flights.get(key) !== promise) return;
        this.#flights.delete(key);
        this.#keep(call, promise, value, ms);
      },
      () => {
        finish();
        this.#counts.count('errors');
        if (this.#flights.get(key) === promise) this.#flights.delete(key);
      },
    );
    return promise;
  }

  /** Keeps what callers get, which of an asynchronous function is the promise of the value. */
  #keep(call: KeyedCall, given: unknown, value: unknown, ms: number): void {
    const { name, sharing, costOf, maxBytes, ttlMs, staleMs } = this.#options;
    const bytes = isUsedUp(value) ? Number.POSITIVE_INFINITY : roughSize(value);
    const read = bytes > maxBytes ? undefined : readerOf(given, value, sharing, name, call.args);
    if (read === undefined) {
      this.#counts.count('uncached');
      return;
    }
    const createdAt = this.#now();
    const freshUntil = createdAt + ttlMs;
    const savedMs = costOf(value, call.args, ms);
    const asked = { first: null, value: given, freshUntil, hits: 0, hitsCounted: 0 }; // side by side, as each hit looks at them
    const times = { createdAt, expiresAt: freshUntil + staleMs, lastUsed: createdAt };
    const places = { hitsNoticed: 0, place: -1, near: null, way: null };
    this.kept.put({ ...asked, key: call.key, read, bytes, savedMs, ...times, ...places }, call, createdAt);
    this.#counts.kept(call.key);
  }

  #remove(kept: KeptCall, why: Gone): void {
    if (this.kept.remove(kept)) this.#history.gone(why, kept.key);
  }
}

/** Whether something is awaited like a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Whether a value can be read only once, such as what a generator gives, so that a second reader would find nothing. */
function isUsedUp(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('next' in value && typeof value.next === 'function') return true;
  return value instanceof ReadableStream || value instanceof Response;
}
