import { toErrorData, UserError } from '../base/errors.ts';
import type { CellError, CellId } from '../protocol/kernel.ts';
import type { CellEvent, CellState } from './cellRun.ts';
import { reason } from './explain.ts';
import type { Program } from './program.ts';

/**
 * What keeps a cell from having a result: being disabled, a mistake in it, or upstream cells without a result.
 * @param look whether the cell is only looked at, so that it is stale with what it depends on
 */
export function obstacleOf(
  program: Program,
  id: CellId,
  stateOf: (id: CellId) => CellState,
  look: boolean,
): CellEvent | null {
  const { options, problems } = program.cells.get(id)!;
  if (options.disabled) return { type: 'disable' };
  const mistake = program.graph.cell(id).errors[0]?.message ?? problems[0];
  if (mistake !== undefined) return { type: 'fail', ms: 0, error: staticError(mistake) };
  const missing = program.upstream(id).filter((up) => stateOf(up).status !== 'done');
  if (!missing.length) return null;
  const stale = missing.find((up) => stateOf(up).status === 'stale');
  if (look && stale !== undefined) return { type: 'stale', reason: reason(`${program.label(stale)} is stale`) };
  return { type: 'wait', upstream: missing };
}

function staticError(message: string): CellError {
  return { ...toErrorData(new UserError(message)), stack: '', line: null, column: null };
}
