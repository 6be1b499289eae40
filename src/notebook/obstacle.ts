import { toErrorData, UserError } from '../base/errors.ts';
import type { CellError, CellId } from '../protocol/kernel.ts';
import type { CellEvent, CellState } from './cellRun.ts';
import { reason } from './explain.ts';
import { positionAt } from './position.ts';
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
  const { options, problems, source } = program.cells.get(id)!;
  if (options.disabled) return { type: 'disable' };
  const [mistake] = program.graph.cell(id).errors;
  if (mistake) return { type: 'fail', ms: 0, error: staticError(mistake.message, positionAt(source, mistake.start)) };
  if (problems[0] !== undefined) return { type: 'fail', ms: 0, error: staticError(problems[0], NOWHERE) };
  const missing = program.upstream(id).filter((up) => stateOf(up).status !== 'done');
  if (!missing.length) return null;
  const stale = missing.find((up) => stateOf(up).status === 'stale');
  if (look && stale !== undefined) return { type: 'stale', reason: reason(`${program.label(stale)} is stale`) };
  return { type: 'wait', upstream: missing };
}

const NOWHERE = { line: null, column: null };

function staticError(message: string, position: Pick<CellError, 'line' | 'column'>): CellError {
  return { ...toErrorData(new UserError(message)), stack: '', ...position };
}
