import { randomUUID } from 'node:crypto';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { CellError, CellId, Kernel, KernelEvent, RunId, RunReply, RunRequest } from '../protocol/kernel.ts';
import type { ConsoleLine, Output } from '../protocol/output.ts';
import type { CellCache } from './cell.ts';
import type { Circumstances } from './cellKey.ts';
import { joinLines, withOutput } from './cellRun.ts';
import type { Program } from './program.ts';
import type { CellRecord } from './record.ts';

export interface ExecutionOptions {
  readonly kernel: Kernel;
  readonly circumstances: () => Promise<Circumstances>;
  /** The states of the notebook's widgets. */
  readonly widgets: ReadonlyMap<string, unknown>;
  /** Widget values that must be valid, by name. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly useCache: boolean;
}

/** A run that has ended, with what it showed. What is `superseded` or `unready` has to be looked at again. */
export interface Executed extends RunReply {
  readonly run: RunId;
  readonly outputs: readonly Output[];
  readonly console: readonly ConsoleLine[];
  /** It was interrupted because the cell is about to run again anyway. */
  readonly superseded: boolean;
}

interface Active {
  readonly id: CellId;
  readonly run: RunId;
  outputs: readonly Output[];
  console: readonly ConsoleLine[];
  superseded: boolean;
}

/** What a cell does beside running. */
export type Aside = Extract<KernelEvent, { type: 'update' | 'move' | 'toast' }>;

/** What the kernel does for a session: runs cells one at a time, and holds the values of finished ones. */
export class Execution implements Disposable {
  readonly #options: ExecutionOptions;
  readonly #store = new DisposableStore();
  readonly #progress = new Emitter<{ id: CellId; event: Extract<KernelEvent, { type: 'output' | 'console' }> }>();
  readonly #late = new Emitter<{ cell: CellId; error: CellError }>();
  readonly #asides = new Emitter<Aside>();
  /** Which run's values the kernel holds for a cell. */
  readonly #live = new Map<CellId, RunId>();
  /** Modules that this kernel holds and cannot load anew, as they were. */
  readonly #pinned = new Map<string, string>();
  #active: Active | null = null;

  /** What the running cell shows, as it comes. */
  readonly onProgress = this.#progress.event;
  /** What a cell does beside running, also after it has settled. */
  readonly onAside = this.#asides.event;
  /** An error that a cell caused after it had settled. */
  readonly onLate = this.#late.event;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.#store.add(options.kernel.onEvent((event) => this.#hear(event)));
    this.#store.add(options.kernel.onLost(() => this.#forget()));
    this.#store.add(this.#progress);
    this.#store.add(this.#late);
    this.#store.add(this.#asides);
  }

  /** The cell that runs now. */
  get active(): CellId | null {
    return this.#active?.id ?? null;
  }

  /** Runs a cell whose inputs are live. `onStart` hears the run's identity before anything else of it. */
  async run(program: Program, id: CellId, onStart: (run: RunId) => void): Promise<Executed> {
    const { label, options } = program.cells.get(id)!;
    const { js, map } = await program.code(id);
    const { seed, now } = await this.#options.circumstances();
    const active: Active = { id, run: randomUUID() as RunId, outputs: [], console: [], superseded: false };
    this.#active = active;
    onStart(active.run);
    try {
      const reply = await this.#options.kernel.run({
        run: active.run,
        cell: id,
        label,
        js,
        map,
        inputs: program.inputs(id),
        widgets: Object.fromEntries(this.#options.widgets),
        set: this.#options.set,
        widgetName: options.name,
        keepValues: this.#options.useCache ? valuesKept(options.cache) : 'never',
        seed,
        now,
      });
      for (const cell of reply.dropped) this.#live.delete(cell);
      if (reply.status === 'done') this.#live.set(id, active.run);
      if (reply.status === 'unready') for (const { cell } of program.inputs(id)) this.#live.delete(cell);
      return { ...reply, ...active };
    } finally {
      this.#active = null;
    }
  }

  /** Begins with a new process when this one holds packages that are others now. */
  async renew(pinned: Readonly<Record<string, string>>): Promise<void> {
    const modules = Object.entries(pinned);
    if (modules.some(([name, digest]) => (this.#pinned.get(name) ?? digest) !== digest)) {
      await this.#options.kernel.restart();
    }
    for (const [name, digest] of modules) this.#pinned.set(name, digest);
  }

  isLive(id: CellId, record: CellRecord): boolean {
    return record.exports.length === 0 || this.#live.get(id) === record.run;
  }

  /** Loads kept values; what they point into must be live. */
  async restore(id: CellId, record: CellRecord): Promise<boolean> {
    if (!record.values || !(await this.#options.kernel.restore(id, record.values))) return false;
    this.#live.set(id, record.run);
    return true;
  }

  async drop(ids: readonly CellId[]): Promise<void> {
    for (const id of ids) this.#live.delete(id);
    if (ids.length) await this.#options.kernel.drop(ids);
  }

  /** Interrupts the running cell because it will run again. */
  supersede(): void {
    if (!this.#active) return;
    this.#active.superseded = true;
    void this.interrupt();
  }

  interrupt(): Promise<void> {
    return this.#options.kernel.interrupt();
  }

  dispose(): void {
    this.#store.dispose();
    this.#options.kernel.dispose();
  }

  #forget(): void {
    this.#live.clear();
    this.#pinned.clear();
  }

  #hear(event: KernelEvent): void {
    if (event.type === 'begin') return; // that is between the kernel and its client
    if (event.type === 'output' || event.type === 'console') this.#show(event);
    else if (event.type === 'late') this.#late.fire(event);
    else this.#asides.fire(event);
  }

  #show(event: Extract<KernelEvent, { type: 'output' | 'console' }>): void {
    const active = this.#active;
    if (active?.run !== event.run) return;
    if (event.type === 'output') active.outputs = withOutput(active.outputs, event.output);
    else active.console = joinLines(active.console, event.lines);
    this.#progress.fire({ id: active.id, event });
  }
}

/** Which values of a cell go into files. */
function valuesKept({ mode, persist }: CellCache): RunRequest['keepValues'] {
  return mode === 'off' || !persist ? 'never' : mode;
}
