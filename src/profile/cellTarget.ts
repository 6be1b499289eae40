import { UserError } from '../base/errors.ts';
import type { Program } from '../notebook/program.ts';
import type { CellRecord } from '../notebook/record.ts';
import type { Session } from '../notebook/session.ts';
import type { CellId } from '../protocol/kernel.ts';
import { CELL, CellModules, cellFile, type NotebookChoice } from './cellModules.ts';
import { Sources } from './sources.ts';
import type { Subject } from './subject.ts';

/** A cell to profile, and what is known of the cells that it depends on. */
export interface CellChoice extends NotebookChoice {
  readonly cell: CellId;
}

/** The records of cells whose results hold for `program`, as far as the session knows. */
export function knownRecords(program: Program, session: Session): Map<CellId, CellRecord> {
  const known = [...program.cells.keys()].flatMap((id) => {
    const state = session.state(id);
    const holds = state.status === 'done' && session.program.means(id, program);
    return holds ? [[id, state.record] as const] : [];
  });
  return new Map(known);
}

/**
 * A cell as a function, in a bundle where each cell above it is a module: known values stand for cells that have run.
 * @throws UserError when the cell, or one that it needs, cannot run
 */
export function cellSubject(choice: CellChoice): Subject {
  const { notebook, program, cell } = choice;
  const modules = new CellModules(choice);
  const { label, source, kind } = program.cells.get(cell)!;
  if (kind === 'sql')
    throw new UserError('SQL runs inside DuckDB, which has no lines to profile. Profile a cell of code.');
  const file = cellFile(notebook, program, cell);
  const code = modules.asFunction(cell);
  const lines = source.split('\n').length;
  const texts = [...program.cells.values()].map((one) => [cellFile(notebook, program, one.id), one.source] as const);
  return {
    target: { file, name: label, line: 1, endLine: lines },
    file,
    source: code,
    access: { expression: CELL, self: null, instanceOf: null, insert: null },
    modules: modules.texts,
    sources: new Sources(new Map(texts), (one) => (one === file ? label : null)),
    isTarget: (frame) => frame.file === file && frame.info?.start === 0 && frame.info.end > source.length,
    notes: modules.notes,
  };
}
