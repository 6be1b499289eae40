import type { Entry } from './tier.ts';

/** What waits to be written. */
export interface Waiting {
  readonly entry: Entry;
  readonly encoded: Uint8Array;
}

const batchSize = 100;
const batchBytes = 1e6; // after which a batch ends
const mostBytes = 64e6; // waiting; who sets more has to wait too

/** Writes in batches, one after the other, without those waiting who set; the last value of a key counts. */
export class WriteBehind {
  readonly #write: (batch: readonly (readonly [string, Waiting])[]) => Promise<void>;
  #waiting = new Map<string, Waiting>();
  #writing = new Map<string, Waiting>();
  #bytes = 0;
  #run: Promise<void> | null = null;

  /** `write` must not throw. */
  constructor(write: (batch: readonly (readonly [string, Waiting])[]) => Promise<void>) {
    this.#write = write;
  }

  get(key: string): Waiting | undefined {
    return this.#waiting.get(key) ?? this.#writing.get(key);
  }

  async add(key: string, waiting: Waiting): Promise<void> {
    if (this.#bytes > mostBytes) await this.flush();
    this.#waiting.set(key, waiting);
    this.#bytes += waiting.encoded.length;
    this.#run ??= this.#drain();
  }

  /** Forgets what waits of these keys, or of all; resolves when nothing of it can be written any more. */
  async drop(keys: Iterable<string> = [...this.#waiting.keys()]): Promise<void> {
    for (const key of keys) this.#waiting.delete(key);
    if (this.#writing.size > 0) await this.flush();
  }

  async flush(): Promise<void> {
    while (this.#run) await this.#run;
  }

  async #drain(): Promise<void> {
    await null; // so that what is set in one go is written in one go
    while (this.#waiting.size > 0) {
      const batch = this.#next();
      this.#writing = new Map(batch);
      for (const [key, { encoded }] of batch) {
        this.#waiting.delete(key);
        this.#bytes -= encoded.length;
      }
      await this.#write(batch);
      this.#writing.clear();
    }
    this.#bytes = 0;
    this.#run = null;
  }

  #next(): (readonly [string, Waiting])[] {
    const batch: (readonly [string, Waiting])[] = [];
    let bytes = 0;
    for (const one of this.#waiting) {
      if (batch.length === batchSize || bytes > batchBytes) break;
      batch.push(one);
      bytes += one[1].encoded.length;
    }
    return batch;
  }
}
