import { createReadStream, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { COUNTS_FILE, HEAP_FILE, PROFILE_FILE } from '../protocol/profiler.ts';

export interface SidecarOptions {
  /** Where profiles are left. */
  readonly folder: string;
  /** Whether the host may say on file descriptor 4 that the time is up. */
  readonly nudged: boolean;
}

type Order =
  | { readonly type: 'start'; readonly intervalUs: number }
  | { readonly type: 'stop' }
  | { readonly type: 'startHeap'; readonly intervalBytes: number; readonly collected: boolean }
  | { readonly type: 'stopHeap' }
  | { readonly type: 'startCounts' }
  | { readonly type: 'resetCounts' }
  | { readonly type: 'stopCounts'; readonly url: string };

/** How long a pass that is not sampled is looked at when its time is up. */
const LAST_LOOK_MS = 300;

/** Takes CPU profiles of the main thread from a thread of its own, which works also while the main thread is busy. */
export class Sidecar {
  readonly #worker: Worker;

  constructor(script: string, options: SidecarOptions) {
    this.#worker = new Worker(script, { workerData: options });
    this.#worker.unref();
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

  #order(order: Order): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.once('message', (failure: string | null) =>
        failure === null ? resolve() : reject(new Error(failure)),
      );
      this.#worker.postMessage(order);
    });
  }
}

/** The worker's side. A byte on file descriptor 4 means: the time is up, write the profile and end the process. */
export function runSidecar(): void {
  const { folder, nudged } = workerData as SidecarOptions; // see Sidecar
  const sampler = new MainThreadSampler(folder);
  let work = Promise.resolve(); // one thing after the other, also when the time is up while sampling starts
  parentPort!.on('message', (order: Order) => {
    const done = work.then(() => sampler.obey(order));
    work = done.catch(() => {}); // the one who asked hears; the next one begins all the same
    done.then(
      () => parentPort!.postMessage(null),
      (error) => parentPort!.postMessage(String(error)),
    );
  });
  if (!nudged) return;
  createReadStream('', { fd: 4 })
    .once('data', () => void work.then(() => sampler.lastLook()).finally(end))
    .on('end', end) // the host is gone
    .on('error', () => {});
}

class MainThreadSampler {
  readonly #session = new Session();
  readonly #folder: string;
  #sampling = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.#session.connectToMainThread();
  }

  obey(order: Order): Promise<void> {
    switch (order.type) {
      case 'start':
        return this.start(order.intervalUs);
      case 'stop':
        return this.stop();
      case 'startHeap':
        return this.startHeap(order.intervalBytes, order.collected);
      case 'stopHeap':
        return this.stopHeap();
      case 'startCounts':
        return this.startCounts();
      case 'resetCounts':
        return this.takeCounts().then(() => {});
      case 'stopCounts':
        return this.stopCounts(order.url);
    }
  }

  async start(intervalUs: number): Promise<void> {
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: intervalUs });
    await this.#session.post('Profiler.start');
    this.#sampling = true;
  }

  async stop(): Promise<void> {
    this.#sampling = false;
    const { profile } = await this.#session.post('Profiler.stop');
    await this.#session.post('Profiler.disable');
    writeFileSync(join(this.#folder, PROFILE_FILE), JSON.stringify(profile));
  }

  async startHeap(samplingInterval: number, collected: boolean): Promise<void> {
    await this.#session.post('HeapProfiler.startSampling', {
      samplingInterval,
      includeObjectsCollectedByMajorGC: collected,
      includeObjectsCollectedByMinorGC: collected,
    });
  }

  async stopHeap(): Promise<void> {
    const { profile } = await this.#session.post('HeapProfiler.stopSampling');
    writeFileSync(join(this.#folder, HEAP_FILE), JSON.stringify(profile));
  }

  async startCounts(): Promise<void> {
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Taking counts begins them anew. */
  async takeCounts() {
    return (await this.#session.post('Profiler.takePreciseCoverage')).result;
  }

  async stopCounts(begin: string): Promise<void> {
    const script = (await this.takeCounts()).find(({ url }) => url.startsWith(begin));
    await this.#session.post('Profiler.stopPreciseCoverage');
    await this.#session.post('Profiler.disable');
    writeFileSync(join(this.#folder, COUNTS_FILE), JSON.stringify(script?.functions ?? []));
  }

  async lastLook(): Promise<void> {
    if (!this.#sampling) {
      await this.start(1000);
      await new Promise((resolve) => setTimeout(resolve, LAST_LOOK_MS));
    }
    await this.stop();
  }
}

function end(): void {
  process.kill(process.pid, 'SIGKILL');
}
