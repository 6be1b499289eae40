import type { CellId } from '../protocol/kernel.ts';
import type { CellState } from './cellRun.ts';
import type { Executed, Execution } from './execution.ts';
import type { Lookup } from './lookup.ts';
import type { Program } from './program.ts';
import type { CellRecord } from './record.ts';

/** What comes of making a cell's values again. */
export interface Recreation {
  readonly id: CellId;
  /** The record of the cell as it was shown. */
  readonly record: CellRecord;
  /** The run that made the values, or null when the cell has to settle anew first: it would not be the same run. */
  readonly executed: Executed | null;
}

export interface LiveValuesOptions {
  readonly execution: Execution;
  readonly lookup: Lookup;
  readonly stateOf: (id: CellId) => CellState;
  /** Takes a cell that ran again for its values; says whether it has a result now. */
  readonly onRecreated: (recreation: Recreation) => Promise<boolean>;
}

/** Brings the values of finished cells into the kernel when a cell that must run needs them. */
export class LiveValues {
  readonly #options: LiveValuesOptions;

  constructor(options: LiveValuesOptions) {
    this.#options = options;
  }

  /** Makes the values present that a cell takes; false when one of its inputs has no result any more. */
  async provide(program: Program, id: CellId): Promise<boolean> {
    for (const producer of program.producers(id)) if (!(await this.#ensure(program, producer))) return false;
    return true;
  }

  /** Loads the values of a finished cell where they were kept, else makes them again. */
  async #ensure(program: Program, id: CellId): Promise<boolean> {
    const { status, record } = this.#options.stateOf(id);
    if (status !== 'done' || !record) return false;
    if (this.#options.execution.isLive(id, record)) return true;
    return (await this.#restore(program, id, record)) || this.#recreate(program, id, record);
  }

  async #restore(program: Program, id: CellId, record: CellRecord): Promise<boolean> {
    if (!record.values) return false;
    for (const ref of record.values.refs) {
      const owner = program.order.find((up) => this.#exports(up, ref));
      if (owner === undefined || !(await this.#ensure(program, owner))) return false;
    }
    await this.#options.lookup.fetchValues(record);
    return this.#options.execution.restore(id, record);
  }

  async #recreate(program: Program, id: CellId, record: CellRecord): Promise<boolean> {
    const { lookup, execution, stateOf, onRecreated } = this.#options;
    if (!(await this.provide(program, id))) return false;
    const { key } = await lookup.key(program, id, stateOf);
    const executed = key === record.staticKey ? await execution.run(program, id, () => {}) : null;
    return onRecreated({ id, record, executed });
  }

  #exports(id: CellId, digest: string): boolean {
    return this.#options.stateOf(id).record?.exports.some((one) => one.digest === digest) ?? false;
  }
}
