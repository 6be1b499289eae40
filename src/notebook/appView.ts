import type { AppCell, AppCellState, AppPage } from '../protocol/app.ts';
import type { CellId } from '../protocol/kernel.ts';
import { type CodeData, MIME, type Output, type OutputItem } from '../protocol/output.ts';
import { completeLayout } from './cellLayout.ts';
import type { DocumentCell } from './cellText.ts';
import type { Session } from './session.ts';

/** A cell of a document under the name it has while the notebook is open. */
export interface NamedCell {
  readonly id: string;
  readonly cell: DocumentCell;
}

export interface PageOptions {
  /** What the page is called where no Markdown cell has a heading: the notebook's file name. */
  readonly name: string;
  /** Show the code of cells that do not hide it. */
  readonly code?: boolean;
  /** The page is for its author, who also sees what is hidden; nobody else is told of it. */
  readonly hidden?: boolean;
}

/** The page that a notebook is as an app: its cells in the author's order. */
export function appPage(cells: readonly NamedCell[], { name, code = false, hidden = false }: PageOptions): AppPage {
  const placed = cells.map(({ id, cell }, index): AppCell => {
    const isText = cell.kind === 'markdown';
    return {
      id,
      title: cell.title,
      markdown: isText ? cell.source : null,
      code: code && !isText && cell.options.hideCode !== true ? shownCode(cell) : null,
      layout: completeLayout(cell.options.layout, index).layout,
    };
  });
  const heading = placed.map(({ markdown }) => /^# +(.+)$/m.exec(markdown ?? '')?.[1]).find(Boolean);
  return {
    title: heading?.trim() ?? name.replace(/\.memoir\.[cm]?[jt]s$/, ''),
    cells: placed
      .filter(({ layout }) => hidden || layout.place !== 'hidden')
      .toSorted((a, b) => a.layout.order - b.layout.order),
  };
}

function shownCode({ kind, source }: DocumentCell): CodeData | null {
  return source.trim() === '' ? null : { code: source, language: kind === 'sql' ? 'sql' : 'typescript' };
}

/** What the reader of an app sees of a cell: its outputs and, where there are none, why; nothing that is printed. */
export function appCellState(session: Session, id: CellId): AppCellState {
  const state = session.state(id);
  const outputs = appOutputs(state.shown.outputs);
  switch (state.status) {
    case 'queued':
    case 'running':
      return { status: 'busy', problem: null, ...(outputs.length && { outputs }) }; // what stands there stays until there is more
    case 'done':
      return { status: 'done', outputs, problem: null };
    case 'error':
      return { status: 'failed', outputs: [], problem: state.error.message };
    case 'interrupted':
      return { status: 'manual', outputs, problem: 'This was stopped before it was done.' };
    case 'waiting':
      return { status: 'failed', outputs: [], problem: `Waits for “${session.program.label(state.upstream[0]!)}”.` };
    case 'disabled':
      return { status: 'done', outputs: [], problem: null };
    case 'stale': {
      const waitsToBeAsked = session.program.cells.get(id)?.options.run === 'manual';
      return { status: waitsToBeAsked ? 'manual' : 'idle', problem: null, ...(outputs.length && { outputs }) };
    }
  }
}

const known = new WeakMap<readonly Output[], readonly Output[]>();

/** Outputs as a page gets them; an array is read once. */
function appOutputs(outputs: readonly Output[]): readonly Output[] {
  let made = known.get(outputs);
  if (!made) {
    made = outputs.map(appOutput);
    known.set(outputs, made);
  }
  return made;
}

/** The first format that every page can draw, and those before it; beside a picture also its words. */
function appOutput({ items, ...output }: Output): Output {
  const enough = items.findIndex(({ mime }) => isDrawable(mime));
  const isPicture = /^(image|audio|video)\//.test(items[enough]?.mime ?? '');
  const kept = items.filter(({ mime }, at) => enough < 0 || at <= enough || (isPicture && mime === MIME.text));
  return { ...output, items: kept.map(appItem) };
}

function isDrawable(mime: string): boolean {
  return /^(text|image|audio|video)\//.test(mime) || DRAWN.includes(mime);
}

const DRAWN: readonly string[] = Object.values(MIME);

function appItem(item: OutputItem): OutputItem {
  const { mime, data } = item;
  return data instanceof Uint8Array ? { mime, data: Buffer.from(data).toString('base64'), base64: true } : item;
}
