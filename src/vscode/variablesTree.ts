import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import type { CellState } from '../notebook/cellRun.ts';
import type { CellId, ExportInfo } from '../protocol/kernel.ts';
import { keptText } from './cellStatus.ts';
import { NodeTree } from './nodeTree.ts';
import type { Notebooks } from './notebooks.ts';
import type { OpenNotebook } from './openNotebook.ts';
import type { TreeNode } from './treeNode.ts';

/** Many cells that change at once are shown at once. */
const SETTLE_MS = 100;

/** What the cells of the notebook in front have made: name, type, content, where it is kept. */
export class VariablesTree implements Disposable {
  readonly #notebooks: Notebooks;
  readonly #tree = new NodeTree();
  readonly #store = new DisposableStore();
  readonly #view: vscode.TreeView<string>;
  #timer: NodeJS.Timeout | null = null;

  constructor(notebooks: Notebooks) {
    this.#notebooks = notebooks;
    const options = { treeDataProvider: this.#tree };
    this.#view = this.#store.add(vscode.window.createTreeView('memoir.variables', options));
    this.#store.add(this.#view.onDidChangeVisibility(() => this.#soon()));
    this.#store.add(vscode.window.onDidChangeActiveNotebookEditor(() => this.#soon()));
    this.#store.add(notebooks.onStatus(() => this.#soon()));
    this.#soon();
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#store.dispose();
  }

  #soon(): void {
    if (!this.#view.visible) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const { front } = this.#notebooks;
      this.#tree.show(front ? variablesOf(front) : []);
    }, SETTLE_MS);
  }
}

function variablesOf({ document, session }: OpenNotebook): TreeNode[] {
  return [...session.program.cells].flatMap(([id, { label }], index) => {
    const state = session.state(id);
    const place = { file: document.uri.fsPath, cell: { index, label } };
    return (state.record?.exports ?? []).map((variable) => nodeOf(id, label, state, variable, place));
  });
}

function nodeOf(id: CellId, label: string, state: CellState, variable: ExportInfo, place: unknown): TreeNode {
  const { name, type } = variable;
  const preview = previewOf(variable);
  const outdated = state.status === 'done' ? '' : ` · ${state.status}`;
  return {
    id: `${id} ${name}`,
    label: name,
    description: `${type === preview ? type : `${type}  ${preview}`}${outdated}`,
    tooltip: [
      `**${name}**: ${type}`,
      `\`\`\`ts\n${preview}\n\`\`\``,
      `made by ${label}${outdated}; ${state.record ? keptText(state.record) : 'not kept'}`,
    ].join('\n\n'),
    icon: iconOf(type),
    context: 'variable',
    command: { id: 'memoir.openPlace', arguments: [place] },
  };
}

/** What a variable holds, in a line; of a table its columns. */
function previewOf({ preview, columns }: ExportInfo): string {
  return columns ? columns.map((column) => `${column.name} ${column.type}`).join(', ') : preview;
}

function iconOf(type: string): string {
  if (type.startsWith('Array')) return 'symbol-array';
  const icons: Readonly<Record<string, string>> = {
    number: 'symbol-number',
    bigint: 'symbol-number',
    string: 'symbol-string',
    boolean: 'symbol-boolean',
    function: 'symbol-method',
    Table: 'table',
  };
  return icons[type] ?? 'symbol-object';
}
