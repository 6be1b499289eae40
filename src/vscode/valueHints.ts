import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { formatCount } from '../base/format.ts';
import type { CellRecord } from '../notebook/record.ts';
import type { CellId } from '../protocol/kernel.ts';
import { MIME, type TableData, type ValueNode } from '../protocol/output.ts';
import { CELL_LANGUAGE, NOTEBOOK_TYPE } from './contributions.ts';
import type { Notebooks } from './notebooks.ts';

/** Many cells that change at once are shown at once. */
const SETTLE_MS = 200;

/** Tells the shape of a cell's last value behind it: how many rows and columns, how many entries. */
export class ValueHints implements vscode.InlayHintsProvider, Disposable {
  static readonly selector: vscode.DocumentSelector = { notebookType: NOTEBOOK_TYPE, language: CELL_LANGUAGE };
  readonly #notebooks: Notebooks;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<void>());
  #timer: NodeJS.Timeout | null = null;

  readonly onDidChangeInlayHints = this.#changed.event;

  constructor(notebooks: Notebooks) {
    this.#notebooks = notebooks;
    this.#store.add(notebooks.onStatus(() => this.#soon()));
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#store.dispose();
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
    const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
    const cell = cells.find((one) => one.document === document);
    const notebook = cell && this.#notebooks.of(cell);
    if (!notebook || notebook.isEdited(cell)) return [];
    const state = notebook.stateOf(cell);
    const id = document.uri.fragment as CellId; // as OpenNotebook has it
    const { program } = notebook.session;
    const end = program.cells.has(id) ? program.analysis(id).lastExpression?.end : undefined;
    const shape = state.status === 'done' ? shapeOf(state.record) : null;
    if (end === undefined || shape === null) return [];
    const position = document.positionAt(end);
    if (!range.contains(position)) return [];
    const hint = new vscode.InlayHint(position, ` → ${shape}`);
    hint.paddingLeft = true;
    hint.tooltip = 'The shape of the value that the cell shows';
    return [hint];
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#changed.fire();
    }, SETTLE_MS);
  }
}

/** The last value shown, in a few words; null for what has no shape, such as a chart. */
function shapeOf({ outputs }: CellRecord): string | null {
  for (const { mime, data } of outputs.at(-1)?.items ?? []) {
    if (mime === MIME.table) {
      const { columns, rowCount } = data as TableData; // drawn by the kernel
      const rows = rowCount === null ? 'many rows' : formatCount(rowCount, 'row');
      return `${rows} × ${formatCount(columns.length, 'column')}`;
    }
    if (mime === MIME.value) {
      const { type, preview } = data as ValueNode; // drawn by the kernel
      if (type !== 'object') return type === 'nullish' ? preview : type;
      return preview.length > MOST ? `${preview.slice(0, MOST)}…` : preview;
    }
  }
  return null;
}

const MOST = 40;
