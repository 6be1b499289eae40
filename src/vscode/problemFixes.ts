import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { unusedName } from '../notebook/impurity.ts';
import { installCommand, projectOf } from '../notebook/installCommand.ts';
import { renameInCell } from '../notebook/rename.ts';
import { wrapInFunction } from '../notebook/wrapCell.ts';
import { type CommandId, NOTEBOOK_TYPE } from './contributions.ts';
import type { CellProblem, Problems } from './problems.ts';
import { cellOf, withMetadata } from './serializer.ts';

/** Offers ways out of what is wrong between cells: another name, a private one, a function around them, one cell of several. */
export class ProblemFixes implements vscode.CodeActionProvider {
  static readonly selector: vscode.DocumentSelector = { notebookType: NOTEBOOK_TYPE };
  static readonly metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
    const cell = cells.find((one) => one.document === document);
    if (!cell) return [];
    const here = this.#problems.of(cell).filter((problem) => problem.range.intersection(range));
    return here.flatMap((problem) => this.#fixes(cell, problem));
  }

  #fixes(cell: vscode.NotebookCell, { error }: CellProblem): vscode.CodeAction[] {
    const { kind, names, cells } = error;
    if (kind !== 'duplicate') {
      const concerned = cell.notebook.getCells().filter((one) => cells.includes(one.document.uri.toString()));
      return [mergeFix(concerned)].filter((fix) => fix !== null);
    }
    const [name = ''] = names;
    const taken = this.#problems.names(cell.notebook);
    const isSql = cellOf(cell).kind === 'sql';
    return [
      renameFix(cell, name, freeName(name, taken), (to) => `Rename \`${name}\` to \`${to}\` in this cell`),
      isSql ? null : renameFix(cell, name, `_${name}`, (to) => `Make it private to this cell: \`${to}\``),
      isSql || this.#problems.isUsedElsewhere(cell, name) ? null : wrapFix(cell),
    ].filter((fix) => fix !== null);
  }
}

function renameFix(
  cell: vscode.NotebookCell,
  name: string,
  to: string,
  title: (to: string) => string,
): vscode.CodeAction | null {
  const fix = new vscode.CodeAction(title(to), vscode.CodeActionKind.QuickFix);
  fix.edit = new vscode.WorkspaceEdit();
  if (cellOf(cell).kind === 'sql') {
    const edit = vscode.NotebookEdit.updateCellMetadata(cell.index, withMetadata(cell, { declares: to }));
    fix.edit.set(cell.notebook.uri, [edit]);
    return fix;
  }
  const { document } = cell;
  const renamed = renameInCell(document.getText(), name, to);
  if (renamed === null) return null; // `export default` has no name
  fix.edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), renamed);
  return fix;
}

/** What a function declares is its own. */
function wrapFix({ document }: vscode.NotebookCell): vscode.CodeAction | null {
  const text = document.getText();
  const wrapped = wrapInFunction(text, unusedName(text, '_cell'));
  if (wrapped === null) return null;
  const fix = new vscode.CodeAction(
    'Turn this cell into a function, with names of its own',
    vscode.CodeActionKind.QuickFix,
  );
  fix.edit = new vscode.WorkspaceEdit();
  fix.edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), wrapped);
  return fix;
}

/** A command, as a code action's own edit may not replace cells. */
function mergeFix(cells: readonly vscode.NotebookCell[]): vscode.CodeAction | null {
  if (cells.length < 2 || cells.some((cell) => cellOf(cell).kind !== 'code')) return null;
  const fix = new vscode.CodeAction(`Merge these ${cells.length} cells into one`, vscode.CodeActionKind.QuickFix);
  const command: CommandId = 'memoir.mergeCells';
  fix.command = { command, title: fix.title, arguments: [cells] };
  return fix;
}

/** Puts one cell in place of several, where the first stands, with the texts in page order. */
export async function mergeCells(cells: readonly vscode.NotebookCell[]): Promise<void> {
  const [first, ...others] = cells;
  if (!first) return;
  const text = cells.map(({ document }) => document.getText().trimEnd()).join('\n\n');
  const merged = new vscode.NotebookCellData(first.kind, text, first.document.languageId);
  merged.metadata = { ...first.metadata };
  const edit = new vscode.WorkspaceEdit();
  edit.set(first.notebook.uri, [
    ...others.reverse().map(({ index }) => vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(index, index + 1))),
    vscode.NotebookEdit.replaceCells(new vscode.NotebookRange(first.index, first.index + 1), [merged]),
  ]);
  await vscode.workspace.applyEdit(edit);
}

/** Installs the package of an import in a cell, where its project is, by whom it is kept; in a terminal, for all to see. */
export function installPackage(cell: string, specifier: string): void {
  const folder = dirname(vscode.Uri.parse(cell).fsPath);
  const command = installCommand(specifier, folder);
  if (command === null) throw new UserError(`"${specifier}" names no package. Check the import.`);
  const terminal = vscode.window.createTerminal({ name: 'Memoir', cwd: projectOf(folder) });
  terminal.show();
  terminal.sendText(command);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let n = 2; ; n += 1) if (!taken.has(`${name}${n}`)) return `${name}${n}`;
}
