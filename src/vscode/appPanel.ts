import { basename } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { appPage } from '../notebook/appView.ts';
import { completeLayout, layoutSpec } from '../notebook/cellLayout.ts';
import type { AppEvent, AppMessage, CellLayout } from '../protocol/app.ts';
import type { CellId } from '../protocol/kernel.ts';
import { AppFeed } from '../server/appFeed.ts';
import type { Notebooks } from './notebooks.ts';
import { idOf, type OpenNotebook } from './openNotebook.ts';
import { cellOf, withMetadata } from './serializer.ts';
import { requireTrust } from './trust.ts';
import { webviewHtml } from './webviewHtml.ts';

/** Edits that come at once are shown at once. */
const SETTLE_MS = 100;

const open = new WeakMap<OpenNotebook, vscode.WebviewPanel>();

/** Shows the notebook in front as an app beside it, live. */
export function openApp(notebooks: Notebooks, extension: vscode.Uri): void {
  const notebook = notebooks.active();
  requireTrust();
  const known = open.get(notebook);
  if (known) known.reveal(undefined, true);
  else open.set(notebook, openPanel(notebook, notebooks, extension));
}

function openPanel(notebook: OpenNotebook, notebooks: Notebooks, extension: vscode.Uri): vscode.WebviewPanel {
  const { document, session } = notebook;
  const dist = vscode.Uri.joinPath(extension, 'dist', 'webview');
  const title = `App of ${basename(document.uri.path)}`;
  const panel = vscode.window.createWebviewPanel(
    'memoir.app',
    title,
    { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
    { enableScripts: true, localResourceRoots: [dist], retainContextWhenHidden: true },
  );
  const store = new DisposableStore();
  const post = (event: AppEvent) => void panel.webview.postMessage(event);
  const feed = store.add(new AppFeed({ session, post, isShown: () => true }));
  const show = () => post({ type: 'page', page: pageOf(document), session: null, arrangeable: true });
  const line = store.add(notebooks.join(document, post));
  let timer: NodeJS.Timeout | undefined;
  store.add({ dispose: () => clearTimeout(timer) });
  store.add(
    vscode.workspace.onDidChangeNotebookDocument((change) => {
      if (change.notebook !== document || !changesPage(change)) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        show();
        feed.restart();
      }, SETTLE_MS);
    }),
  );
  store.add(vscode.workspace.onDidCloseNotebookDocument((closed) => closed === document && panel.dispose()));
  panel.webview.onDidReceiveMessage((message: AppMessage) => {
    switch (message.type) {
      case 'open':
        show();
        line.hear({ type: 'ready' });
        feed.restart();
        void notebook.open().then(() => session.runStale());
        break;
      case 'run':
        void session.run([message.cell as CellId]); // as it was posted there
        break;
      case 'layout':
        void arrange(document, message.cell, message.layout);
        break;
      case 'reset':
        void notebooks.resetWidgets(document);
        break;
      default:
        line.hear(message);
    }
  });
  panel.onDidDispose(() => {
    open.delete(notebook);
    store.dispose();
  });
  panel.webview.html = webviewHtml(panel.webview, vscode.Uri.joinPath(dist, 'appPage.js'), title, { hasFrames: true });
  return panel;
}

function pageOf(document: vscode.NotebookDocument) {
  const cells = document.getCells().map((cell) => ({ id: idOf(cell), cell: cellOf(cell) }));
  return appPage(cells, { name: basename(document.uri.path), hidden: true });
}

/** That outputs changed is no news, nor what is typed in a cell that runs: it counts once it has run. */
function changesPage({ contentChanges, cellChanges }: vscode.NotebookDocumentChangeEvent): boolean {
  const isText = ({ kind }: vscode.NotebookCell) => kind === vscode.NotebookCellKind.Markup;
  return (
    contentChanges.length > 0 ||
    cellChanges.some(({ cell, metadata, document }) => metadata || (document && isText(cell)))
  );
}

/** Writes where a cell is to stand into its options. */
async function arrange(document: vscode.NotebookDocument, id: string, change: Partial<CellLayout>): Promise<void> {
  const cell = document.getCells().find((candidate) => idOf(candidate) === id);
  if (!cell) return; // deleted meanwhile
  const { layout: written, ...options } = cellOf(cell).options;
  const before = completeLayout(written, cell.index).layout;
  const { layout } = completeLayout({ ...before, ...change }, cell.index);
  const spec = layoutSpec(layout, cell.index);
  const metadata = withMetadata(cell, { options: spec === undefined ? options : { ...options, layout: spec } });
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, [vscode.NotebookEdit.updateCellMetadata(cell.index, metadata)]);
  await vscode.workspace.applyEdit(edit);
}
