import { Emitter } from '../base/event.ts';
import { Blobs } from '../cache/blobs.ts';
import type { KernelEvent, KernelMethods } from '../protocol/kernel.ts';
import { type Handlers, Peer, type Port } from '../protocol/rpc.ts';
import { CellStacks } from './cellError.ts';
import { ConsoleCapture } from './console.ts';
import { data } from './data.ts';
import type { DisplayHost } from './display.ts';
import { Evaluator } from './evaluate.ts';
import { publishImpureGlobals } from './impureGlobals.ts';
import { watchForInterrupts } from './interrupt.ts';
import { ModuleLoader } from './loader.ts';
import { currentRun } from './run.ts';
import { carryTables } from './tables.ts';
import { installTracking } from './tracking.ts';
import { Values } from './values.ts';

/** The kernel process: runs cells on request and holds their live values until it is told to end. */
class Kernel {
  readonly #stacks = new CellStacks();
  readonly #loader = new ModuleLoader(new URL('./index.js', import.meta.url).href);
  readonly #console = new ConsoleCapture((run, lines) =>
    this.#peer.emit({ type: 'console', run: run.request.run, lines }),
  );
  readonly #peer: Peer<Record<string, never>, never, KernelEvent>;
  #values = new Values(null);
  #evaluator: Evaluator | null = null;

  constructor(port: Port) {
    this.#peer = new Peer(port, this.#handlers());
    process.on('uncaughtException', (error) => this.#stray(error));
    process.on('unhandledRejection', (error) => this.#stray(error));
  }

  install(): void {
    carryTables(data);
    Object.defineProperty(globalThis, Symbol.for('memoir.kernel'), { value: displayHost });
    publishImpureGlobals();
    this.#loader.install();
    installTracking();
    this.#console.install();
    watchForInterrupts();
  }

  #handlers(): Handlers<KernelMethods> {
    return {
      start: ({ notebook, workspace, valuesDirectory }) => {
        this.#values = new Values(valuesDirectory === null ? null : new Blobs(valuesDirectory));
        this.#evaluator = new Evaluator({
          notebook,
          workspace,
          values: this.#values,
          stacks: this.#stacks,
          show: (run, output) => this.#peer.emit({ type: 'output', run: run.request.run, output }),
        });
        return { node: process.versions.node };
      },
      run: async (request) => {
        this.#loader.refresh();
        const reply = await this.#evaluator!.run(request);
        this.#console.flush();
        return reply;
      },
      interrupt: () => this.#evaluator?.interrupt(),
      restore: ({ cell, values }) => this.#values.restore(cell, values),
      drop: ({ cells }) => {
        for (const cell of cells) this.#values.drop(cell);
      },
    };
  }

  /** An error that nobody awaited belongs to the cell it comes from: to its run, or reported late. */
  #stray(error: unknown): void {
    if (this.#evaluator?.takeStray(error)) return;
    const cell = this.#stacks.cellOf(error);
    if (cell) this.#peer.emit({ type: 'late', cell, error: this.#stacks.describe(error, cell) });
  }
}

/** Where `display()` finds the kernel. */
const displayHost: DisplayHost = {
  display: (output) => currentRun()?.output(output),
  waitFor: (work) => currentRun()?.waitFor(work),
};

function parentPort(): Port {
  const messages = new Emitter<unknown>();
  const closed = new Emitter<string>();
  const send = process.send!.bind(process); // forked with a channel; user code may replace process.send
  process.on('message', (message) => messages.fire(message));
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')); // nobody is left to work for
  return { post: (message) => send(message), onMessage: messages.event, onClose: closed.event };
}

new Kernel(parentPort()).install();
