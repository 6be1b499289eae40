import { Worker } from 'node:worker_threads';

export interface SidecarOptions {
  /** Where profiles are left. */
  readonly folder: string;
  /** Whether the host may say on file descriptor 4 that the time is up. */
  readonly nudged: boolean;
}

/** What the worker is told to do. */
export type Order =
  | { readonly type: 'start'; readonly intervalUs: number }
  | { readonly type: 'stop' }
  | { readonly type: 'startHeap'; readonly intervalBytes: number; readonly collected: boolean }
  | { readonly type: 'stopHeap' }
  | { readonly type: 'startCounts' }
  | { readonly type: 'resetCounts' }
  | { readonly type: 'stopCounts'; readonly url: string };

/** Takes CPU profiles of the main thread from a thread of its own, which works also while the main thread is busy. */
export class Sidecar {
  readonly #worker: Worker;
  /** The thread has been started, with all that it needs. */
  readonly ready: Promise<void>;

  constructor(script: string, options: SidecarOptions) {
    this.#worker = new Worker(script, { workerData: options });
    this.#worker.unref();
    this.ready = this.#answer();
  }

  async start(intervalUs: number): Promise<void> {
    await this.#order({ type: 'start', intervalUs });
  }

  /** Samples allocations: all, or only of what is still alive when sampling ends. */
  async startHeap(intervalBytes: number, collected: boolean): Promise<void> {
    await this.#order({ type: 'startHeap', intervalBytes, collected });
  }

  async stopHeap(): Promise<void> {
    await this.#order({ type: 'stopHeap' });
  }

  /** Counts calls and blocks of everything that is loaded from now on. */
  async startCounts(): Promise<void> {
    await this.#order({ type: 'startCounts' });
  }

  async resetCounts(): Promise<void> {
    await this.#order({ type: 'resetCounts' });
  }

  /** Ends counting; the counts of the scripts whose URL begins so are in their file then. */
  async stopCounts(url: string): Promise<void> {
    await this.#order({ type: 'stopCounts', url });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Ends sampling; the profile is in its file then. */
  async stop(): Promise<void> {
    await this.#order({ type: 'stop' });
  }

  async #order(order: Order): Promise<void> {
    await this.ready;
    this.#worker.postMessage(order);
    await this.#answer();
  }

  #answer(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.once('message', (failure: string | null) =>
        failure === null ? resolve() : reject(new Error(failure)),
      );
    });
  }
}
