import type { EntryInfo } from './tier.ts';

const longCount = 100; // ms
const share = 0.02; // of the time may go into counting

interface Counted {
  readonly prefix: string;
  readonly goodUntil: number;
  readonly entries: number;
  readonly bytes: number;
}

/** What a store holds that can only be counted one by one: of a large one not again at once. */
export class StoreCount {
  #last: Counted | null = null;

  async of(prefix: string, list: () => Promise<readonly EntryInfo[]>): Promise<Pick<Counted, 'entries' | 'bytes'>> {
    const started = performance.now();
    if (this.#last?.prefix === prefix && started < this.#last.goodUntil) return this.#last;
    const found = await list();
    const ms = performance.now() - started;
    const goodUntil = ms < longCount ? 0 : started + ms / share;
    const bytes = found.reduce((sum, { meta }) => sum + meta.bytes, 0);
    this.#last = { prefix, goodUntil, entries: found.length, bytes };
    return this.#last;
  }

  /** Has the next one count anew. */
  forget(): void {
    this.#last = null;
  }
}
