import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { statusItem, statusText } from './cellStatus.ts';
import { NOTEBOOK_TYPE } from './contributions.ts';
import type { OpenNotebook } from './openNotebook.ts';
import { cellOf } from './serializer.ts';

const CHANGE_MS = 50;

/** The status bars of all cells: a cell's title, the table it declares, and how its result came about. */
export class CellStatusBar implements Disposable {
  readonly #notebookOf: (cell: vscode.NotebookCell) => OpenNotebook | undefined;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<void>());
  #timer: NodeJS.Timeout | null = null;

  /** What the bars say may be different now. */
  readonly onChange = this.#changed.event;

  constructor(notebookOf: (cell: vscode.NotebookCell) => OpenNotebook | undefined) {
    this.#notebookOf = notebookOf;
    this.#store.add(
      vscode.notebooks.registerNotebookCellStatusBarItemProvider(NOTEBOOK_TYPE, {
        onDidChangeCellStatusBarItems: this.onChange,
        provideCellStatusBarItems: (cell) => this.#items(cell),
      }),
    );
  }

  /** Hundreds of cells that change at once are one piece of news: for each the editor asks for all that it shows. */
  soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#changed.fire();
    }, CHANGE_MS);
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#store.dispose();
  }

  #items(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const notebook = this.#notebookOf(cell);
    if (!notebook || cell.kind !== vscode.NotebookCellKind.Code) return [];
    if (!cell.document.getText().trim()) return []; // nothing is to be said of it yet
    const { title, declares } = cellOf(cell);
    const { Left, Right } = vscode.NotebookCellStatusBarAlignment;
    const status = statusText(notebook.stateOf(cell), notebook.isEdited(cell), (id) => notebook.labelOf(id));
    return [
      ...(title ? [statusItem({ text: title, tooltip: 'Edit the title' }, Left, 'memoir.editTitle', cell)] : []),
      ...(declares
        ? [statusItem({ text: `$(table) ${declares}`, tooltip: 'Rename the table' }, Left, 'memoir.renameTable', cell)]
        : []),
      statusItem(status, Right, 'memoir.explainCell', cell),
    ];
  }
}
