import { apart } from '../base/program.ts';
import type { CallComponents } from './callHistory.ts';
import type { TieredCache } from './tieredCache.ts';

/** A call that was computed, here or in another process: its key, and what counted of it as digests. */
export interface KnownCall {
  readonly key: string;
  readonly components: CallComponents;
}

const most = 100;
const writeEvery = 1000; // ms

/** The latest calls of one function in all processes that share a cache, so that a miss can be told from its nearest. */
export class KnownCalls {
  readonly #records: TieredCache;
  readonly #name: string;
  #fresh: KnownCall[] = [];
  #writtenAt = Number.NEGATIVE_INFINITY;
  #isWaiting = false;

  constructor(records: TieredCache, name: string) {
    this.#records = records;
    this.#name = name;
  }

  /** Notes a call; it is written soon, and before the program ends by itself. */
  note(call: KnownCall): void {
    this.#fresh.push(call);
    unwritten.add(this);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const delay = Math.max(0, this.#writtenAt + writeEvery - performance.now());
    apart(() => setTimeout(() => void this.write(), delay).unref());
  }

  async write(): Promise<void> {
    this.#isWaiting = false;
    this.#writtenAt = performance.now();
    unwritten.delete(this);
    if (this.#fresh.length > 0) await apart(async () => this.#records.set(this.#name, await this.list()));
    this.#fresh = [];
  }

  /** The latest first. */
  async list(): Promise<readonly KnownCall[]> {
    const found = await apart(() => this.#records.peek(this.#name));
    const calls = new Map<string, KnownCall>();
    for (const call of [...this.#fresh.toReversed(), ...knownIn(found?.value)]) {
      if (!calls.has(call.key) && calls.size < most) calls.set(call.key, call);
    }
    return [...calls.values()];
  }
}

const unwritten = new Set<KnownCalls>();

process.on('beforeExit', () => {
  for (const calls of unwritten) void calls.write();
});

function knownIn(value: unknown): readonly KnownCall[] {
  return Array.isArray(value) ? (value as KnownCall[]) : []; // only `write` puts something there
}
