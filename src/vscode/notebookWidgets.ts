import * as vscode from 'vscode';
import { readerStates, resetStates } from '../notebook/drawn.ts';
import type { RendererEvent } from '../protocol/output.ts';
import type { OpenNotebook } from './openNotebook.ts';

/** Characters of JSON. */
const MAX_KEPT_STATE = 100_000;

interface Widgets {
  readonly notebook: OpenNotebook;
  /** Where they stand, which the session reads. */
  readonly states: Map<string, unknown>;
  /** What outlasts the window. */
  readonly memory: vscode.Memento;
  /** Tells the pages that show the notebook. */
  readonly post: (event: RendererEvent) => void;
}

/** The widgets of an open notebook as readers move them: kept with the workspace, told to every page. */
export class NotebookWidgets {
  readonly #widgets: Widgets;
  /** How many moves of a widget the session still works on. */
  readonly #busy = new Map<string, number>();

  constructor(widgets: Widgets) {
    this.#widgets = widgets;
  }

  async move(name: string, value: unknown): Promise<void> {
    const settled = this.#widgets.notebook.session.moveWidget(name, value);
    this.#busy.set(name, (this.#busy.get(name) ?? 0) + 1);
    this.#keep();
    void vscode.commands.executeCommand('setContext', 'memoir.widgetMoved', true); // a step of the walkthrough is done
    await settled.finally(() => this.#settled(name));
  }

  /** Puts every widget back to where it stood before any move, and folds what was unfolded. */
  async reset(): Promise<void> {
    const { notebook, states } = this.#widgets;
    const settled = resetStates(notebook.session, states, (name, initial) => this.move(name, initial));
    this.#keep();
    await settled;
  }

  tell(): void {
    const { notebook, states, post } = this.#widgets;
    post({ type: 'widgets', values: readerStates(notebook.session, states), busy: [...this.#busy.keys()] });
  }

  #settled(name: string): void {
    const left = this.#busy.get(name)! - 1; // `move` has counted it
    if (left > 0) {
      this.#busy.set(name, left);
      return;
    }
    this.#busy.delete(name);
    this.tell();
  }

  #keep(): void {
    const { notebook, states, memory } = this.#widgets;
    void memory.update(keptUnder(notebook.document.uri), keepable(states));
    this.tell();
  }
}

/** Where the widgets of a notebook stood when a window showed it last. */
export function keptWidgets(memory: vscode.Memento, notebook: vscode.Uri): Map<string, unknown> {
  return new Map(Object.entries(memory.get<Record<string, unknown>>(keptUnder(notebook), {})));
}

function keptUnder(notebook: vscode.Uri): string {
  return `memoir.widgets ${notebook.toString()}`;
}

/** States that are worth keeping beyond the window; a chosen file is not. */
function keepable(states: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...states].filter(([, state]) => JSON.stringify(state ?? null).length < MAX_KEPT_STATE));
}
