import * as vscode from 'vscode';
import { sortCells } from '../notebook/sortCells.ts';
import type { Notebooks } from './notebooks.ts';
import { idOf } from './openNotebook.ts';

/** Puts the cells in an order in which plain TypeScript can run them. Undo takes it back; results stay as they are. */
export async function sortNotebook(notebooks: Notebooks): Promise<void> {
  const notebook = notebooks.active();
  await notebook.save(); // what was typed counts for the order
  const { document, session } = notebook;
  const cells = document.getCells();
  const isCode = (cell: vscode.NotebookCell) => cell.kind === vscode.NotebookCellKind.Code;
  const page = cells.map((cell) => ({ id: isCode(cell) ? idOf(cell) : null, text: cell.document.getText() }));
  const sorted = sortCells(page, session.program);
  if (sorted.every(({ index, text }, place) => index === place && text === page[index]!.text)) {
    void vscode.window.setStatusBarMessage('$(check) The cells stand in order', 4000);
    return;
  }
  const data = sorted.map(({ index, text }) => {
    const { kind, document: known, metadata } = cells[index]!;
    return Object.assign(new vscode.NotebookCellData(kind, text, known.languageId), { metadata });
  });
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, [vscode.NotebookEdit.replaceCells(new vscode.NotebookRange(0, cells.length), data)]);
  await vscode.workspace.applyEdit(edit);
  await notebook.save(); // new cells in VS Code's eyes: they show what is remembered of them
}
