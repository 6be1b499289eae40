import * as vscode from 'vscode';
import type { CellState } from '../notebook/cellRun.ts';
import type { CellError } from '../protocol/kernel.ts';
import { MIME, type Output, type OutputItem } from '../protocol/output.ts';

/** What a cell shows, for VS Code. In an untrusted workspace only text. */
export function cellOutputs(state: CellState, trusted: boolean): vscode.NotebookCellOutput[] {
  const { console, outputs } = state.shown;
  const printed = console.map(({ stream, text }) =>
    stream === 'stdout' ? vscode.NotebookCellOutputItem.stdout(text) : vscode.NotebookCellOutputItem.stderr(text),
  );
  return [
    ...printed.map((item) => new vscode.NotebookCellOutput([item])),
    ...outputs.map((output) => cellOutput(output, trusted)),
    ...(state.status === 'error' ? [errorOutput(state.error)] : []),
    ...state.late.map(errorOutput),
  ];
}

function cellOutput({ items }: Output, trusted: boolean): vscode.NotebookCellOutput {
  const shown = trusted ? items : items.filter(({ mime }) => mime === MIME.text);
  return new vscode.NotebookCellOutput(shown.map(outputItem));
}

function outputItem({ mime, data }: OutputItem): vscode.NotebookCellOutputItem {
  if (data instanceof Uint8Array) return new vscode.NotebookCellOutputItem(data, mime);
  if (typeof data === 'string') return vscode.NotebookCellOutputItem.text(data, mime);
  return vscode.NotebookCellOutputItem.json(data, mime);
}

function errorOutput({ name, message, stack }: CellError): vscode.NotebookCellOutput {
  const error = { name: name === 'UserError' ? '' : name, message, stack: stack ?? '' };
  return new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.error(error)]);
}
