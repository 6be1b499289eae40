import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { toErrorData } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { CellError, CellId, Kernel, RunReply } from '../protocol/kernel.ts';
import type { Circumstances } from './cellKey.ts';
import { type CellEvent, type CellState, type Reason, type ResultSource, step, UNKNOWN } from './cellRun.ts';
import { Execution } from './execution.ts';
import { reason } from './explain.ts';
import { LiveValues, type Recreation } from './liveValues.ts';
import { type CellKey, type Found, Lookup } from './lookup.ts';
import type { ModuleDigests } from './moduleDigests.ts';
import { obstacleOf } from './obstacle.ts';
import { type PlannedCell, planOf } from './plan.ts';
import { Program, type ProgramCell } from './program.ts';
import { type CellRecord, exportDigest, recordOf, sameExports, WRITING, widgetIn } from './record.ts';
import type { Records } from './records.ts';
import { type Wanted, WantedCells } from './wanted.ts';

export interface SessionOptions {
  readonly kernel: Kernel;
  readonly records: Records;
  readonly modules: ModuleDigests;
  readonly circumstances: () => Promise<Circumstances>;
  /** The states of the notebook's widgets; the caller keeps them. */
  readonly widgets: Map<string, unknown>;
  /** Widget values that must be valid, by name. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly autoRun: () => 'auto' | 'lazy';
  /** False neither looks up nor keeps anything beyond this session. */
  readonly useCache: boolean;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Because something it depends on changed. */
const FOLLOW: Wanted = { asked: false, look: false };
const LOOK: Wanted = { asked: false, look: true };

/** One open notebook: decides what must run, has it run, and knows the state of every cell. */
export class Session implements Disposable {
  readonly #id = randomUUID();
  readonly #autoRun: () => 'auto' | 'lazy';
  readonly #clock: () => number;
  readonly #widgets: Map<string, unknown>;
  readonly #records: Records;
  readonly #lookup: Lookup;
  readonly #execution: Execution;
  readonly #values: LiveValues;
  readonly #store = new DisposableStore();
  readonly #changes = new Emitter<CellId>();
  readonly #states = new Map<CellId, CellState>();
  readonly #wanted = new WantedCells();
  #program = Program.of([]);
  #loop: Promise<void> | null = null;
  #interrupts = 0;

  /** A cell's state changed. */
  readonly onChange = this.#changes.event;

