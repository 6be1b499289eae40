import { randomUUID } from 'node:crypto';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { toErrorData, UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { CellError, CellId, Kernel, RunReply } from '../protocol/kernel.ts';
import type { Circumstances } from './cellKey.ts';
import { type CellEvent, type CellState, type Reason, step, UNKNOWN } from './cellRun.ts';
import { type Executed, Execution } from './execution.ts';
import { reason } from './explain.ts';
import { type CellKey, type Found, Lookup } from './lookup.ts';
import type { ModuleDigests } from './moduleDigests.ts';
import { Program, type ProgramCell } from './program.ts';
import { type CellRecord, exportDigest, WRITING } from './record.ts';
import { type Records, recordKey } from './records.ts';

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

/** How a cell is wanted: `asked`, by a person and by name; `look`, to show what is known without running it. */
interface Wanted {
  readonly asked: boolean;
  readonly look: boolean;
}

/** One open notebook: decides what must run, has it run, and knows the state of every cell. */
export class Session implements Disposable {
  readonly #id = randomUUID();
  readonly #autoRun: () => 'auto' | 'lazy';
  readonly #clock: () => number;
  readonly #widgets: Map<string, unknown>;
  readonly #records: Records;
  readonly #lookup: Lookup;
  readonly #execution: Execution;
  readonly #store = new DisposableStore();
  readonly #changes = new Emitter<CellId>();
  readonly #states = new Map<CellId, CellState>();
  readonly #pending = new Map<CellId, Wanted>();
  #program = Program.of([]);
  #loop: Promise<void> | null = null;

  /** A cell's state changed. */
  readonly onChange = this.#changes.event;

  constructor(options: SessionOptions) {
    this.#autoRun = options.autoRun;
    this.#clock = options.clock;
    this.#widgets = options.widgets;
    this.#records = options.records;
    this.#lookup = new Lookup({ ...options, session: this.#id });
    this.#execution = this.#store.add(new Execution(options));
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
      this.#pending.delete(id);
    }
    void this.#execution.drop(gone);
    const changed = this.#program.order.filter((id) => before.meaning(id) !== this.#program.meaning(id));
    this.#supersede(changed);
    return changed;
  }

  /** Shows what is known of `ids` (all cells, as after opening); runs nothing. */
  look(ids: readonly CellId[] = this.#program.order): Promise<void> {
    return this.#want(ids, { asked: false, look: true });
  }

  /** Runs `ids` where needed, after whatever they need; then what depends on them. */
  run(ids: readonly CellId[]): Promise<void> {
    const asked = new Set(ids);
    const needed = new Set(ids.flatMap((id) => this.#program.ancestors(id)));
    void this.#want(
      [...needed].filter((id) => !asked.has(id)),
      { asked: false, look: false },
    );
    return this.#want(ids, { asked: true, look: false });
  }

  /** Runs everything that is stale. */
  runStale(): Promise<void> {
    return this.#want(this.#program.order, { asked: false, look: false });
  }

  /** Checks results against files, modules and settings as they are now; what changed runs when on auto. */
  refresh(): Promise<void> {
    const done = this.#program.order.filter((id) => this.state(id).status === 'done');
    // a cell that writes what it reads would run for ever
    const writes = (id: CellId) => this.state(id).record?.impure.includes(WRITING) ?? false;
    void this.#want(done.filter(writes), { asked: false, look: true });
    return this.#want(
      done.filter((id) => !writes(id)),
      { asked: false, look: this.#autoRun() === 'lazy' },
    );
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
    this.#widgets.set(name, value);
    const reads = (id: CellId) => this.state(id).record?.reads.some((r) => r.kind === 'widget' && r.name === name);
    const readers = this.#program.order.filter(reads);
    this.#supersede(readers);
    return this.#want(readers, { asked: false, look: false });
  }

  /** Ends the running cell and forgets what was queued. */
  async interrupt(): Promise<void> {
    const queued = [...this.#pending.keys()].filter((id) => this.state(id).status === 'queued');
    this.#pending.clear();
    for (const id of queued) this.#dispatch(id, { type: 'stale', reason: reason('its run was cancelled') });
    await this.#execution.interrupt();
  }

  /** What a run of everything stale would do, cell by cell, without doing it. */
  async plan(): Promise<PlannedCell[]> {
    const planned = new Map<CellId, PlannedCell>();
    for (const id of this.#program.order) planned.set(id, await this.#planCell(id, planned));
    return [...this.#program.cells.keys()].map((id) => planned.get(id)!);
  }

  dispose(): void {
    this.#pending.clear();
    this.#store.dispose();
  }

  #want(ids: readonly CellId[], wanted: Wanted): Promise<void> {
    for (const id of ids) this.#enqueue(id, wanted);
    this.#loop ??= this.#work().finally(() => {
      this.#loop = null;
    });
    return this.#loop;
  }

  #enqueue(id: CellId, { asked, look }: Wanted): void {
    const already = this.#pending.get(id);
    this.#pending.set(id, { asked: asked || (already?.asked ?? false), look: look && (already?.look ?? true) });
    if (!look && !['done', 'running', 'queued'].includes(this.state(id).status)) this.#dispatch(id, { type: 'queue' });
  }

  async #work(): Promise<void> {
    await Promise.resolve(); // a request's cells are all queued before the first one is looked at
    for (;;) {
      const id = this.#program.order.find((candidate) => this.#pending.has(candidate));
      if (id === undefined) return;
      const wanted = this.#pending.get(id)!;
      this.#pending.delete(id);
      try {
        await this.#settle(id, wanted);
      } catch (error) {
        this.#fail(id, { ...toErrorData(error), line: null, column: null }, 0);
      }
    }
  }

  /** Brings one cell up to date: by what it shows already, from the cache, or by running it. */
  async #settle(id: CellId, wanted: Wanted): Promise<void> {
    const program = this.#program;
    const obstacle = this.#obstacle(id, wanted);
    if (obstacle) return this.#halt(id, obstacle);
    const now = await this.#lookup.key(program, id, (up) => this.state(up));
    const { status, record } = this.state(id);
    if (status === 'done' && (await this.#lookup.isCurrent(program, id, record!, now.key, wanted.asked))) return;
    const found = await this.#lookup.find(program, id, record, now.key, wanted.asked);
    if (program !== this.#program) return this.#enqueue(id, wanted); // edited meanwhile
    if (found?.holds) return this.#take(id, found);
    const why = await this.#lookup.explain(program, id, now, found?.record ?? record);
    const waitsToBeAsked = program.cells.get(id)!.options.run === 'manual' && !wanted.asked;
    if (!wanted.look && !waitsToBeAsked) return this.#run(id, now, why);
    this.#halt(id, { type: 'stale', reason: why, ...(found && { record: found.record }) });
  }

  /** What keeps a cell from being looked at: being disabled, a mistake in it, or upstream cells without a result. */
  #obstacle(id: CellId, { look }: Wanted): CellEvent | null {
    if (!this.#program.cells.has(id)) return null;
    const { options, problems } = this.#program.cells.get(id)!;
    if (options.disabled) return { type: 'disable' };
    const mistake = this.#program.graph.cell(id).errors[0]?.message ?? problems[0];
    if (mistake !== undefined) return { type: 'fail', ms: 0, error: staticError(mistake) };
    const missing = this.#program.upstream(id).filter((up) => this.state(up).status !== 'done');
    if (!missing.length) return null;
    const stale = missing.find((up) => this.state(up).status === 'stale');
    if (look && stale) return { type: 'stale', reason: reason(`${this.#label(stale)} is stale`) };
    return { type: 'wait', upstream: missing };
  }

  #take(id: CellId, { record, tier }: Found): void {
    const savedMs = tier === 'memory' && this.state(id).record?.key === record.key ? 0 : record.ms;
    const why = reason('nothing it depends on changed');
    this.#dispatch(id, { type: 'settle', record, from: tier, ms: 0, savedMs, reason: why });
    this.#follow(id);
  }

  async #run(id: CellId, now: CellKey, why: Reason): Promise<void> {
    const program = this.#program;
    if (!(await this.#inputsLive(program, id)))
      return this.#halt(id, this.#obstacle(id, { asked: false, look: false }));
    if ((await this.#lookup.key(program, id, (up) => this.state(up))).key !== now.key) {
      return this.#enqueue(id, { asked: false, look: false }); // a re-created input came out differently
    }
    const executed = await this.#execution.run(program, id, (run) =>
      this.#dispatch(id, { type: 'start', run, reason: why, at: this.#clock() }),
    );
    if (!this.#program.cells.has(id)) return;
    if (executed.superseded && executed.status === 'interrupted')
      return this.#enqueue(id, { asked: true, look: false });
    if (executed.status === 'interrupted') return this.#halt(id, { type: 'interrupt', ms: executed.ms });
    const trouble = executed.error ?? this.#mutation(executed);
    if (trouble) return this.#fail(id, trouble, executed.ms);
    const record = this.#recordOf(executed, now);
    await this.#lookup.keep(program, id, record);
    this.#dispatch(id, { type: 'settle', record, from: 'computed', ms: executed.ms, savedMs: 0, reason: why });
    this.#follow(id);
  }

  /** Makes the values present in the kernel that a cell needs; false when one of its inputs has no result any more. */
  async #inputsLive(program: Program, id: CellId): Promise<boolean> {
    for (const producer of program.producers(id)) if (!(await this.#ensureLive(program, producer))) return false;
    return true;
  }

  /** Loads the values of a finished cell where they were kept, else makes them again. */
  async #ensureLive(program: Program, id: CellId): Promise<boolean> {
    const { status, record } = this.state(id);
    if (status !== 'done' || !record) return false;
    if (this.#execution.isLive(id, record)) return true;
    return (await this.#restore(program, id, record)) || this.#recreate(program, id, record);
  }

  async #restore(program: Program, id: CellId, record: CellRecord): Promise<boolean> {
    for (const ref of record.values?.refs ?? []) {
      const owner = program.order.find((up) => this.state(up).record?.exports.some(({ digest }) => digest === ref));
      if (owner === undefined || !(await this.#ensureLive(program, owner))) return false;
    }
    return this.#execution.restore(id, record);
  }

  /** Runs a cell again, quietly, for its values only; when they came out differently, it settles anew. */
  async #recreate(program: Program, id: CellId, record: CellRecord): Promise<boolean> {
    if (!(await this.#inputsLive(program, id))) return false;
    const executed = await this.#execution.run(program, id, () => {});
    if (executed.status !== 'done') {
      if (executed.error) this.#fail(id, executed.error, executed.ms);
      else this.#halt(id, { type: 'interrupt', ms: executed.ms });
      return false;
    }
    const fresh = this.#recordOf(executed, { key: record.staticKey, components: record.components });
    const same =
      !record.impure.length && record.exports.every(({ name, digest }) => digest === exportDigestOf(fresh, name));
    const why = reason('its values were needed and had not been kept');
    const settled = same ? { ...record, run: fresh.run } : fresh;
    this.#dispatch(id, {
      type: 'settle',
      record: settled,
      from: 'recreated',
      ms: executed.ms,
      savedMs: 0,
      reason: why,
    });
    if (same) return true;
    await this.#lookup.keep(program, id, fresh);
    this.#follow(id);
    return true;
  }

  #recordOf(executed: Executed, { key: staticKey, components }: CellKey): CellRecord {
    const { run, outputs, console, reads, exports, values, impure, ms } = executed;
    return {
      key: recordKey(staticKey, reads),
      staticKey,
      components,
      reads,
      outputs,
      console,
      exports,
      values,
      impure,
      session: this.#id,
      run,
      ms,
      createdAt: this.#clock(),
    };
  }

  /** After a cell has settled: what uses a name of it whose content is another now must follow. */
  #follow(id: CellId): void {
    const record = this.state(id).record!;
    for (const below of this.#program.downstream(id)) {
      const state = this.state(below);
      const inputs = this.#program.inputs(below).filter(({ cell }) => cell === id);
      const same = inputs.every(({ name }) => state.record?.components[`input ${name}`] === exportDigest(record, name));
      if (state.status === 'done' && same) continue;
      const look = this.#pending.get(below)?.look ?? this.#autoRun() === 'lazy';
      this.#enqueue(below, { asked: false, look });
    }
  }

  #fail(id: CellId, error: CellError, ms: number): void {
    this.#halt(id, { type: 'fail', error, ms });
  }

  /** The cell has no result now: what depends on it waits for it, or is stale with it. */
  #halt(id: CellId, event: CellEvent | null): void {
    if (!event || !this.#program.cells.has(id)) return;
    this.#dispatch(id, event);
    for (const below of this.#program.descendants(id)) {
      if (this.#program.cells.get(below)!.options.disabled || this.#program.graph.cell(below).errors.length) continue;
      if (event.type !== 'stale') {
        this.#pending.delete(below);
        this.#dispatch(below, { type: 'wait', upstream: [event.type === 'wait' ? event.upstream[0]! : id] });
      } else if (this.state(below).status === 'done') {
        this.#dispatch(below, { type: 'stale', reason: reason(`${this.#label(id)} is stale`) });
      }
    }
  }

  #mutation({ mutated }: RunReply): CellError | null {
    const [first] = mutated;
    if (!first) return null;
    const message = `This cell changed \`${first.name}\`, which belongs to ${this.#label(first.cell)}. To keep it whole, ${first.advice}.`;
    return { name: 'MutationError', message, line: null, column: null };
  }

  /** A newer request makes the running cell's work void when the cell is about to run again anyway. */
  #supersede(ids: readonly CellId[]): void {
    const { active } = this.#execution;
    if (active && ids.some((id) => id === active || this.#program.descendants(id).includes(active)))
      this.#execution.supersede();
  }

  async #planCell(id: CellId, planned: ReadonlyMap<CellId, PlannedCell>): Promise<PlannedCell> {
    const program = this.#program;
    const { label, options } = program.cells.get(id)!;
    const base = { id, label, estimateMs: this.state(id).record?.ms ?? null };
    if (options.disabled) return { ...base, would: 'disabled', reason: reason('it is disabled') };
    const mistake = program.graph.cell(id).errors[0]?.message;
    if (mistake) return { ...base, would: 'error', reason: reason(mistake) };
    const open = program.upstream(id).find((up) => !isHit(planned.get(up)));
    if (open) return { ...base, would: 'run', reason: reason(`${this.#label(open)} runs before it`) };
    const now = await this.#lookup.key(program, id, (up) => planned.get(up)?.state ?? this.state(up));
    const found = await this.#lookup.find(program, id, this.state(id).record, now.key, false);
    const why = found?.holds
      ? reason('nothing it depends on changed')
      : await this.#lookup.explain(program, id, now, found?.record ?? this.state(id).record);
    const estimateMs = found?.record.ms ?? base.estimateMs;
    if (!found?.holds) return { ...base, estimateMs, would: 'run', reason: why };
    return { ...base, estimateMs, would: found.tier, reason: why, state: { ...UNKNOWN, record: found.record } };
  }

  #label(id: CellId): string {
    return this.#program.cells.get(id)?.label ?? 'a cell that is gone';
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

/** What a run would do to one cell. */
export interface PlannedCell {
  readonly id: CellId;
  readonly label: string;
  readonly would: 'run' | 'memory' | 'disk' | 'redis' | 'disabled' | 'error';
  readonly reason: Reason;
  /** Milliseconds, from the last run; null when the cell never ran. */
  readonly estimateMs: number | null;
  /** The state the cell would have: of a hit its record. */
  readonly state?: CellState;
}

function isHit(planned: PlannedCell | undefined): boolean {
  return planned !== undefined && ['memory', 'disk', 'redis'].includes(planned.would);
}

/** The content digest of a fresh export, null where it has none: what a re-created value is compared by. */
function exportDigestOf(record: CellRecord, name: string): string | null {
  return record.exports.find((e) => e.name === name)?.digest ?? null;
}

function staticError(message: string): CellError {
  return { ...toErrorData(new UserError(message)), stack: '', line: null, column: null };
}
