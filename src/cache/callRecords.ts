import { AsyncLocalStorage } from 'node:async_hooks';
import { apart } from '../base/program.ts';
import type { Store } from './cacheDirectory.ts';
import type { CallCounts } from './callCounts.ts';
import type { CallOptions } from './callOptions.ts';
import { Computations } from './computations.ts';
import type { KeyedCall } from './keptCalls.ts';
import { keyDigest } from './key.ts';
import { type Reader, readerOf } from './sharedValue.ts';
import type { Found } from './tieredCache.ts';

export interface CallRecordsOptions {
  /** The shared cache, opened at first use. */
  readonly store: () => Store;
  /** What keys of this function begin with. */
  readonly prefix: string;
  readonly options: CallOptions;
  readonly counts: CallCounts;
  /** Makes of a key what is stored: the arguments cannot be guessed from it. */
  readonly keyedDigest: (text: string) => string;
}

/** What the cache holds of one call. */
interface CallRecord {
  readonly value: unknown;
  /** What a hit saves, in milliseconds. */
  readonly savedMs: number;
}

/** The values of one function in the shared cache, where they outlive the process. */
export class CallRecords {
  readonly #options: CallRecordsOptions;
  readonly #computations: Computations;
  readonly #readers = new WeakMap<object, Reader>();

  constructor(options: CallRecordsOptions) {
    this.#options = options;
    this.#computations = new Computations(options.store().records, {
      now: Date.now,
      kept: () => {},
      refused: () => options.counts.count('uncached'),
    });
  }

  /** The value of a call, else what it computes; callers that ask meanwhile share it, those of other processes too. */
  async get(call: KeyedCall): Promise<unknown> {
    const { counts, options } = this.#options;
    const { ttlMs, staleMs, tags, compress } = options;
    let computed: CallRecord | null = null;
    const compute = AsyncLocalStorage.bind(async () => {
      computed = await this.#compute(call);
      return computed;
    });
    const started = performance.now();
    const name = this.#name(call.key);
    const costOf = () => computed?.savedMs ?? 0;
    const times = { persist: true, ...(ttlMs !== Infinity && { ttl: ttlMs }), staleWhileRevalidate: staleMs };
    const kept = { tags, compress, costOf, ...times };
    const record = (await apart(() => this.#computations.get(name, compute, kept))) as CallRecord; // what `compute` made
    if (!computed) counts.hit(Math.max(0, record.savedMs - (performance.now() - started)));
    return this.#given(record, call);
  }

  /** What is kept under a key, without counting. */
  peek(key: string): Promise<Found<CallRecord> | undefined> {
    return apart(() => this.#records.peek<CallRecord>(this.#name(key)));
  }

  /** Whether there was something. */
  async delete(key: string): Promise<boolean> {
    this.#options.counts.removed(key);
    const name = this.#name(key);
    this.#computations.outdate((other) => other.startsWith(name));
    return apart(() => this.#records.delete(name));
  }

  async clear(): Promise<void> {
    this.#options.counts.removed();
    const { prefix } = this.#options;
    this.#computations.outdate((key) => key.startsWith(prefix));
    await apart(() => this.#records.clear(prefix));
  }

  get #records() {
    return this.#options.store().records;
  }

  async #compute({ key, args, compute }: KeyedCall): Promise<CallRecord> {
    const { counts, options } = this.#options;
    const wasKept = counts.miss(key);
    const started = performance.now();
    try {
      const value = await compute();
      const ms = performance.now() - started;
      counts.computed(ms, wasKept);
      counts.kept(key);
      return { value, savedMs: options.costOf(value, args, ms) };
    } catch (error) {
      counts.computed(performance.now() - started, wasKept);
      counts.count('errors');
      throw error;
    }
  }

  /** What one more caller gets of a value that all share. */
  #given(record: CallRecord, { args }: KeyedCall): unknown {
    const { sharing, name } = this.#options.options;
    const { value } = record;
    let read = this.#readers.get(record);
    read ??= readerOf(value, value, sharing, name, args) ?? (() => value);
    this.#readers.set(record, read);
    return read();
  }

  #name(key: string): string {
    return this.#options.prefix + this.#options.keyedDigest(keyDigest(key)); // a text may hold what UTF-8 cannot
  }
}
