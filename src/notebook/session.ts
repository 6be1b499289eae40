import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { messageOf } from '../base/errors.ts';
import { Emitter, type Event } from '../base/event.ts';
import type { CellId, Kernel } from '../protocol/kernel.ts';
import type { RendererEvent, RowsRequest, Toast } from '../protocol/output.ts';
import type { Backgrounds } from './background.ts';
import type { Circumstances } from './cellKey.ts';
import type { CellState } from './cellRun.ts';
import { type Aside, Execution } from './execution.ts';
import { Lookup } from './lookup.ts';
import type { ModuleDigests } from './moduleDigests.ts';
import { type PlannedCell, planOf } from './plan.ts';
import { Program, type ProgramCell } from './program.ts';
import { WRITING, widgetIn } from './record.ts';
import type { Records } from './records.ts';
import { FOLLOW, LOOK, Wave } from './wave.ts';

export interface SessionOptions {
  readonly kernel: Kernel;
  readonly records: Records;
  readonly backgrounds: Backgrounds;
  readonly modules: ModuleDigests;
  readonly circumstances: () => Promise<Circumstances>;
  /** The states of the notebook's widgets; the caller keeps them. */
  readonly widgets: Map<string, unknown>;
  /** Widget values that must be valid, by name. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly autoRun: () => 'auto' | 'lazy';
  /** False neither looks up nor keeps anything beyond this session. */
  readonly useCache: boolean;
  /** How long results of cells count that say nothing else, in milliseconds; null for no limit. */
  readonly defaultTtlMs: () => number | null;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** One open notebook: what its cells are, what is known of each, and what is to happen when something changes. */
export class Session implements Disposable {
  readonly #options: SessionOptions;
  readonly #lookup: Lookup;
  readonly #wave: Wave;
  readonly #store = new DisposableStore();
  readonly #toasts = new Emitter<Toast>();

  /** A cell has a remark to make. */
  readonly onToast = this.#toasts.event;

  constructor(options: SessionOptions) {
    const session = randomUUID();
    this.#options = options;
    this.#lookup = new Lookup({ ...options, session });
    const execution = this.#store.add(new Execution(options));
    this.#store.add(execution.onAside((aside) => this.#hear(aside)));
    this.#store.add(this.#toasts);
    this.#wave = this.#store.add(new Wave({ ...options, session, lookup: this.#lookup, execution }));
  }

  /** A cell's state changed. */
  get onChange(): Event<CellId> {
    return this.#wave.onChange;
  }

  get program(): Program {
    return this.#wave.program;
  }

  state(id: CellId): CellState {
    return this.#wave.state(id);
  }

  /** Takes over the notebook's cells as they are now; nothing runs. Gives the cells that mean something else now. */
  update(cells: readonly ProgramCell[]): readonly CellId[] {
    const program = Program.of(cells, this.program);
    this.#wave.program = program;
    this.#wave.supersede(program.changed);
    return program.changed;
  }

  /** Shows what is known of `ids` (all cells, as after opening); runs nothing. */
  look(ids: readonly CellId[] = this.program.order): Promise<void> {
    return this.#wave.want(ids, LOOK);
  }

  /** Runs `ids` where needed, or `again` in any case, after whatever they need; then what depends on them. */
  run(ids: readonly CellId[], { again = false }: { readonly again?: boolean } = {}): Promise<void> {
    void this.#wave.want(this.program.ancestors(...ids), FOLLOW);
    return this.#wave.want(ids, { asked: true, look: false, again });
  }

  /** Runs everything that is stale. */
  runStale(): Promise<void> {
    return this.#wave.want(this.program.order, FOLLOW);
  }

  /** Checks results against files, modules and settings as they are now; what reads something that changed runs. */
  async refresh(): Promise<void> {
    const { program } = this;
    const running = program.order.filter((id) => this.state(id).status === 'running');
    const outdated: CellId[] = [];
    for (const id of program.order) if (await this.#isOutdated(id)) outdated.push(id);
    if (program !== this.program) return this.refresh(); // edited meanwhile
    const writes = (id: CellId) => this.state(id).record?.impure.includes(WRITING) ?? false;
    void this.#wave.want([...running, ...outdated.filter(writes)], LOOK); // who writes what it reads would run for ever
    await this.#wave.want(
      outdated.filter((id) => !writes(id)),
      FOLLOW,
    );
  }

  /** Whether a shown result depends on one of these files or folders. */
  reads(paths: readonly string[]): boolean {
    return this.program.order.some((id) => {
      const { record } = this.state(id);
      return record !== null && this.#options.records.hasRead(record, paths);
    });
  }

  /** Files and folders that results which are shown depend on, by full path: what they read, and the local modules they use. */
  async sources(): Promise<string[]> {
    const { program } = this;
    const { records, modules } = this.#options;
    const shown = program.order.flatMap((id) => this.state(id).record ?? []);
    const loaded = shown.flatMap(({ reads }) => reads.flatMap(({ kind, name }) => (kind === 'module' ? [name] : [])));
    const specifiers = new Set([...program.order.flatMap((id) => program.modules(id)), ...loaded]);
    return [
      ...new Set([...shown.flatMap((record) => records.paths(record)), ...(await modules.files([...specifiers]))]),
    ];
  }

  /** Moves a widget: its readers and then their dependents run if the value is another. */
  moveWidget(name: string, value: unknown): Promise<void> {
    const records = this.program.order.flatMap((id) => this.state(id).record ?? []);
    const shown = records.map((record) => widgetIn(record, name)).find((widget) => widget);
    const { widgets } = this.#options;
    if (shown && isDeepStrictEqual(value, shown.initial))
      widgets.delete(name); // as if it had never been moved
    else widgets.set(name, value);
    const reads = (id: CellId) => this.state(id).record?.reads.some((r) => r.kind === 'widget' && r.name === name);
    const readers = this.program.order.filter(reads);
    this.#wave.supersede(readers);
    return this.#wave.want(readers, FOLLOW);
  }

  /** Further rows of a table that a cell showed in part, or why there are none. */
  async rows(request: RowsRequest): Promise<Extract<RendererEvent, { type: 'rows' }>> {
    try {
      return { type: 'rows', ...request, rows: await this.#options.kernel.rows(request) };
    } catch (error) {
      return { type: 'rows', ...request, rows: null, problem: messageOf(error) };
    }
  }

  /** Ends the running cell and forgets what was queued. */
  interrupt(): Promise<void> {
    return this.#wave.interrupt();
  }

  /** What a run of everything stale would do, cell by cell, without doing it. */
  plan(): Promise<PlannedCell[]> {
    return planOf(this.program, this.#lookup, (id) => this.state(id));
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** A cell that refreshes waits for what the last refresh set going. */
  #hear(aside: Aside): void {
    if (aside.type === 'toast') this.#toasts.fire(aside.toast);
    if (aside.type === 'move') void this.#wave.want([], FOLLOW).then(() => this.moveWidget(aside.name, aside.value));
  }

  async #isOutdated(id: CellId): Promise<boolean> {
    const { program } = this;
    const { status, record } = this.state(id);
    if (status !== 'done' || !program.upstream(id).every((up) => this.state(up).record)) return false;
    const { key } = await this.#lookup.key(program, id, (up) => this.state(up));
    return !(await this.#lookup.isCurrent(program, id, record!, key, false));
  }
}
