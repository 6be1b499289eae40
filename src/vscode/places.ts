import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import type { Place } from '../monitor/tally.ts';
import { NOTEBOOK_TYPE } from './contributions.ts';
import { cellOf } from './serializer.ts';

/** Shows the place something was measured at: a cell of a notebook, or a line of a file. */
export async function openPlace(place: Place): Promise<void> {
  if (place.cell) {
    const cell = await cellAt(place);
    const range = new vscode.NotebookRange(cell.index, cell.index + 1);
    const where = groupWith(cell.notebook.uri);
    const editor = await vscode.window.showNotebookDocument(cell.notebook, { ...where, selections: [range] });
    editor.revealRange(range, vscode.NotebookEditorRevealType.InCenter);
    return;
  }
  const at = new vscode.Position(Math.max(0, (place.line ?? 1) - 1), 0);
  const file = vscode.Uri.file(place.file);
  await vscode.window.showTextDocument(file, { ...groupWith(file), selection: new vscode.Range(at, at) });
}

/** The group of editors that has a file in a tab, so that it is not opened a second time beside it. */
function groupWith(uri: vscode.Uri): { readonly viewColumn?: vscode.ViewColumn } {
  const shows = ({ input }: vscode.Tab) =>
    (input instanceof vscode.TabInputNotebook || input instanceof vscode.TabInputText) &&
    input.uri.toString() === uri.toString();
  const group = vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(shows));
  return group ? { viewColumn: group.viewColumn } : {};
}

/** The cell that a place names, found by its title, else by its number. */
export async function cellAt({ file, cell }: Place): Promise<vscode.NotebookCell> {
  const document = await notebookOf(file);
  const cells = document.getCells().filter((one) => one.kind === vscode.NotebookCellKind.Code);
  const found = cells.find((one) => cellOf(one).title === cell?.label) ?? cells[cell?.index ?? 0];
  if (!found) throw new UserError('This cell is no longer in its notebook.');
  return found;
}

async function notebookOf(file: string): Promise<vscode.NotebookDocument> {
  const isIt = ({ notebookType, uri }: vscode.NotebookDocument) =>
    notebookType === NOTEBOOK_TYPE && uri.fsPath === file;
  return vscode.workspace.notebookDocuments.find(isIt) ?? vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
}
