import { basename } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { appPage as appPageOf } from '../notebook/appView.ts';
import { completeLayout, layoutSpec } from '../notebook/cellLayout.ts';
import type { AppEvent, AppMessage, CellLayout } from '../protocol/app.ts';
import type { CellId } from '../protocol/kernel.ts';
import { AppFeed } from '../server/appFeed.ts';
import type { NotebookPage } from './notebookPanels.ts';
import { idOf } from './openNotebook.ts';
import { cellOf, withMetadata } from './serializer.ts';

/** Edits that come at once are shown at once. */
const SETTLE_MS = 100;

/** A notebook as an app beside it, live. */
export const appPage: NotebookPage = {
  type: 'memoir.app',
  title: 'App',
  script: 'appPage.js',
  hasFrames: true,
  connect({ webview }, notebook, notebooks) {
    const { document, session } = notebook;
    const store = new DisposableStore();
    const post = (event: AppEvent) => void webview.postMessage(event);
    const feed = store.add(new AppFeed({ session, post, isShown: () => true }));
    const show = () => post({ type: 'page', page: pageOf(document), session: null, arrangeable: true });
    const line = store.add(notebooks.pages.join(document, post));
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
    store.add(
      webview.onDidReceiveMessage((message: AppMessage) => {
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
      }),
    );
    return store;
  },
};

function pageOf(document: vscode.NotebookDocument) {
  const cells = document.getCells().map((cell) => ({ id: idOf(cell), cell: cellOf(cell) }));
  return appPageOf(cells, { name: basename(document.uri.path), hidden: true });
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
