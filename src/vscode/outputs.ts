import * as vscode from 'vscode';
import type { CellState } from '../notebook/cellRun.ts';
import type { CellError } from '../protocol/kernel.ts';
import { longMarkdown, MIME, type Output, type OutputItem } from '../protocol/output.ts';

/** Characters of the text beside a richer format. */
const MAX_WORDS = 20_000;

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

/**
 * Outputs that took the place of others with their id, where nothing else is different between what is shown and what
 * was; null where anything else is.
 */
export function liveChanges(before: CellState['shown'], now: CellState['shown']): Output[] | null {
  if (before.console !== now.console || before.outputs.length !== now.outputs.length) return null;
  const changed = now.outputs.filter((output, i) => output !== before.outputs[i]);
  const ids = before.outputs.map(({ id }) => id);
  return changed.every(({ id }) => id !== undefined && ids.includes(id)) ? changed : null;
}

/** One that is updated in place brings its id along: VS Code knows none of outputs. */
function cellOutput(output: Output, trusted: boolean): vscode.NotebookCellOutput {
  const { items, id } = output;
  const shown = trusted
    ? items.map((item) => besideRicher(item, items))
    : items.filter(({ mime }) => mime === MIME.text);
  const live = trusted && id !== undefined ? [vscode.NotebookCellOutputItem.json(output, MIME.live)] : [];
  return new vscode.NotebookCellOutput([...live, ...shown.map(outputItem)]);
}

/** Words that stand in for something richer travel along with it, twice through the window: of megabytes the beginning. */
function besideRicher(item: OutputItem, { length }: readonly OutputItem[]): OutputItem {
  const { mime, data } = item;
  if (length < 2 || mime !== MIME.text || typeof data !== 'string' || data.length <= MAX_WORDS) return item;
  return { mime, data: `${data.slice(0, MAX_WORDS)}…` };
}

function outputItem({ mime, data }: OutputItem): vscode.NotebookCellOutputItem {
  const long = mime === MIME.markdown ? longMarkdown(String(data)) : null;
  if (long) return vscode.NotebookCellOutputItem.text(JSON.stringify(long), MIME.code);
  if (data instanceof Uint8Array) return new vscode.NotebookCellOutputItem(data, mime);
  if (typeof data === 'string') return vscode.NotebookCellOutputItem.text(data, mime);
  return vscode.NotebookCellOutputItem.text(JSON.stringify(data), mime); // `json` would indent it, which doubles a large table
}

function errorOutput({ name, message, stack }: CellError): vscode.NotebookCellOutput {
  const head = name === 'UserError' ? message : `${name}: ${message}`; // the first is a sentence for the reader
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const error = { name, message, stack: [`${RED}${head}${PLAIN}`, ...frames].join('\n') };
  return new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.error(error)]);
}

/** Colours as terminals know them, which VS Code fits to its theme. */
const RED = '\u001b[31m';
const PLAIN = '\u001b[39m';
