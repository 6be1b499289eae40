// What a person does with a notebook, inside the extension host.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { eventually, onTestEnd } from './hostSuite.ts';

/** Writes a file into the workspace; gives its path. */
export function write(name: string, content: string): string {
  const file = join(vscode.workspace.workspaceFolders![0]!.uri.fsPath, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Writes a notebook into the workspace and shows it; its editor closes with the test. */
export async function open(name: string, source: string): Promise<vscode.NotebookDocument> {
  const file = write(name, source);
  const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
  await vscode.window.showNotebookDocument(notebook);
  onTestEnd(async () => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));
  return notebook;
}

export async function replace(cell: vscode.NotebookCell, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(cell.document.uri, new vscode.Range(0, 0, cell.document.lineCount, 0), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** Runs one cell of the notebook in front. */
export async function runCell(index: number): Promise<void> {
  await vscode.commands.executeCommand('notebook.cell.execute', { ranges: [{ start: index, end: index + 1 }] });
}

/** Edits a cell and runs it. */
export async function change(notebook: vscode.NotebookDocument, index: number, text: string): Promise<void> {
  await replace(notebook.cellAt(index), text);
  await runCell(index);
}

/** The plain text that a cell shows, once it matches. */
export function textOf(cell: vscode.NotebookCell, pattern: RegExp): Promise<string> {
  return eventually(() => {
    const items = cell.outputs.flatMap((output) => output.items);
    const plain = items.find((item) => item.mime === 'text/plain');
    const text = plain ? Buffer.from(plain.data).toString().trim() : '';
    return pattern.test(text) ? text : null;
  });
}
