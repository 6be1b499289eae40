import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { openStore, type Store } from '../../src/cache/cacheDirectory.ts';
import { userSeal } from '../../src/cache/seal.ts';
import { openSession } from '../../src/kernel/openSession.ts';
import { type CellState, UNKNOWN } from '../../src/notebook/cellRun.ts';
import { type DocumentCell, newCell } from '../../src/notebook/cellText.ts';
import { type NotebookDocument, readDocument, writeDocument } from '../../src/notebook/document.ts';
import { programCell } from '../../src/notebook/documentCells.ts';
import type { Session } from '../../src/notebook/session.ts';
import type { CellId, Kernel } from '../../src/protocol/kernel.ts';
import { builtFolder } from './builtFolder.ts';
import type { LentKernel } from './warmKernel.ts';

/** How a window differs from an ordinary one. */
export interface WindowOptions {
  readonly autoRun?: 'auto' | 'lazy';
  readonly useCache?: boolean;
  readonly seed?: number;
  readonly now?: number;
  readonly clock?: () => number;
  readonly defaultTtlMs?: () => number | null;
  readonly set?: Readonly<Record<string, unknown>>;
  /** Widgets as the reader left them. */
  readonly widgets?: ReadonlyMap<string, unknown>;
  /** A server that a team shares. */
  readonly redisUrl?: string;
  /** A process that runs already, instead of one of its own. */
  readonly kernel?: LentKernel;
}

/** A cell's new source, or what else changes of it. */
export type CellChange = string | Partial<Pick<DocumentCell, 'title' | 'options' | 'source'>>;

interface OpenCell {
  readonly id: CellId;
  readonly cell: DocumentCell;
}

/** One window on a notebook: a session with a real kernel, and an account of what happens to each cell. */
export class NotebookWindow {
  readonly session: Session;
  readonly kernel: Kernel;
  readonly #lent: LentKernel | undefined;
  readonly #store: Store;
  readonly #file: string;
  readonly #happened: string[] = [];
  readonly #seen = new Map<CellId, CellState>();
  readonly #document: NotebookDocument;
  #kernelId: number | null = null;
  #cells: readonly OpenCell[];
  #nextId = 0;

