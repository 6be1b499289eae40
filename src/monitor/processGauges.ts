import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Disposable } from '../base/disposable.ts';
import { apart } from '../base/program.ts';

/** Notes now and then what this process uses: CPU, memory, and how long its event loop kept others waiting. */
export class ProcessGauges implements Disposable {
  readonly #set: (name: string, value: number) => void;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #timer: NodeJS.Timeout;
  #cpu = process.cpuUsage();
  #at = performance.now();

  constructor(set: (name: string, value: number) => void, interval: number) {
    this.#set = set;
    this.#delay.enable();
    this.#timer = apart(() => setInterval(() => this.#note(), interval).unref());
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  #note(): void {
    const at = performance.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#set('process.cpuPercent', (user + system) / 10 / (at - this.#at));
    this.#set('process.rssMB', process.memoryUsage.rss() / 1e6);
    this.#set('process.eventLoopDelayMs', this.#delay.count ? this.#delay.percentile(99) / 1e6 : 0);
    this.#cpu = process.cpuUsage();
    this.#at = at;
    this.#delay.reset();
  }
}
