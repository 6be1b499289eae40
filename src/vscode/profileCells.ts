import * as vscode from 'vscode';
import { programCell } from '../notebook/documentCells.ts';
import { Program } from '../notebook/program.ts';
import { cellFile } from '../profile/cellModules.ts';
import { NOTEBOOK_TYPE } from './contributions.ts';
import { idOf } from './openNotebook.ts';
import { cellOf } from './serializer.ts';

/** The cells of a notebook as they stand in the editor, also where they were not run yet. */
export function programOf(notebook: vscode.NotebookDocument, before?: Program): Program {
  return Program.of(
    notebook.getCells().flatMap((cell) => programCell(cellOf(cell), idOf(cell), cell.index) ?? []),
    before,
  );
}

/** The names by which profiles know the cells of open notebooks, each with its cell. */
export function cellFiles(notebooks = vscode.workspace.notebookDocuments): Map<string, vscode.NotebookCell> {
  const files = new Map<string, vscode.NotebookCell>();
  for (const notebook of notebooks) {
    if (notebook.notebookType !== NOTEBOOK_TYPE) continue;
    const program = programOf(notebook);
    for (const cell of notebook.getCells()) {
      const id = idOf(cell);
      if (program.cells.has(id)) files.set(cellFile(notebook.uri.fsPath, program, id), cell);
    }
  }
  return files;
}

/** Where the lines of a profile are to be seen: a file, or a cell of a notebook, which is opened if need be. */
export async function documentUri(file: string): Promise<vscode.Uri> {
  const at = file.lastIndexOf('.memoir.') < 0 ? -1 : file.lastIndexOf('#');
  if (at < 0) return vscode.Uri.file(file);
  const path = file.slice(0, at);
  const open = vscode.workspace.notebookDocuments.find(({ uri }) => uri.fsPath === path);
  const notebook = open ?? (await vscode.workspace.openNotebookDocument(vscode.Uri.file(path)));
  return cellFiles([notebook]).get(file)?.document.uri ?? notebook.uri; // a cell that has gone since
}

/** How the reader knows a file, or a cell, of a profile. */
export function shownPath(file: string): string {
  const path = vscode.workspace.asRelativePath(file);
  return path.includes('.memoir.') ? path.replace('#', ' › ') : path;
}