  constructor(file: string, cache: string, options: WindowOptions) {
    this.#file = file;
    const { autoRun = 'auto', widgets, redisUrl, kernel: lent, ...rest } = options;
    this.#store = openStore({ directory: cache, redisUrl, seal: userSeal(), log: silentLog });
    const { session, kernel } = openSession({
      ...rest,
      notebook: this.#file,
      workspace: dirname(file),
      store: this.#store.records,
      cacheDirectory: cache,
      team: this.#store.team,
      dist: builtFolder(),
      memoirVersion: 'test',
      widgets: new Map(widgets),
      autoRun: () => autoRun,
      nodePath: null,
      maxMemoryMB: 512,
      log: silentLog,
      ...(lent && { share: () => lent }),
    });
    this.session = session;
    this.kernel = lent ?? kernel;
    this.#lent = lent;
    session.onChange((id) => this.#note(id));
    kernel.onStarted((pid) => {
      this.#kernelId = pid;
    });
    kernel.onLost(() => {
      this.#kernelId = null;
    });
    this.#document = readDocument(readFileSync(this.#file));
    this.#cells = this.#document.cells.map((cell) => ({ id: this.#newId(), cell }));
    this.#update();
  }

  /** What happened since the last call, in order: `Load ran`, `Chart hit`, `Sum waits`… */
  happened(): string[] {
    return this.#happened.splice(0);
  }

  /** Cells that ran since the last call. */
  ran(): string[] {
    return this.happened().flatMap((line) => (line.endsWith(' ran') ? [line.slice(0, -4)] : []));
  }

  /** Runs everything that is stale, and tells what happened. */
  async runStale(): Promise<string[]> {
    this.happened();
    await this.session.runStale();
    return this.happened();
  }

  /** Runs cells as a person asks for them, and tells what happened. */
  async run(...titles: string[]): Promise<string[]> {
    this.happened();
    await this.session.run(titles.map((title) => this.id(title)));
    return this.happened();
  }

  /** Looks for changed files, modules and settings, as a watcher has it do. */
  async refresh(): Promise<string[]> {
    this.happened();
    await this.session.refresh();
    return this.happened();
  }

  async moveWidget(name: string, value: unknown): Promise<string[]> {
    this.happened();
    await this.session.moveWidget(name, value);
    return this.happened();
  }

  /** Changes a cell and runs what means something else now, as saving does; tells what happened. */
  async edit(title: string, change: CellChange): Promise<string[]> {
    this.happened();
    await this.#settle(this.type(title, change));
    return this.happened();
  }

  /** Changes a cell; nothing runs. Gives the cells that mean something else now. */
  type(title: string, change: CellChange): readonly CellId[] {
    const id = this.id(title);
    const changed = typeof change === 'string' ? { source: change } : change;
    this.#cells = this.#cells.map((one) => (one.id === id ? { id, cell: { ...one.cell, ...changed } } : one));
    return this.#update();
  }

  /** Adds a cell at the end of the page. */
  async add(title: string, source: string): Promise<string[]> {
    this.happened();
    this.#cells = [...this.#cells, { id: this.#newId(), cell: newCell({ kind: 'code', title, source }) }];
    await this.#settle(this.#update());
    return this.happened();
  }

  /** Gives the page other cells, from title to source; those whose title stays stay the same cells. Nothing runs. */
  rewrite(page: readonly (readonly [title: string, source: string])[]): readonly CellId[] {
    const known = new Map(this.#cells.map((one) => [one.cell.title, one]));
    this.#cells = page.map(([title, source]) => {
      const one = known.get(title);
      return one
        ? { id: one.id, cell: { ...one.cell, source } }
        : { id: this.#newId(), cell: newCell({ kind: 'code', title, source }) };
    });
    return this.#update();
  }

  /** Ends the kernel process, if there is one, as a crash would. */
  kill(): void {
    void this.#lent?.lose('The kernel ended unexpectedly.');
    if (this.#kernelId !== null) process.kill(this.#kernelId, 'SIGKILL');
    this.#kernelId = null;
  }

  /** Puts a cell at another place on the page. */
  async move(title: string, place: number): Promise<string[]> {
    this.happened();
    const id = this.id(title);
    const moved = this.#cells.find((one) => one.id === id)!;
    this.#cells = this.#cells.filter((one) => one.id !== id).toSpliced(place, 0, moved);
    await this.#settle(this.#update());
    return this.happened();
  }

  async remove(title: string): Promise<string[]> {
    this.happened();
    const id = this.id(title);
    this.#cells = this.#cells.filter((one) => one.id !== id);
    await this.#settle(this.#update());
    return this.happened();
  }

  state(title: string): CellState {
    return this.session.state(this.id(title));
  }

  /** The text of what a cell shows. */
  shown(title: string): string {
    const { outputs } = this.state(title).shown;
    return outputs.map(({ items }) => String(items.find(({ mime }) => mime === 'text/plain')?.data)).join('\n');
  }

  /** Message of a failed cell, or null. */
  error(title: string): string | null {
    const state = this.state(title);
    return state.status === 'error' ? state.error.message : null;
  }

  /** Every cell's state and what it shows, as a reader sees them. */
  page(): Record<string, string> {
    return Object.fromEntries(
      this.#codeCells().map(({ cell: { title } }) => [title, `${this.state(title).status} ${this.shown(title)}`]),
    );
  }

  id(title: string): CellId {
    const found = this.#cells.find(({ cell }) => cell.title === title);
    if (!found) throw new Error(`The notebook has no cell "${title}".`);
    return found.id;
  }

  save(): void {
    const cells = this.#cells.map(({ cell }) => cell);
    writeFileSync(this.#file, writeDocument({ ...this.#document, cells }));
  }

  async close(): Promise<void> {
    this.session.dispose();
    await this.#store.close();
  }

  #codeCells(): readonly OpenCell[] {
    return this.#cells.filter(({ cell }) => cell.kind !== 'markdown');
  }

  #update(): readonly CellId[] {
    return this.session.update(this.#cells.flatMap(({ id, cell }, index) => programCell(cell, id, index) ?? []));
  }

  #settle(changed: readonly CellId[]): Promise<void> {
    return changed.length ? this.session.run(changed) : Promise.resolve();
  }

  #newId(): CellId {
    this.#nextId += 1;
    return `cell-${this.#nextId}` as CellId; // ids of this window only
  }

  #note(id: CellId): void {
    const before = this.#seen.get(id) ?? UNKNOWN;
    const state = this.session.state(id);
    this.#seen.set(id, state);
    const what = happening(before, state);
    if (what) this.#happened.push(`${this.#cells.find((one) => one.id === id)?.cell.title ?? id} ${what}`);
  }
}

/** What a change of state means to a reader, in one word; null when it is nothing new. */
function happening(before: CellState, state: CellState): string | null {
  const again = before.status === state.status;
  switch (state.status) {
    case 'queued':
      return null;
    case 'running':
      return before.status === 'running' && before.run === state.run ? null : 'ran';
    case 'done':
      if ((before.status === 'done' && before.record === state.record) || state.from === 'computed') return null;
      return state.from === 'recreated' ? 'recreated' : 'hit';
    case 'error':
      return before.status === 'error' && before.error === state.error ? null : 'failed';
    case 'waiting':
      return again ? null : 'waits';
    default:
      return again ? null : state.status;
  }
}
