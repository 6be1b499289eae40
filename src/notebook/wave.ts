import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { toErrorData } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { CellId } from '../protocol/kernel.ts';
import { type CellEvent, type CellState, type Reason, type ResultSource, step, UNKNOWN } from './cellRun.ts';
import type { Executed, Execution } from './execution.ts';
import { reason } from './explain.ts';
import { LiveValues, type Recreation } from './liveValues.ts';
import type { CellKey, Found, Lookup } from './lookup.ts';
import { mutationError } from './mutation.ts';
import { obstacleOf } from './obstacle.ts';
import { Program } from './program.ts';
import { type CellRecord, exportDigest, recordOf, sameExports, WRITING } from './record.ts';
import { type Wanted, WantedCells } from './wanted.ts';

export interface WaveOptions {
  readonly lookup: Lookup;
  readonly execution: Execution;
  readonly autoRun: () => 'auto' | 'lazy';
  /** Identifies the session in records. */
  readonly session: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Because something it depends on changed. */
export const FOLLOW: Wanted = { asked: false, look: false };
/** To see what is known of it. */
export const LOOK: Wanted = { asked: false, look: true };

/** Brings wanted cells up to date, one at a time in dependency order, and after them what depends on them. */
export class Wave implements Disposable {
  readonly #options: WaveOptions;
  readonly #lookup: Lookup;
  readonly #execution: Execution;
  readonly #values: LiveValues;
  readonly #store = new DisposableStore();
  readonly #changes = new Emitter<CellId>();
  readonly #states = new Map<CellId, CellState>();
  readonly #wanted = new WantedCells();
  /** Of cells that depend on nothing outside the notebook: their records and those above, when they were last found current. */
  readonly #current = new Map<CellId, readonly (CellRecord | null)[]>();
  /** Cells whose last run did not end well. */
  readonly #failed = new Set<CellId>();
  #program = Program.of([]);
  #loop: Promise<void> | null = null;
  #interrupts = 0;

  /** A cell's state changed. */
  readonly onChange = this.#changes.event;

  readonly #stateOf = (id: CellId) => this.state(id);

