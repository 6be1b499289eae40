import type { Disposable } from '../base/disposable.ts';
import { DEFAULT_MEMORY_MB, type ProcessOptions, ProfilerProcess } from './profilerProcess.ts';

/** A spare nobody takes is ended after this long: it holds some 50 MB. */
const KEPT_MS = 5 * 60_000;

type PreparedOptions = Omit<ProcessOptions, 'memoryMB'> & { readonly memoryMB?: number | undefined };

interface Waiting {
  readonly key: string;
  readonly process: Promise<ProfilerProcess>;
  readonly expiry: NodeJS.Timeout;
}

/** One profiler's process started ahead of need, so that a measurement begins at once. */
export class SpareProcess implements Disposable {
  #waiting: Waiting | null = null;
  #disposed = false;

  /** Starts a process for the next measurement, unless one like it is waiting. */
  prepare({ memoryMB = DEFAULT_MEMORY_MB, ...environment }: PreparedOptions): void {
    const options = { ...environment, memoryMB };
    const key = keyOf(options);
    if (this.#disposed || this.#waiting?.key === key) return;
    this.#drop();
    const process = ProfilerProcess.start(options);
    const waiting = { key, process, expiry: setTimeout(() => this.#drop(), KEPT_MS) };
    this.#waiting = waiting;
    const forget = () => {
      if (this.#waiting === waiting) this.#waiting = null;
    };
    process.then(({ ended }) => ended).then(forget, forget); // whoever takes one next hears why it cannot start
  }

  /** The process that waits, or a new one where none fits. */
  take(options: ProcessOptions): Promise<ProfilerProcess> {
    const waiting = this.#waiting;
    if (waiting?.key !== keyOf(options)) return ProfilerProcess.start(options);
    clearTimeout(waiting.expiry);
    this.#waiting = null;
    return waiting.process;
  }

  dispose(): void {
    this.#disposed = true;
    this.#drop();
  }

  #drop(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (!waiting) return;
    clearTimeout(waiting.expiry);
    waiting.process.then((process) => process.end()).catch(() => {}); // one that never started has nothing to end
  }
}

function keyOf({ script, nodePath, memoryMB }: ProcessOptions): string {
  return JSON.stringify([script, nodePath, memoryMB]);
}
