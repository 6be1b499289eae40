/** How long work goes on before others get their turn, in milliseconds: well below what anyone notices. */
const TURN_MS = 4;

/** Lets everything else that waits have its turn, now and then, in the middle of long work. */
export class Pace {
  #since = performance.now();

  /** To be awaited where work may pause; pauses only where it has gone on long enough. */
  async turn(): Promise<void> {
    if (this.isDue) await this.pause();
  }

  /** For loops that cannot afford to await each time around. */
  get isDue(): boolean {
    return performance.now() - this.#since > TURN_MS;
  }

  async pause(): Promise<void> {
    await new Promise(setImmediate);
    this.#since = performance.now();
  }
}

/** Calls `work` for stretches of `0 … count`, with turns for others between them. */
export async function inStretches(
  count: number,
  pace: Pace,
  work: (start: number, end: number) => void,
  length = 16_384,
): Promise<void> {
  for (let start = 0; start < count; start += length) {
    work(start, Math.min(count, start + length));
    await pace.turn();
  }
}