  constructor(options: SessionOptions) {
    this.#autoRun = options.autoRun;
    this.#clock = options.clock;
    this.#widgets = options.widgets;
    this.#records = options.records;
    this.#lookup = new Lookup({ ...options, session: this.#id });
    this.#execution = this.#store.add(new Execution(options));
    this.#values = new LiveValues({
      execution: this.#execution,
      lookup: this.#lookup,
      stateOf: (id) => this.state(id),
      onRecreated: (recreation) => this.#takeRecreated(recreation),
    });
    this.#store.add(this.#execution.onProgress(({ id, event }) => this.#dispatch(id, event)));
    this.#store.add(this.#execution.onLate(({ cell, error }) => this.#dispatch(cell, { type: 'late', error })));
    this.#store.add(this.#changes);
  }

  get program(): Program {
    return this.#program;
  }

  state(id: CellId): CellState {
    return this.#states.get(id) ?? UNKNOWN;
  }

  /** Takes over the notebook's cells as they are now; nothing runs. Gives the cells that mean something else now. */
  update(cells: readonly ProgramCell[]): CellId[] {
    const before = this.#program;
    this.#program = Program.of(cells, before);
    const gone = before.order.filter((id) => !this.#program.cells.has(id));
    for (const id of gone) {
      this.#states.delete(id);
      this.#wanted.delete(id);
    }
    void this.#execution.drop(gone);
    const changed = this.#program.order.filter((id) => before.meaning(id) !== this.#program.meaning(id));
    this.#supersede(changed);
    return changed;
  }

  /** Shows what is known of `ids` (all cells, as after opening); runs nothing. */
  look(ids: readonly CellId[] = this.#program.order): Promise<void> {
    return this.#want(ids, LOOK);
  }

  /** Runs `ids` where needed, or `again` in any case, after whatever they need; then what depends on them. */
  run(ids: readonly CellId[], { again = false }: { readonly again?: boolean } = {}): Promise<void> {
    for (const id of this.#program.ancestors(...ids)) this.#enqueue(id, FOLLOW);
    return this.#want(ids, { asked: true, look: false, again });
  }

  /** Runs everything that is stale. */
  runStale(): Promise<void> {
    return this.#want(this.#program.order, FOLLOW);
  }

  /** Checks results against files, modules and settings as they are now; what reads something that changed runs. */
  async refresh(): Promise<void> {
    const program = this.#program;
    for (const id of program.order) {
      const { status, record } = this.state(id);
      if (status !== 'done') continue;
      const { key } = await this.#lookup.key(program, id, (up) => this.state(up));
      if (await this.#lookup.isCurrent(program, id, record!, key, false)) continue;
      this.#enqueue(id, record!.impure.includes(WRITING) ? LOOK : FOLLOW); // who writes what it reads would run for ever
    }
    await this.#want([], FOLLOW);
  }

  /** Whether a shown result depends on one of these files or folders. */
  reads(paths: readonly string[]): boolean {
    return this.#program.order.some((id) => {
      const { record } = this.state(id);
      return record !== null && this.#records.hasRead(record, paths);
    });
  }

  /** Moves a widget: its readers and then their dependents run if the value is another. */
  moveWidget(name: string, value: unknown): Promise<void> {
    const records = this.#program.order.flatMap((id) => this.state(id).record ?? []);
    const shown = records.map((record) => widgetIn(record, name)).find((widget) => widget);
    if (shown && isDeepStrictEqual(value, shown.initial))
      this.#widgets.delete(name); // as if it had never been moved
    else this.#widgets.set(name, value);
    const reads = (id: CellId) => this.state(id).record?.reads.some((r) => r.kind === 'widget' && r.name === name);
    const readers = this.#program.order.filter(reads);
    this.#supersede(readers);
    return this.#want(readers, FOLLOW);
  }

  /** Ends the running cell and forgets what was queued. */
  async interrupt(): Promise<void> {
    this.#interrupts += 1;
    const queued = this.#wanted.ids.filter((id) => this.state(id).status === 'queued');
    this.#wanted.clear();
    for (const id of queued) this.#dispatch(id, { type: 'stale', reason: reason('its run was cancelled') });
    await this.#execution.interrupt();
  }

  /** What a run of everything stale would do, cell by cell, without doing it. */
  plan(): Promise<PlannedCell[]> {
    return planOf(this.#program, this.#lookup, (id) => this.state(id));
  }

  dispose(): void {
    this.#wanted.clear();
    this.#store.dispose();
  }

  #want(ids: readonly CellId[], wanted: Wanted): Promise<void> {
    for (const id of ids) this.#enqueue(id, wanted);
    this.#loop ??= this.#work().finally(() => {
      this.#loop = null;
    });
    return this.#loop;
  }

  #enqueue(id: CellId, wanted: Wanted): void {
    if (!this.#program.cells.has(id)) return;
    this.#wanted.add(id, wanted);
    if (!wanted.look && !['done', 'running', 'queued', 'disabled'].includes(this.state(id).status)) {
      this.#dispatch(id, { type: 'queue' });
    }
  }

  async #work(): Promise<void> {
    await Promise.resolve(); // a request's cells are all queued before the first one is looked at
    for (let next = this.#wanted.take(this.#program); next; next = this.#wanted.take(this.#program)) {
      try {
        await this.#settle(next.id, next.wanted);
      } catch (error) {
        this.#halt(next.id, { type: 'fail', error: { ...toErrorData(error), line: null, column: null }, ms: 0 });
      }
    }
  }

  /** Brings one cell up to date: by what it shows already, from the cache, or by running it. */
  async #settle(id: CellId, wanted: Wanted): Promise<void> {
    const program = this.#program;
    const obstacle = this.#obstacle(id, wanted.look);
    if (obstacle) return this.#halt(id, obstacle);
    const interrupts = this.#interrupts;
    program.compileAhead(id);
    const now = await this.#lookup.key(program, id, (up) => this.state(up));
    const { status, record } = this.state(id);
    const { asked, again } = wanted;
    if (!again && status === 'done' && (await this.#lookup.isCurrent(program, id, record!, now.key, asked))) return;
    const found = again ? null : await this.#lookup.find(program, id, record, now.key, asked);
    if (program !== this.#program) return this.#enqueue(id, wanted); // edited meanwhile
    if (found?.holds) return this.#take(id, found);
    const why = again
      ? reason('it was asked to run again')
      : await this.#lookup.explain(program, id, now, found?.record ?? record);
    const waitsToBeAsked = program.cells.get(id)!.options.run === 'manual' && !wanted.asked;
    if (wanted.look || waitsToBeAsked) {
      return this.#halt(id, { type: 'stale', reason: why, ...(found && { record: found.record }) });
    }
    if (!(await this.#prepare(program, id, now))) {
      const gone = this.#obstacle(id, false);
      return gone ? this.#halt(id, gone) : this.#enqueue(id, wanted);
    }
    if (interrupts !== this.#interrupts) {
      return this.#halt(id, { type: 'stale', reason: reason('its run was cancelled') });
    }
    await this.#run(program, id, now, why, wanted);
  }

  #take(id: CellId, { record, tier }: Found): void {
    const savedMs = tier === 'memory' && this.state(id).record?.key === record.key ? 0 : record.ms;
    this.#done(id, record, { from: tier, ms: 0, savedMs, why: 'nothing it depends on changed' });
    this.#follow(id);
  }

  /** Makes a cell ready to run; false when it has to be looked at again, because something is not as it was. */
  async #prepare(program: Program, id: CellId, now: CellKey): Promise<boolean> {
    await this.#execution.renew(await this.#lookup.pinned(program, id));
    if (!(await this.#values.provide(program, id)) || program !== this.#program) return false;
    return (await this.#lookup.key(program, id, (up) => this.state(up))).key === now.key; // else an input came out differently
  }

  async #run(program: Program, id: CellId, now: CellKey, why: Reason, wanted: Wanted): Promise<void> {
    const executed = await this.#execution.run(program, id, (run) =>
      this.#dispatch(id, { type: 'start', run, reason: why, at: this.#clock() }),
    );
    if (!this.#program.cells.has(id)) return;
    const { status, superseded, ms } = executed;
    if (superseded && status !== 'done') return this.#enqueue(id, wanted);
    if (status === 'interrupted') return this.#halt(id, { type: 'interrupt', ms });
    const trouble = executed.error ?? this.#mutation(executed);
    if (trouble) return this.#halt(id, { type: 'fail', error: trouble, ms });
    const record = recordOf(executed, now, { session: this.#id, createdAt: this.#clock() });
    const whole = await this.#lookup.keep(program, id, record);
    if (!whole && !record.impure.includes(WRITING)) return this.#enqueue(id, wanted);
    this.#done(id, record, { from: 'computed', ms, savedMs: 0, why });
    this.#follow(id);
  }

  /** A cell ran again, quietly, for its values only; when they came out differently, it settles anew. */
  async #takeRecreated({ id, record, executed }: Recreation): Promise<boolean> {
    if (!this.#program.cells.has(id)) return false;
    if (!executed || (executed.superseded && executed.status !== 'done')) {
      this.#enqueue(id, FOLLOW);
      return false;
    }
    const { status, ms } = executed;
    const trouble = executed.error ?? this.#mutation(executed);
    if (status !== 'done' || trouble) {
      this.#halt(id, trouble ? { type: 'fail', error: trouble, ms } : { type: 'interrupt', ms });
      return false;
    }
    const key = { key: record.staticKey, components: record.components };
    const fresh = recordOf(executed, key, { session: this.#id, createdAt: this.#clock() });
    const same = record.impure.length === 0 && sameExports(record, fresh);
    const why = 'its values were needed and had not been kept';
    this.#done(id, same ? { ...record, run: fresh.run } : fresh, { from: 'recreated', ms, savedMs: 0, why });
    if (same) return true;
    if (await this.#lookup.keep(this.#program, id, fresh)) this.#follow(id);
    else this.#enqueue(id, FOLLOW);
    return true;
  }

  #done(
    id: CellId,
    record: CellRecord,
    { from, ms, savedMs, why }: { from: ResultSource; ms: number; savedMs: number; why: Reason | string },
  ): void {
    const told = typeof why === 'string' ? reason(why) : why;
    this.#dispatch(id, { type: 'settle', record, from, ms, savedMs, reason: told });
  }

  /** After a cell has settled: what uses a name of it whose content is another now must follow. */
  #follow(id: CellId): void {
    if (!this.#program.cells.has(id)) return;
    const record = this.state(id).record!;
    for (const below of this.#program.downstream(id)) {
      const state = this.state(below);
      const inputs = this.#program.inputs(below).filter(({ cell }) => cell === id);
      const same = inputs.every(({ name }) => state.record?.components[`input ${name}`] === exportDigest(record, name));
      if (state.status === 'done' && same) continue;
      const look = this.#wanted.get(below)?.look ?? this.#autoRun() === 'lazy';
      this.#enqueue(below, { asked: false, look });
    }
  }

  /** The cell has no result now: what depends on it waits for it, or is stale with it. */
  #halt(id: CellId, event: CellEvent): void {
    if (!this.#program.cells.has(id)) return;
    this.#dispatch(id, event);
    for (const below of this.#program.descendants(id)) {
      if (this.#program.cells.get(below)!.options.disabled || this.#program.graph.cell(below).errors.length) continue;
      if (event.type !== 'stale') {
        this.#wanted.delete(below);
        this.#dispatch(below, { type: 'wait', upstream: [event.type === 'wait' ? event.upstream[0]! : id] });
      } else if (this.state(below).status === 'done') {
        this.#dispatch(below, { type: 'stale', reason: reason(`${this.#program.label(id)} is stale`) });
      }
    }
  }

  #obstacle(id: CellId, look: boolean): CellEvent | null {
    return obstacleOf(this.#program, id, (up) => this.state(up), look);
  }

  #mutation({ mutated }: RunReply): CellError | null {
    const [first] = mutated;
    if (!first) return null;
    const owner = this.#program.label(first.cell);
    const message = `This cell changed \`${first.name}\`, which belongs to ${owner}. To keep it whole, ${first.advice}.`;
    return { name: 'MutationError', message, line: null, column: null };
  }

  /** A newer request makes the running cell's work void when the cell is about to run again anyway. */
  #supersede(ids: readonly CellId[]): void {
    const { active } = this.#execution;
    if (active && (ids.includes(active) || this.#program.descendants(...ids).includes(active))) {
      this.#execution.supersede();
    }
  }

  #dispatch(id: CellId, event: CellEvent): void {
    if (!this.#program.cells.has(id)) return;
    const before = this.state(id);
    const after = step(before, event);
    if (after === before) return;
    this.#states.set(id, after);
    this.#changes.fire(id);
  }
}
