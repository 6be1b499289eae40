import { Ledger } from './ledger.ts';

const longest = 3_600_000;
const batchesKept = 3600;

/** What was measured lately, second by second, for at most an hour. */
export class History {
  readonly #batches: { readonly at: number; readonly ledger: Ledger }[] = [];

  add(ledger: Ledger, at: number): void {
    this.#batches.push({ at, ledger });
    while (this.#batches.length > batchesKept || this.#batches[0]!.at < at - longest) this.#batches.shift();
  }

  /** Everything that was measured after a time. */
  since(at: number): Ledger {
    const sum = new Ledger();
    for (const batch of this.#batches) if (batch.at > at) sum.merge(batch.ledger);
    return sum;
  }
}
