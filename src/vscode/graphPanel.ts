import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { CellState } from '../notebook/cellRun.ts';
import { exportedNames } from '../notebook/parse.ts';
import type { GraphEdgeView, GraphNodeView, GraphPageEvent, GraphPageMessage, GraphView } from '../protocol/graph.ts';
import type { CellId } from '../protocol/kernel.ts';
import { statusText } from './cellStatus.ts';
import type { Notebooks } from './notebooks.ts';
import type { OpenNotebook } from './openNotebook.ts';
import { openPlace } from './places.ts';
import { webviewHtml } from './webviewHtml.ts';

/** Many cells that change at once are drawn at once. */
const SETTLE_MS = 100;

const open = new WeakMap<OpenNotebook, vscode.WebviewPanel>();

/** Shows who feeds whom in a notebook, beside it and live. */
export function showGraph(notebooks: Notebooks, extension: vscode.Uri): void {
  const notebook = notebooks.active();
  const known = open.get(notebook);
  if (known) known.reveal(undefined, true);
  else open.set(notebook, openPanel(notebook, notebooks, extension));
}

function openPanel(notebook: OpenNotebook, notebooks: Notebooks, extension: vscode.Uri): vscode.WebviewPanel {
  const dist = vscode.Uri.joinPath(extension, 'dist', 'webview');
  const title = `Graph of ${basename(notebook.document.uri.path)}`;
  const panel = vscode.window.createWebviewPanel(
    'memoir.graph',
    title,
    { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
    { enableScripts: true, localResourceRoots: [dist], retainContextWhenHidden: true },
  );
  let timer: NodeJS.Timeout | null = null;
  const post = () => {
    timer = null;
    if (notebook.document.isClosed) return panel.dispose();
    const event: GraphPageEvent = { type: 'graph', view: graphOf(notebook) };
    return void panel.webview.postMessage(event);
  };
  const watching = notebooks.onStatus(() => {
    timer ??= setTimeout(post, SETTLE_MS);
  });
  const closing = vscode.workspace.onDidCloseNotebookDocument((closed) => {
    if (closed === notebook.document) panel.dispose();
  });
  panel.webview.onDidReceiveMessage((message: GraphPageMessage) => {
    if (message.type === 'ready') post();
    else void goTo(notebook, message.id as CellId); // as it was posted there
  });
  panel.onDidDispose(() => {
    open.delete(notebook);
    if (timer) clearTimeout(timer);
    watching.dispose();
    closing.dispose();
  });
  panel.webview.html = webviewHtml(panel.webview, vscode.Uri.joinPath(dist, 'graphPage.js'), title);
  return panel;
}

async function goTo({ document, session }: OpenNotebook, id: CellId): Promise<void> {
  const index = [...session.program.cells.keys()].indexOf(id);
  if (index < 0) return; // deleted meanwhile; the page hears of it
  await openPlace({ file: document.uri.fsPath, cell: { index, label: session.program.label(id) } });
}

function graphOf(notebook: OpenNotebook): GraphView {
  const { program } = notebook.session;
  const ids = [...program.cells.keys()];
  const total = ids.reduce((sum, id) => sum + (notebook.session.state(id).record?.ms ?? 0), 0);
  return {
    notebook: basename(notebook.document.uri.path),
    nodes: ids.map((id) => nodeOf(notebook, id, total)),
    edges: ids.flatMap((id) => edgesTo(notebook, id)),
  };
}

function nodeOf({ session, labelOf }: OpenNotebook, id: CellId, total: number): GraphNodeView {
  const { program } = session;
  const state = session.state(id);
  const ms = state.record?.ms ?? null;
  const [status = ''] = statusText(state, false, labelOf)
    .text.replace(/\$\([^)]*\)/g, '')
    .trim()
    .split(' · ');
  return {
    id,
    label: program.label(id),
    names: exportedNames(program.analysis(id)),
    status,
    state: STATES[state.status],
    ms,
    share: total && ms !== null ? ms / total : 0,
    impure: Boolean(state.record?.impure.length),
  };
}

const STATES: Readonly<Record<CellState['status'], GraphNodeView['state']>> = {
  done: 'fresh',
  stale: 'stale',
  waiting: 'stale',
  interrupted: 'stale',
  queued: 'running',
  running: 'running',
  error: 'failed',
  disabled: 'disabled',
};

function edgesTo({ session: { program } }: OpenNotebook, id: CellId): GraphEdgeView[] {
  const inputs = program.inputs(id);
  return program.upstream(id).map((from) => ({
    from,
    to: id,
    names: inputs.filter(({ cell }) => cell === from).map(({ name }) => name),
  }));
}
