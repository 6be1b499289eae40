import type { KernelClient } from '../kernel/client.ts';
import { emptyReply } from '../kernel/emptyReply.ts';
import type { CellId, Kernel, RunReply, RunRequest, ValuesRef } from '../protocol/kernel.ts';
import type { RowsRequest, TableData } from '../protocol/output.ts';

/**
 * Lets many sessions get by with few kernel processes. A session holds one from its first need of it until it has
 * nothing to do; a kernel that nobody holds stays, with its values, until another session needs its place.
 */
export class KernelPool {
  readonly #max: number;
  /** Kernels with a process, the least recently used first. */
  readonly #alive = new Set<PooledKernel>();
  readonly #waiting: { readonly kernel: PooledKernel; readonly enter: () => void }[] = [];

  /** @param max processes at a time. */
  constructor(max: number) {
    this.#max = max;
  }

  get processes(): number {
    return this.#alive.size;
  }

  /** The kernel of one session. */
  share(client: KernelClient): PooledKernel {
    return new PooledKernel(client, {
      enter: (kernel) => this.#enter(kernel),
      leave: (kernel) => this.#leave(kernel),
      remove: (kernel) => this.#remove(kernel),
    });
  }

  #enter(kernel: PooledKernel): Promise<void> {
    if (this.#alive.delete(kernel) || this.#alive.size < this.#max) {
      this.#alive.add(kernel);
      return Promise.resolve();
    }
    return new Promise((enter) => {
      this.#waiting.push({ kernel, enter });
      this.#admit();
    });
  }

  #leave(kernel: PooledKernel): void {
    if (!this.#alive.delete(kernel)) return;
    this.#alive.add(kernel); // the most recently used now
    this.#admit();
  }

  #remove(kernel: PooledKernel): void {
    this.#alive.delete(kernel);
    const at = this.#waiting.findIndex((one) => one.kernel === kernel);
    if (at >= 0) this.#waiting.splice(at, 1)[0]!.enter(); // its client is disposed and will say so
    this.#admit();
  }

  /** Gives the places of kernels that nobody holds to those who wait. */
  #admit(): void {
    while (this.#waiting.length) {
      const idle = [...this.#alive].find((kernel) => !kernel.isHeld);
      if (!idle && this.#alive.size >= this.#max) return;
      const { kernel, enter } = this.#waiting.shift()!;
      if (idle && this.#alive.size >= this.#max) {
        this.#alive.delete(idle);
        void idle.restart(); // it ends; the next need of it starts another
      }
      this.#alive.add(kernel);
      enter();
    }
  }
}

interface Places {
  enter(kernel: PooledKernel): Promise<void>;
  leave(kernel: PooledKernel): void;
  remove(kernel: PooledKernel): void;
}

/** A kernel that takes a place in the pool before it does anything. */
export class PooledKernel implements Kernel {
  readonly #client: KernelClient;
  readonly #places: Places;
  #held: Promise<void> | null = null;
  #interrupts = 0;

  readonly onEvent: Kernel['onEvent'];
  readonly onLost: Kernel['onLost'];

  constructor(client: KernelClient, places: Places) {
    this.#client = client;
    this.#places = places;
    this.onEvent = client.onEvent;
    this.onLost = client.onLost;
  }

  get isHeld(): boolean {
    return this.#held !== null;
  }

  /** The session has nothing to do: what is live may be lost from now on, and comes back from the cache. */
  release(): void {
    if (!this.#held) return;
    this.#held = null;
    this.#places.leave(this);
  }

  async run(request: RunRequest): Promise<RunReply> {
    const interrupts = this.#interrupts;
    await this.#hold();
    return interrupts === this.#interrupts ? this.#client.run(request) : emptyReply('interrupted');
  }

  async restore(cell: CellId, values: ValuesRef): Promise<boolean> {
    await this.#hold();
    return this.#client.restore(cell, values);
  }

  async rows(request: RowsRequest): Promise<TableData['rows']> {
    await this.#hold();
    return this.#client.rows(request);
  }

  interrupt(): Promise<void> {
    this.#interrupts += 1; // also while it waits for a place
    return this.#client.interrupt();
  }

  drop(cells: readonly CellId[]): Promise<void> {
    return this.#client.drop(cells);
  }

  restart(): Promise<void> {
    return this.#client.restart();
  }

  dispose(): void {
    this.#client.dispose();
    this.#held = null;
    this.#places.remove(this);
  }

  #hold(): Promise<void> {
    this.#held ??= this.#places.enter(this);
    return this.#held;
  }
}
