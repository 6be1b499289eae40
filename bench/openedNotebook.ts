import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { silentLog } from '../src/base/log.ts';
import { openStore, type Store } from '../src/cache/cacheDirectory.ts';
import { Seal } from '../src/cache/seal.ts';
import { openSession } from '../src/kernel/openSession.ts';
import { readDocument } from '../src/notebook/document.ts';
import { programCell } from '../src/notebook/documentCells.ts';
import type { ProgramCell } from '../src/notebook/program.ts';
import type { Session } from '../src/notebook/session.ts';
import type { CellId } from '../src/protocol/kernel.ts';

const dist = resolve(import.meta.dirname, '../dist');

/** A workspace folder of its own with one notebook in it. */
export class Workspace {
  readonly path = mkdtempSync(join(tmpdir(), 'memoir-bench-'));

  file(name: string, content: string): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** A notebook opened as an editor opens it: a session, its kernel, and the cache of its workspace on disk. */
export class OpenedNotebook {
  readonly session: Session;
  readonly #store: Store;
  #cells: readonly ProgramCell[] = [];

  constructor(workspace: Workspace, source: string) {
    const directory = join(workspace.path, '.memoir');
    this.#store = openStore({ directory, seal: new Seal(Buffer.alloc(32)), log: silentLog });
    const opened = openSession({
      notebook: join(workspace.path, 'bench.memoir.ts'),
      workspace: workspace.path,
      store: this.#store.records,
      cacheDirectory: directory,
      dist,
      memoirVersion: '0.0.0',
      widgets: new Map(),
      autoRun: () => 'auto',
      nodePath: null,
      maxMemoryMB: 4096,
      log: silentLog,
    });
    this.session = opened.session;
    this.edit(source);
  }

  /** Gives the session another text of the whole notebook; nothing runs. Gives the cells that mean something else. */
  edit(source: string): readonly CellId[] {
    return this.session.update(this.read(source));
  }

  /** The cells of another text. As in an editor, where one cell is edited, the others stay the same objects. */
  read(source: string): readonly ProgramCell[] {
    const before = this.#cells;
    this.#cells = cellsOf(source).map((cell, i) => (before[i]?.source === cell.source ? before[i] : cell));
    return this.#cells;
  }

  /** The milliseconds that cells themselves computed, of those whose result is newer than `since`. */
  computedMs(since: number): number {
    const records = this.session.program.order.map((id) => this.session.state(id).record);
    return records.reduce((sum, record) => sum + (record && record.createdAt >= since ? record.ms : 0), 0);
  }

  /** How many cells have a result, and how many of them come from the cache. */
  get counts(): { done: number; hits: number } {
    const states = this.session.program.order.map((id) => this.session.state(id));
    const done = states.filter(({ status }) => status === 'done').length;
    const hits = states.filter((state) => state.status === 'done' && state.from !== 'computed').length;
    return { done, hits };
  }

  async close(): Promise<void> {
    this.session.dispose();
    await this.#store.close();
  }
}

function cellsOf(source: string): ProgramCell[] {
  return readDocument(Buffer.from(source)).cells.flatMap(
    (cell, index) => programCell(cell, `c${index}` as CellId, index) ?? [], // ids of this session only
  );
}
