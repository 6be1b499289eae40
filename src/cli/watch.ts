import { type FSWatcher, watch as watchPath } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CellId } from '../protocol/kernel.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type OpenedNotebook, openNotebook, type PlacedCell, readNotebook } from './notebook.ts';
import { runReport, runText } from './report.ts';
import { RUN_OPTIONS, RUN_USAGE, readRunOptions } from './runOptions.ts';

/** Changes that come closer together than this count as one. */
const SETTLE_MS = 60;

/** `memoir watch`: runs a notebook, and what a change of it or of its sources makes stale, until it is interrupted. */
export const watch: Command = {
  summary: 'run a notebook, and again what depends on a change, until interrupted',
  usage: `memoir watch <notebook> ${RUN_USAGE} [--json]`,
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      { ...RUN_OPTIONS, json: { type: 'boolean', default: false } },
      1,
    );
    const path = resolve(positionals[0]!);
    const notebook = await openNotebook(path, readRunOptions(values));
    const tell = (cells: readonly PlacedCell[]) => {
      const reported = { cells, session: notebook.session };
      console.log(values.json ? JSON.stringify(runReport(reported)) : runText(reported));
    };
    const changes = new Changes();
    process.once('SIGINT', () => changes.close());
    process.once('SIGTERM', () => changes.close());
    try {
      await notebook.session.runStale();
      tell(notebook.cells);
      let { cells } = notebook;
      do {
        changes.watch([path, ...(await notebook.session.sources())]);
        cells = await round(notebook, cells, { path, tell });
      } while (await changes.next());
      return 0;
    } finally {
      changes.close();
      await notebook.close();
    }
  },
};

/** Brings everything up to date with the notebook's file and what cells read, and tells of the cells that settled anew. */
async function round(
  { session }: OpenedNotebook,
  before: readonly PlacedCell[],
  { path, tell }: { readonly path: string; readonly tell: (cells: readonly PlacedCell[]) => void },
): Promise<readonly PlacedCell[]> {
  const cells = await readNotebook(path).then(
    (now) => sameCells(before, now),
    () => before,
  ); // it may be half written
  const settled = new Set<CellId>();
  const listening = session.onChange((id) => {
    if (!['queued', 'running'].includes(session.state(id).status)) settled.add(id);
  });
  await session.run(session.update(cells));
  await session.refresh();
  listening.dispose();
  const changed = cells.filter(({ id }) => settled.has(id));
  if (changed.length) tell(changed);
  return cells;
}

/** The cells of a file that was read again, under the ids they had: by their text, else by their place. */
function sameCells(before: readonly PlacedCell[], now: readonly PlacedCell[]): PlacedCell[] {
  const left = new Map(before.map((cell) => [cell.id, cell]));
  const take = (cell: PlacedCell | undefined) => cell && left.delete(cell.id) && cell.id;
  const byText = now.map(({ source }) => take([...left.values()].find((cell) => cell.source === source)));
  const taken = new Set(before.map(({ id }) => id));
  return now.map((cell, i) => {
    const id = byText[i] || take([...left.values()].find(({ index }) => index === cell.index)) || fresh(cell.id, taken);
    taken.add(id);
    return { ...cell, id };
  });
}

function fresh(id: CellId, taken: ReadonlySet<CellId>): CellId {
  let unused = id;
  while (taken.has(unused)) unused = `${unused}\u2032` as CellId; // ids of this process only
  return unused;
}

/** Waits for changes of files and folders. */
class Changes {
  readonly #watchers = new Map<string, FSWatcher>();
  #changed = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #wake: () => void = () => {};

  /** Watches the folders in which `paths` lie, and those among them that are folders. */
  watch(paths: readonly string[]): void {
    for (const folder of new Set(paths.flatMap((path) => [dirname(path), path]))) this.#watchFolder(folder);
  }

  /** Settles after the next change; false when there will be none. */
  async next(): Promise<boolean> {
    if (!this.#changed && !this.#closed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#changed = false;
    return !this.#closed;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#wake();
  }

  #watchFolder(folder: string): void {
    if (this.#closed || this.#watchers.has(folder)) return;
    try {
      const watcher = watchPath(folder, (_, name) => this.#note(name));
      watcher.on('error', () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // it is not there; the folder that it would lie in is watched
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #note(name: string | null): void {
    if (name === '.memoir') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#changed = true;
      this.#wake();
    }, SETTLE_MS);
  }
}
