import { getHeapStatistics } from 'node:v8';
import { apart } from '../base/program.ts';

const lookEvery = 5000; // ms
const isTight = 0.85; // of what the engine may use
const waitAfter = 30_000; // ms, for the engine to collect what was let go

type CleanUp = () => unknown;

/** Calls clean-ups when memory gets tight, or when asked. Looks at memory only while there are any. */
export class Pressure {
  readonly #cleanUps = new Set<CleanUp>();
  readonly #usedShare: () => number;
  #timer: NodeJS.Timeout | null = null;
  #calmUntil = 0;

  constructor(usedShare: () => number = heapShare) {
    this.#usedShare = usedShare;
  }

  /** Adds a clean-up; what is given back takes it away. */
  add(cleanUp: CleanUp): () => void {
    this.#cleanUps.add(cleanUp);
    this.#timer ??= apart(() => setInterval(() => this.look(), lookEvery).unref());
    return () => {
      this.#cleanUps.delete(cleanUp);
      if (this.#cleanUps.size === 0) this.close();
    };
  }

  /** Calls all clean-ups if memory is tight, and has not been for a while. */
  look(): void {
    if (performance.now() < this.#calmUntil || this.#usedShare() < isTight) return;
    this.#calmUntil = performance.now() + waitAfter;
    void this.relieve();
  }

  /** Calls all clean-ups; one that fails does not keep the others from being called. */
  async relieve(): Promise<void> {
    await Promise.allSettled([...this.#cleanUps].map(async (cleanUp) => cleanUp()));
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}

function heapShare(): number {
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  return used_heap_size / heap_size_limit;
}
