import * as vscode from 'vscode';
import { programCell } from '../notebook/documentCells.ts';
import type { Session } from '../notebook/session.ts';
import type { CellId } from '../protocol/kernel.ts';
import { NOTEBOOK_TYPE } from './contributions.ts';
import { cellOutputs } from './outputs.ts';
import { documentCellOf } from './serializer.ts';

/**
 * Gives the cells of a notebook that is being opened what they showed last, as text. For folders that are not trusted:
 * there VS Code gives the notebook no controller, which is what shows outputs everywhere else.
 */
export async function addKeptOutputs(data: vscode.NotebookData, session: Session): Promise<void> {
  const cells = data.cells.map((cell, index) => programCell(documentCellOf(cell), idOf(index), index));
  session.update(cells.filter((cell) => cell !== null));
  await session.look();
  for (const [index, cell] of data.cells.entries())
    if (cells[index]) cell.outputs = cellOutputs(session.state(idOf(index)), false);
}

/** The notebook in a tab that has these bytes: VS Code does not tell a serializer what file it reads. */
export async function tabWith(content: Uint8Array): Promise<vscode.Uri | undefined> {
  for (const { input } of vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs)) {
    if (!(input instanceof vscode.TabInputNotebook) || input.notebookType !== NOTEBOOK_TYPE) continue;
    const bytes = await vscode.workspace.fs.readFile(input.uri).then(Buffer.from, () => null); // untitled: no file
    if (bytes?.equals(content)) return input.uri;
  }
  return undefined;
}

function idOf(index: number): CellId {
  return `${index}` as CellId;
}
