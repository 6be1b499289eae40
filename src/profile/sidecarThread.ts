import { createReadStream, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { COUNTS_FILE, HEAP_FILE, PROFILE_FILE } from '../protocol/profiler.ts';
import type { Order, SidecarOptions } from './sidecar.ts';

/** How long a pass that is not sampled is looked at when its time is up. */
const LAST_LOOK_MS = 300;

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
  parentPort!.postMessage(null); // ready
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
