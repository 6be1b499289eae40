import { dirname } from 'node:path';
import { type Disposable, DisposableStore } from '../../src/base/disposable.ts';
import { messageOf } from '../../src/base/errors.ts';
import { Emitter } from '../../src/base/event.ts';
import { KERNEL_ENVIRONMENT } from '../../src/kernel/client.ts';
import { emptyReply } from '../../src/kernel/emptyReply.ts';
import { Child } from '../../src/process/child.ts';
import { findNode } from '../../src/process/forkNode.ts';
import type {
  CellId,
  Kernel,
  KernelEvent,
  KernelMethods,
  RunReply,
  RunRequest,
  ValuesRef,
} from '../../src/protocol/kernel.ts';
import type { RowsRequest, TableData } from '../../src/protocol/output.ts';
import { Peer } from '../../src/protocol/rpc.ts';
import { builtFolder } from './builtFolder.ts';

export interface WarmKernelOptions {
  readonly notebook: string;
  /** Variables for its environment, beside those of this process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A kernel process that serves one window of a notebook after another: each finds it as if it had just started. */
export class WarmKernel implements Disposable {
  readonly #notebook: string;
  readonly #child: Child;
  readonly #peer: Peer<KernelMethods, KernelEvent>;
  /** How often it has begun. */
  begun = 0;
  isLent = false;

  private constructor({ notebook }: WarmKernelOptions, child: Child) {
    this.#notebook = notebook;
    this.#child = child;
    this.#peer = new Peer(child.port);
  }

  static async start(options: WarmKernelOptions): Promise<WarmKernel> {
    const child = new Child({
      node: await findNode(null),
      script: `${builtFolder()}/kernel.js`,
      cwd: dirname(options.notebook),
      execArgv: ['--no-force-async-hooks-checks', '--no-warnings=ExperimentalWarning'],
      env: { ...KERNEL_ENVIRONMENT, ...options.environment },
    });
    return new WarmKernel(options, child);
  }

  /** Gives it to a window that keeps values in `cache`, until that disposes of it. */
  lend(cache: string): LentKernel {
    this.isLent = true;
    const begin = async () => {
      this.begun += 1;
      const workspace = dirname(this.#notebook);
      await this.#peer.call('start', {
        notebook: this.#notebook,
        workspace,
        valuesDirectory: cache,
        compression: true,
      });
    };
    return new LentKernel(this.#peer, begin, () => {
      this.isLent = false;
    });
  }

  dispose(): void {
    this.#peer.dispose();
    this.#child.dispose();
  }
}

/** A warm kernel as one window sees it. */
export class LentKernel implements Kernel {
  readonly #peer: Peer<KernelMethods, KernelEvent>;
  readonly #begin: () => Promise<void>;
  readonly #store = new DisposableStore();
  readonly #events = this.#store.add(new Emitter<KernelEvent>());
  readonly #lost = this.#store.add(new Emitter<string | null>());
  #ready: Promise<unknown>;
  #active: Promise<RunReply> | null = null;

  readonly onEvent = this.#events.event;
  readonly onLost = this.#lost.event;

  constructor(peer: Peer<KernelMethods, KernelEvent>, begin: () => Promise<void>, giveBack: () => void) {
    this.#peer = peer;
    this.#begin = begin;
    this.#ready = begin();
    this.#ready.catch(() => {}); // whoever uses it hears
    this.#store.add({ dispose: giveBack });
    this.#store.add(peer.onEvent((event) => this.#events.fire(event)));
  }

  async run(request: RunRequest): Promise<RunReply> {
    await this.#ready;
    this.#active = this.#peer.call('run', request).catch((error) => emptyReply('error', messageOf(error)));
    try {
      return await this.#active;
    } finally {
      this.#active = null;
    }
  }

  async interrupt(): Promise<void> {
    const active = this.#active;
    if (active) await Promise.all([this.#peer.call('interrupt', {}), active]);
  }

  async restore(cell: CellId, values: ValuesRef): Promise<boolean> {
    await this.#ready;
    return this.#peer.call('restore', { cell, values }).catch(() => false);
  }

  async drop(cells: readonly CellId[]): Promise<void> {
    await this.#ready;
    await this.#peer.call('drop', { cells }).catch(() => {}); // a kernel that is gone holds nothing
  }

  async rows(request: RowsRequest): Promise<TableData['rows']> {
    await this.#ready;
    return this.#peer.call('rows', request);
  }

  async restart(): Promise<void> {
    await this.lose(null);
  }

  /** Everything that the process held is gone. */
  lose(why: string | null): Promise<unknown> {
    this.#ready = this.interrupt().then(this.#begin);
    this.#ready.catch(() => {}); // as above
    this.#lost.fire(why);
    return this.#ready;
  }

  /** Kept when nothing runs any more. */
  async idle(): Promise<void> {
    await this.#ready;
    await this.interrupt();
  }

  dispose(): void {
    this.#store.dispose();
  }
}
