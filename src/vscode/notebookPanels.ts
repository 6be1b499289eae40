import { basename } from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import type { AppMessage } from '../protocol/app.ts';
import type { GraphPageMessage } from '../protocol/graph.ts';
import type { KeepEvent, PanelState } from '../protocol/panel.ts';
import type { PanelType } from './contributions.ts';
import type { Notebooks } from './notebooks.ts';
import type { OpenNotebook } from './openNotebook.ts';
import { webviewHtml } from './webviewHtml.ts';

/** A kind of page that shows a notebook in a panel beside it. */
export interface NotebookPage {
  readonly type: PanelType;
  readonly title: string;
  /** Its bundle. */
  readonly script: string;
  readonly hasFrames: boolean;
  /** Tells the page of the notebook and hears what it asks for, until what is given back is disposed. */
  connect(panel: vscode.WebviewPanel, notebook: OpenNotebook, notebooks: Notebooks): Disposable;
}

/** The panels of one kind: one for each notebook, closed with it, and back with the window. */
export class NotebookPanels {
  readonly #page: NotebookPage;
  readonly #notebooks: Notebooks;
  readonly #dist: vscode.Uri;
  readonly #open = new WeakMap<OpenNotebook, vscode.WebviewPanel>();

  constructor(page: NotebookPage, notebooks: Notebooks, extension: vscode.Uri) {
    this.#page = page;
    this.#notebooks = notebooks;
    this.#dist = vscode.Uri.joinPath(extension, 'dist', 'webview');
  }

  /** Shows the notebook in front. */
  show(): void {
    const notebook = this.#notebooks.active();
    const known = this.#open.get(notebook);
    if (known) known.reveal(undefined, true);
    else this.#fill(panelBeside(this.#page.type, this.#page.title), notebook);
  }

  /** Fills a panel of an earlier window; one whose notebook is gone goes too. */
  async restore(panel: vscode.WebviewPanel, state: PanelState): Promise<void> {
    const uri = vscode.Uri.parse('notebook' in state ? state.notebook : '');
    const notebook = await this.#notebooks.open(uri).catch(() => null); // its file is gone
    if (notebook && !this.#open.has(notebook)) this.#fill(panel, notebook);
    else panel.dispose();
  }

  #fill(panel: vscode.WebviewPanel, notebook: OpenNotebook): void {
    const { webview } = panel;
    const { script, title, hasFrames } = this.#page;
    const state = { notebook: notebook.document.uri.toString() };
    const store = new DisposableStore();
    this.#open.set(notebook, panel);
    store.add({ dispose: () => this.#open.delete(notebook) });
    store.add(panel.onDidDispose(() => store.dispose()));
    const keep: KeepEvent = { type: 'keep', state };
    const isFirst = ({ type }: AppMessage | GraphPageMessage) => type === 'open' || type === 'ready';
    store.add(webview.onDidReceiveMessage((message) => isFirst(message) && webview.postMessage(keep)));
    store.add(this.#page.connect(panel, notebook, this.#notebooks));
    store.add(
      vscode.workspace.onDidCloseNotebookDocument((closed) => {
        if (closed !== notebook.document) return;
        store.dispose();
        // VS Code lets go of notebooks whose tabs are in the background
        if (isInTab(closed.uri)) void this.restore(panel, state);
        else panel.dispose();
      }),
    );
    panel.title = `${title} of ${basename(notebook.document.uri.path)}`;
    webview.options = { enableScripts: true, localResourceRoots: [this.#dist] };
    webview.html = webviewHtml(webview, vscode.Uri.joinPath(this.#dist, script), panel.title, { hasFrames });
  }
}

/** A panel that is still empty, beside what the reader looks at. */
export function panelBeside(type: PanelType, title: string): vscode.WebviewPanel {
  const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  return vscode.window.createWebviewPanel(type, title, place, { retainContextWhenHidden: true });
}

function isInTab(uri: vscode.Uri): boolean {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.some(({ input }) => input instanceof vscode.TabInputNotebook && input.uri.toString() === uri.toString());
}
