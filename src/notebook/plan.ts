import type { CellId } from '../protocol/kernel.ts';
import { type CellState, type Reason, UNKNOWN } from './cellRun.ts';
import { reason } from './explain.ts';
import type { Lookup } from './lookup.ts';
import type { Program } from './program.ts';
import type { RecordTier } from './records.ts';

/** What a run would do to one cell. */
export interface PlannedCell {
  readonly id: CellId;
  readonly label: string;
  /** `manual` waits to be asked; `waiting` has no result because a cell above it gets none. */
  readonly would: 'run' | RecordTier | 'manual' | 'waiting' | 'disabled' | 'error';
  readonly reason: Reason;
  /** Milliseconds, from the last run, also of another session; null when the cell never ran. */
  readonly estimateMs: number | null;
  /** The state the cell would have: of a hit its record. */
  readonly state?: CellState;
}

const UNCHANGED = 'nothing it depends on changed';

/** What a run of everything stale would do, cell by cell in page order, without doing it. */
export async function planOf(
  program: Program,
  lookup: Lookup,
  stateOf: (id: CellId) => CellState,
): Promise<PlannedCell[]> {
  const planned = new Map<CellId, PlannedCell>();
  for (const id of program.order) planned.set(id, await planCell(program, id, { lookup, stateOf, planned }));
  return [...program.cells.keys()].map((id) => planned.get(id)!);
}

interface Known {
  readonly lookup: Lookup;
  readonly stateOf: (id: CellId) => CellState;
  /** The cells above, planned already. */
  readonly planned: ReadonlyMap<CellId, PlannedCell>;
}

async function planCell(program: Program, id: CellId, { lookup, stateOf, planned }: Known): Promise<PlannedCell> {
  const { label, options, problems } = program.cells.get(id)!;
  const own = stateOf(id).record;
  const base = { id, label, estimateMs: (own ?? (await lookup.last(program, id)))?.ms ?? null };
  if (options.disabled) return { ...base, would: 'disabled', reason: reason('it is disabled') };
  const mistake = program.graph.cell(id).errors[0]?.message ?? problems[0];
  if (mistake !== undefined) return { ...base, would: 'error', reason: reason(mistake) };
  const above = program.upstream(id).map((up) => planned.get(up)!);
  const missing = above.find(({ would, state }) => would !== 'run' && !state);
  if (missing) return { ...base, would: 'waiting', reason: waitsFor(missing) };
  const would = options.run === 'manual' ? 'manual' : 'run';
  const open = above.find(({ state }) => !state);
  if (open) return { ...base, would, reason: reason(`${open.label} runs before it`) };
  const stateThen = (up: CellId) => planned.get(up)!.state!;
  const now = await lookup.key(program, id, stateThen);
  const shown = stateOf(id);
  if (shown.status === 'done' && (await lookup.isCurrent(program, id, shown.record, now.key, false)))
    return { ...base, would: 'memory', reason: reason(UNCHANGED), state: shown };
  const found = await lookup.find(program, id, own, now.key, false);
  const estimateMs = found?.record.ms ?? base.estimateMs;
  if (!found?.holds) {
    const nearest = found?.record ?? own;
    const failed = shown.status === 'error';
    const why = await lookup.explain(program, id, { now, nearest, stateOf: stateThen, failed });
    return { ...base, estimateMs, would, reason: why };
  }
  const state = { ...UNKNOWN, record: found.record };
  return { ...base, estimateMs, would: found.tier, reason: reason(UNCHANGED), state };
}

function waitsFor({ label, would, reason: why }: PlannedCell): Reason {
  switch (would) {
    case 'waiting':
      return why; // the cell that everything waits for
    case 'manual':
      return reason(`${label} waits to be asked`);
    case 'disabled':
      return reason(`${label} is disabled`);
    default:
      return reason(`${label} has a mistake`);
  }
}
