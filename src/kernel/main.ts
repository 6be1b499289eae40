import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import inspector from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process'; // a cell may delete the global
import { inspect } from 'node:util';
import { Emitter } from '../base/event.ts';
import { onProgramEnd, setProgramDirectory } from '../base/program.ts';
import { Blobs } from '../cache/blobs.ts';
import type { KernelEvent, KernelMethods } from '../protocol/kernel.ts';
import type { Output } from '../protocol/output.ts';
import { type Handlers, Peer, type Port } from '../protocol/rpc.ts';
import { CellStacks } from './cellError.ts';
import { currentCollector } from './collect.ts';
import { ConsoleCapture } from './console.ts';
import { data } from './data.ts';
import type { DisplayHost } from './display.ts';
import { Evaluator } from './evaluate.ts';
import { impureGlobals, publishImpureGlobals } from './impureGlobals.ts';
import { watchForInterrupts } from './interrupt.ts';
import { ModuleLoader } from './loader.ts';
import { currentRun, type Run } from './run.ts';
import { show } from './show.ts';
import { Surroundings } from './surroundings.ts';
import { installTracking } from './tracking.ts';
import { Values } from './values.ts';

/** The kernel process: runs cells on request and holds their live values until it is told to end. */
class Kernel {
  readonly #loader = new ModuleLoader(new URL('./library.js', import.meta.url).href);
  readonly #stacks = new CellStacks(this.#loader);
  readonly #console = new ConsoleCapture((run, lines) =>
    this.#peer.emit({ type: 'console', run: run.request.run, lines }),
  );
  readonly #peer: Peer<Record<string, never>, never, KernelEvent>;
  readonly #impure = impureGlobals();
  #surroundings: Surroundings | null = null;
  #values = new Values(null);
  #evaluator: Evaluator | null = null;

  constructor(port: Port) {
    this.#peer = new Peer(port, this.#handlers());
  }

  install(): Surroundings {
    Object.defineProperty(globalThis, Symbol.for('memoir.kernel'), { value: this.#displayHost() });
    publishImpureGlobals(this.#impure);
    this.#loader.install();
    installTracking();
    this.#console.install();
    watchForInterrupts();
    this.#surroundings = new Surroundings(); // as they are now, with all that was installed
    this.#surroundings.listen('uncaughtException', (error: unknown) => this.#stray(error));
    this.#surroundings.listen('unhandledRejection', (error: unknown) => this.#stray(error));
    return this.#surroundings;
  }

  #handlers(): Handlers<KernelMethods> {
    return {
      start: ({ notebook, workspace, valuesDirectory, compression }) => {
        this.#loader.refresh({ all: true }); // begun anew, it holds nothing of before
        setProgramDirectory(valuesDirectory ?? passingFolder());
        this.#values = new Values(valuesDirectory === null ? null : new Blobs(valuesDirectory, compression));
        this.#evaluator = new Evaluator({
          notebook,
          workspace,
          values: this.#values,
          stacks: this.#stacks,
          impure: this.#impure,
          surroundings: this.#surroundings!,
          prepare: (code) => this.#loader.prepare(code),
          withImports: (paths) => this.#loader.withImports(paths),
          closure: (paths) => this.#loader.closure(paths),
          reload: () => this.#loader.refresh({ all: true }),
          show: (run, output) => this.#show(run, output),
          warn: (run, text) => this.#console.write(run, 'stderr', text),
        });
        return { node: process.versions.node };
      },
      run: async (request) => {
        this.#peer.emit({ type: 'begin', run: request.run });
        this.#loader.refresh();
        const reply = await this.#evaluator!.run(request);
        this.#console.flush();
        return reply;
      },
      interrupt: () => {
        this.#evaluator?.interrupt();
        data.interrupt(new DOMException('The cell was interrupted.', 'AbortError'));
      },
      restore: ({ cell, values }) => this.#values.restore(cell, values),
      drop: ({ cells }) => {
        for (const cell of cells) {
          this.#evaluator?.invalidate(cell);
          this.#values.drop(cell);
        }
      },
      rows: ({ pages, from, count }) => data.rows(pages, from, count),
      debug: ({ directory }) => {
        this.#evaluator!.debugIn(directory);
        if (directory === null) inspector.close();
        else if (!inspector.url()) inspector.open(0, '127.0.0.1');
        const url = inspector.url();
        return { port: url ? Number(new URL(url).port) : null };
      },
    };
  }

  /** Where `display()` finds the kernel. */
  #displayHost(): DisplayHost {
    return {
      display: show,
      waitFor: (work) => (currentCollector() ?? currentRun())?.waitFor(work),
      tell: (event) => this.#peer.emit(event),
    };
  }

  #show(run: Run, output: Output): void {
    const { run: id, cell } = run.request;
    this.#peer.emit(run.settled ? { type: 'update', cell, run: id, output } : { type: 'output', run: id, output });
  }

  /** An error that nobody awaited belongs to the cell it comes from: to its run, or reported late. */
  #stray(error: unknown): void {
    const stray = this.#evaluator?.takeStray(error);
    if (stray?.taken) return;
    if (stray?.cell)
      this.#peer.emit({ type: 'late', cell: stray.cell, error: this.#stacks.describe(error, stray.cell) });
    else writeSync(2, `${inspect(error)}\n`); // goes to the host's log
  }
}

/** A folder that goes with this process, for what cells themselves would keep where nothing is to be kept. */
function passingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-'));
  onProgramEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

class ParentPort implements Port {
  readonly #messages = new Emitter<unknown>();
  readonly #closed = new Emitter<string>();
  readonly #send = process.send!.bind(process); // forked with a channel; user code may replace process.send
  readonly onMessage = this.#messages.event;
  readonly onClose = this.#closed.event;

  post(message: unknown): void {
    this.#send(message);
  }

  listen(surroundings: Surroundings): void {
    surroundings.listen('message', (message: unknown) => this.#messages.fire(message));
    surroundings.listen('disconnect', () => process.kill(process.pid, 'SIGKILL')); // nobody is left to work for
  }
}

const port = new ParentPort();
port.listen(new Kernel(port).install());
