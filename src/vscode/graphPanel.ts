import { basename } from 'node:path';
import { DisposableStore } from '../base/disposable.ts';
import type { CellState } from '../notebook/cellRun.ts';
import { exportedNames } from '../notebook/parse.ts';
import type { GraphEdgeView, GraphNodeView, GraphPageEvent, GraphPageMessage, GraphView } from '../protocol/graph.ts';
import type { CellId } from '../protocol/kernel.ts';
import { statusText } from './cellStatus.ts';
import type { NotebookPage } from './notebookPanels.ts';
import type { OpenNotebook } from './openNotebook.ts';
import { openPlace } from './places.ts';

/** Many cells that change at once are drawn at once. */
const SETTLE_MS = 100;

/** Who feeds whom in a notebook, beside it and live. */
export const graphPage: NotebookPage = {
  type: 'memoir.graph',
  title: 'Graph',
  script: 'graphPage.js',
  hasFrames: false,
  connect({ webview }, notebook, notebooks) {
    const store = new DisposableStore();
    let timer: NodeJS.Timeout | null = null;
    const post = () => {
      timer = null;
      const event: GraphPageEvent = { type: 'graph', view: graphOf(notebook) };
      void webview.postMessage(event);
    };
    store.add({ dispose: () => timer && clearTimeout(timer) });
    store.add(
      notebooks.onStatus(() => {
        timer ??= setTimeout(post, SETTLE_MS);
      }),
    );
    store.add(
      webview.onDidReceiveMessage((message: GraphPageMessage) => {
        if (message.type === 'ready') post();
        else void goTo(notebook, message.id as CellId); // as it was posted there
      }),
    );
    return store;
  },
};

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

function nodeOf(notebook: OpenNotebook, id: CellId, total: number): GraphNodeView {
  const { session } = notebook;
  const { program } = session;
  const state = session.state(id);
  const ms = state.record?.ms ?? null;
  const [status = ''] = statusText(state, false, (cell) => notebook.labelOf(cell))
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