  constructor(options: WaveOptions) {
    this.#options = options;
    this.#lookup = options.lookup;
    this.#execution = options.execution;
    this.#values = new LiveValues({
      ...options,
      stateOf: (id) => this.state(id),
      onRecreated: (recreation) => this.#takeRecreated(recreation),
    });
    this.#store.add(this.#execution.onProgress(({ id, event }) => this.#dispatch(id, event)));
    this.#store.add(
      this.#execution.onAside((aside) => {
        if (aside.type === 'update') this.#dispatch(aside.cell, aside);
      }),
    );
    this.#store.add(this.#execution.onLate(({ cell, error }) => this.#dispatch(cell, { type: 'late', error })));
    this.#store.add(this.#changes);
  }

  get program(): Program {
    return this.#program;
  }

  /** Goes on with `program`; what is known of cells that are gone is forgotten. */
  set program(program: Program) {
    const gone = this.#program.order.filter((id) => !program.cells.has(id));
    this.#program = program;
    for (const id of gone) {
      this.#states.delete(id);
      this.#failed.delete(id);
      this.#wanted.delete(id);
    }
    for (const id of [...gone, ...program.changed]) this.#current.delete(id);
    void this.#execution.drop(gone);
  }

  state(id: CellId): CellState {
    return this.#states.get(id) ?? UNKNOWN;
  }

  /** Wants more cells; the promise is kept when nothing is wanted any more. */
  want(ids: readonly CellId[], wanted: Wanted): Promise<void> {
    for (const id of ids) this.#enqueue(id, wanted);
    this.#loop ??= this.#work().finally(() => {
      this.#loop = null;
    });
    return this.#loop;
  }

  /** A newer request makes the running cell's work void when the cell is about to run again anyway. */
  supersede(ids: readonly CellId[]): void {
    const { active } = this.#execution;
    if (active && (ids.includes(active) || this.#program.descendants(...ids).includes(active))) {
      this.#execution.supersede();
    }
  }

  /** Ends the running cell and forgets what was queued. */
  async interrupt(): Promise<void> {
    this.#interrupts += 1;
    const queued = this.#wanted.ids.filter((id) => this.state(id).status === 'queued');
    this.#wanted.clear();
    for (const id of queued) this.#dispatch(id, { type: 'stale', reason: reason('its run was cancelled') });
    await this.#execution.interrupt();
  }

  dispose(): void {
    this.#wanted.clear();
    this.#store.dispose();
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
      if (this.#isStillCurrent(next.id, next.wanted)) continue;
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
    const now = await this.#lookup.key(program, id, this.#stateOf);
    const { status, record } = this.state(id);
    const { asked, again } = wanted;
    const above = this.#resultsOf(program, id);
    if (!again && status === 'done' && (await this.#lookup.isCurrent(program, id, record!, now.key, asked))) {
      if (program === this.#program && this.#lookup.isWithin(program, id, record!)) this.#current.set(id, above);
      return;
    }
    const found = again ? null : await this.#lookup.find(program, id, record, now.key, asked);
    if (program !== this.#program) return this.#enqueue(id, wanted); // edited meanwhile
    if (found?.holds) return this.#take(id, found);
    const why = again
      ? reason('it was asked to run again')
      : await this.#lookup.explain(program, id, {
          now,
          nearest: found?.record ?? record,
          stateOf: this.#stateOf,
          failed: this.#failed.has(id),
        });
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
    return (await this.#lookup.key(program, id, this.#stateOf)).key === now.key; // else an input came out differently
  }

  async #run(program: Program, id: CellId, now: CellKey, why: Reason, wanted: Wanted): Promise<void> {
    const executed = await this.#execution.run(program, id, (run) =>
      this.#dispatch(id, { type: 'start', run, reason: why, at: this.#options.clock() }),
    );
    if (!this.#program.cells.has(id)) return;
    const { status, superseded, ms } = executed;
    if (status === 'unready' || (superseded && status !== 'done')) return this.#enqueue(id, wanted);
    if (status === 'interrupted') return this.#halt(id, { type: 'interrupt', ms });
    const trouble = executed.error ?? mutationError(program, id, executed.mutated);
    if (trouble) return this.#halt(id, { type: 'fail', error: trouble, ms });
    const { record, whole: traced } = await this.#record(program, id, executed, now);
    const whole = traced && (await this.#lookup.keep(program, id, record, this.#stateOf));
    if (!whole && !record.impure.includes(WRITING)) return this.#enqueue(id, wanted);
    this.#done(id, record, { from: 'computed', ms, savedMs: 0, why });
    this.#follow(id);
  }

  /** A cell ran again, quietly, for its values only; when they came out differently, it settles anew. */
  async #takeRecreated({ id, record, executed }: Recreation): Promise<boolean> {
    if (!this.#program.cells.has(id)) return false;
    if (!executed || executed.status === 'unready' || (executed.superseded && executed.status !== 'done')) {
      this.#enqueue(id, FOLLOW);
      return false;
    }
    const { status, ms } = executed;
    const trouble = executed.error ?? mutationError(this.#program, id, executed.mutated);
    if (status !== 'done' || trouble) {
      this.#halt(id, trouble ? { type: 'fail', error: trouble, ms } : { type: 'interrupt', ms });
      return false;
    }
    const key = { key: record.staticKey, components: record.components };
    const { record: fresh, whole } = await this.#record(this.#program, id, executed, key);
    const same = record.impure.length === 0 && sameExports(record, fresh);
    const why = 'its values were needed and had not been kept';
    this.#done(id, same ? { ...record, run: fresh.run } : fresh, { from: 'recreated', ms, savedMs: 0, why });
    if (same) return true;
    if (whole && (await this.#lookup.keep(this.#program, id, fresh, this.#stateOf))) this.#follow(id);
    else this.#enqueue(id, FOLLOW);
    return true;
  }

  /** The record of a run, and whether the modules that it loaded are still what it ran with. */
  async #record(program: Program, id: CellId, executed: Executed, key: CellKey) {
    const [{ reads, whole }, { functions }] = await Promise.all([
      this.#lookup.trace(program, id, executed),
      program.compile(id),
    ]);
    const made = { session: this.#options.session, createdAt: this.#options.clock() };
    return { record: recordOf({ ...executed, reads }, functions, key, made), whole };
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
      const look = this.#wanted.get(below)?.look ?? this.#options.autoRun() === 'lazy';
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

  /** Whether nobody asks for the cell itself, and nothing has changed since it was last found current. */
  #isStillCurrent(id: CellId, { asked, again }: Wanted): boolean {
    const then = asked || again ? undefined : this.#current.get(id);
    if (!then) return false;
    const isSame = (one: CellId, i: number) => then[i] !== null && then[i] === this.#resultOf(one);
    return isSame(id, 0) && this.#program.upstream(id).every((one, i) => isSame(one, i + 1));
  }

  /** The results of a cell and of those above it, as far as they have any now. */
  #resultsOf(program: Program, id: CellId): (CellRecord | null)[] {
    return [id, ...program.upstream(id)].map((one) => this.#resultOf(one));
  }

  #resultOf(id: CellId): CellRecord | null {
    const { status, record } = this.state(id);
    return status === 'done' ? record : null;
  }

  #obstacle(id: CellId, look: boolean): CellEvent | null {
    return obstacleOf(this.#program, id, this.#stateOf, look);
  }

  #dispatch(id: CellId, event: CellEvent): void {
    if (!this.#program.cells.has(id)) return;
    const before = this.state(id);
    const after = step(before, event);
    if (after === before) return;
    if (event.type === 'settle') this.#failed.delete(id);
    else if (event.type === 'fail' && event.ms > 0) this.#failed.add(id); // a mistake found without a run takes no time
    this.#states.set(id, after);
    this.#changes.fire(id);
  }
}
