import { apart } from '../base/program.ts';
import type { Store } from './cacheDirectory.ts';
import type { CallCounts } from './callCounts.ts';
import { isUsedUp } from './callMemory.ts';
import { decode, encode, NotEncodable } from './codec.ts';
import type { Found } from './tieredCache.ts';

export interface CallRecordsOptions {
  /** The shared cache, opened at first use. */
  readonly store: () => Store;
  /** What keys of this function begin with. */
  readonly prefix: string;
  readonly ttlMs: number;
  readonly tags: readonly string[];
  readonly counts: CallCounts;
}

/** What the cache holds of one call: the value itself, or the digest of the file that holds it. */
type CallRecord = { readonly value: unknown } | { readonly file: string };

const largest = 64_000; // bytes of a value that a record may hold

/** The values of one function in the shared cache, where they outlive the process. */
export class CallRecords {
  readonly #options: CallRecordsOptions;
  readonly #flights = new Map<string, Promise<unknown>>();

  constructor(options: CallRecordsOptions) {
    this.#options = options;
  }

  /** The value under a key, else what `compute` gives; callers that ask meanwhile share it. */
  get(key: string, compute: () => unknown): Promise<unknown> {
    const running = this.#flights.get(key);
    if (running) {
      this.#options.counts.hit(0);
      return running;
    }
    const flight: Promise<unknown> = this.#getOrCompute(key, compute, () => this.#flights.get(key) === flight).finally(
      () => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      },
    );
    this.#flights.set(key, flight);
    return flight;
  }

  /** What is kept under a key, without counting; undefined also where its file is gone. */
  async peek(key: string): Promise<Found | undefined> {
    const found = await apart(() => this.#records.peek<CallRecord>(this.#name(key)));
    return found && (await this.#load(found)) ? found : undefined;
  }

  /** Whether there was something. */
  async delete(key: string): Promise<boolean> {
    this.#options.counts.removed(key);
    const wasRunning = this.#flights.delete(key);
    return (await apart(() => this.#records.delete(this.#name(key)))) || wasRunning;
  }

  async clear(): Promise<void> {
    this.#options.counts.removed();
    this.#flights.clear();
    await apart(() => this.#records.invalidate({ prefix: this.#options.prefix }));
  }

  get #records() {
    return this.#options.store().records;
  }

  async #getOrCompute(key: string, compute: () => unknown, isWanted: () => boolean): Promise<unknown> {
    const { counts } = this.#options;
    const found = await apart(() => this.#records.get<CallRecord>(this.#name(key)));
    const loaded = found && (await this.#load(found));
    if (loaded) {
      counts.hit(found.meta.savedMs);
      return loaded.value;
    }
    const wasKept = counts.miss(key);
    const started = performance.now();
    try {
      const value = await compute();
      const ms = performance.now() - started;
      counts.computed(ms, wasKept);
      if (isWanted()) await this.#keep(key, value, ms);
      return value;
    } catch (error) {
      counts.count('errors');
      throw error;
    }
  }

  async #load({ value: record }: Found<CallRecord> | Found): Promise<{ readonly value: unknown } | undefined> {
    if (!isRecord(record)) return undefined;
    if ('value' in record) return record;
    const bytes = await apart(() => this.#options.store().values.read(record.file));
    return bytes && decoded(bytes);
  }

  /** Keeps a value if it can be stored; if not, it is computed each time. */
  async #keep(key: string, value: unknown, computeMs: number): Promise<void> {
    const { counts, store, tags, ttlMs } = this.#options;
    if (isUsedUp(value)) return counts.count('uncached');
    try {
      const { bytes } = encode(value);
      const record: CallRecord =
        bytes.length <= largest ? { value } : { file: await apart(() => store().values.write(bytes)) };
      await apart(() => this.#records.set(this.#name(key), record, { ttl: ttlMs, tags, savedMs: computeMs }));
      counts.kept(key);
    } catch (error) {
      if (!(error instanceof NotEncodable) && !isFileError(error)) throw error;
      counts.count('uncached');
    }
  }

  #name(key: string): string {
    return this.#options.prefix + key;
  }
}

/** The value in bytes; undefined where a class that it needs is not known here. */
function decoded(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: decode(bytes) };
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is CallRecord {
  return typeof value === 'object' && value !== null && ('value' in value || 'file' in value);
}

/** A cache that cannot write is no reason for the call to fail. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}
