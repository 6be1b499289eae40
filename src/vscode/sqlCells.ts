import * as vscode from 'vscode';
import { cellOf, withMetadata } from './serializer.ts';

/** Gives SQL cells that have none yet a table name that no other SQL cell has: `query`, `query2`, … */
export async function nameTables(document: vscode.NotebookDocument): Promise<void> {
  const cells = document.getCells().filter((cell) => cellOf(cell).kind === 'sql');
  const nameless = cells.filter((cell) => !isNamed(cell));
  if (!nameless.length) return;
  const taken = new Set(cells.filter(isNamed).map((cell) => cellOf(cell).declares));
  const edits = nameless.map((cell) => {
    let declares = 'query';
    for (let n = 2; taken.has(declares); n += 1) declares = `query${n}`;
    taken.add(declares);
    return vscode.NotebookEdit.updateCellMetadata(cell.index, withMetadata(cell, { declares }));
  });
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, edits);
  await vscode.workspace.applyEdit(edit);
}

/** Asks for the name of an SQL cell's table. */
export async function renameTable(cell: vscode.NotebookCell): Promise<void> {
  const { declares } = cellOf(cell);
  const chosen = await vscode.window.showInputBox({
    title: 'Name of the table',
    prompt: 'Other cells use the table under this name.',
    value: declares ?? '',
    validateInput: (text) =>
      /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text)
        ? null
        : 'A name has letters, digits, `_` and `$`, and does not begin with a digit.',
  });
  if (chosen === undefined || chosen === declares) return;
  const edit = new vscode.WorkspaceEdit();
  edit.set(cell.notebook.uri, [
    vscode.NotebookEdit.updateCellMetadata(cell.index, withMetadata(cell, { declares: chosen })),
  ]);
  await vscode.workspace.applyEdit(edit);
}

function isNamed(cell: vscode.NotebookCell): boolean {
  const memoir = cell.metadata.memoir as { declares?: string | null } | undefined; // written by the serializer
  return typeof memoir?.declares === 'string';
}
