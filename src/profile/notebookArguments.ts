import { completeCell } from '../notebook/cell.ts';
import { Program, type ProgramCell } from '../notebook/program.ts';
import type { CellId } from '../protocol/kernel.ts';
import { checkArguments } from './argumentText.ts';
import { CellModules, type NotebookChoice } from './cellModules.ts';

/** Modules that give arguments; the one at `path` exports them as `args`. */
interface ArgumentModules {
  readonly path: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

const ARGUMENTS = '$memoirArguments';

/**
 * Arguments from the variables of a notebook, as if `expression` stood in a cell at its end. Every call of a function that
 * changes them gets copies, of what can be copied exactly.
 * @throws UserError when the expression cannot be read, or a cell that it needs cannot run
 */
export function notebookArguments(choice: NotebookChoice, expression: string): ArgumentModules {
  checkArguments(expression);
  const cell: ProgramCell = {
    id: ARGUMENTS as CellId, // cells have random ones
    kind: 'code',
    title: '',
    label: 'arguments',
    source: `const ${ARGUMENTS} = async () => globalThis.$memoirCopy((${expression}\n));`,
    options: completeCell({}).cell,
    problems: [],
  };
  const program = Program.of([...choice.program.cells.values(), cell], choice.program);
  const modules = new CellModules({ ...choice, program });
  const from = modules.add(cell.id);
  const path = `${choice.notebook}#arguments of a call`; // no cell's name has blanks
  const texts = new Map([...modules.texts, [path, `export { ${ARGUMENTS} as args } from ${JSON.stringify(from)};`]]);
  return { path, texts, notes: modules.notes };
}
