import { AsyncLocalStorage } from 'node:async_hooks';
import type { Output } from '../protocol/output.ts';

/** What is shown while something is put together, instead of being shown by itself. */
export class Collector {
  readonly outputs: Output[] = [];
  /** Settles after what was displayed last here: outputs keep the order of the calls. */
  last: Promise<unknown> = Promise.resolve();
  readonly #begun: Promise<unknown>[] = [];

  /** One with the id of another takes its place. */
  add(output: Output): void {
    const at = output.id === undefined ? -1 : this.outputs.findIndex(({ id }) => id === output.id);
    this.outputs.splice(at < 0 ? this.outputs.length : at, at < 0 ? 0 : 1, output);
  }

  /** Work whose output is still to come. */
  waitFor(work: Promise<unknown>): void {
    this.#begun.push(work);
  }

  get isWaiting(): boolean {
    return this.#begun.length > 0;
  }

  async finish(): Promise<readonly Output[]> {
    while (this.#begun.length) await this.#begun.shift();
    return this.outputs;
  }
}

const collectors = new AsyncLocalStorage<Collector>();

/** What collects here what is shown; nothing where outputs go straight to the cell. */
export function currentCollector(): Collector | undefined {
  return collectors.getStore();
}

/** Executes `action`, and all it starts, with what it shows going to `collector`. */
export function collecting<T>(collector: Collector, action: () => T): T {
  return collectors.run(collector, action);
}
