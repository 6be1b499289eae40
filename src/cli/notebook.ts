import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, messageOf, UserError } from '../base/errors.ts';
import { findWorkspace } from '../base/program.ts';
import { version } from '../base/version.ts';
import { openSession } from '../kernel/openSession.ts';
import { watchCells } from '../monitor/cells.ts';
import { Monitor } from '../monitor/monitor.ts';
import { SharedStore } from '../monitor/sharedStore.ts';
import { readDocument } from '../notebook/document.ts';
import { programCell } from '../notebook/documentCells.ts';
import type { ProgramCell } from '../notebook/program.ts';
import type { Session } from '../notebook/session.ts';
import type { CellId } from '../protocol/kernel.ts';
import { consoleLog, openWorkspaceStore, readEnvironment } from './environment.ts';

/** A cell that can run, with its place in the file (Markdown counts). */
export interface PlacedCell extends ProgramCell {
  readonly index: number;
}

export interface NotebookOptions {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly useCache?: boolean;
  readonly seed?: number | null;
  readonly now?: number | null;
}

/** A notebook opened from the command line. */
export interface OpenedNotebook {
  readonly cells: readonly PlacedCell[];
  readonly session: Session;
  close(): Promise<void>;
}

/** Reads a notebook's cells. @throws UserError when the file cannot be read */
export async function readNotebook(path: string): Promise<PlacedCell[]> {
  const bytes = await readFile(path).catch((error) => {
    if (codeOf(error) === 'ENOENT') throw new UserError(`There is no notebook ${path}. Check the name, or create it.`);
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`);
  });
  return readDocument(bytes).cells.flatMap((cell, index) => {
    const placed = programCell(cell, `c${index}` as CellId, index); // ids of this process only
    return placed ? [{ ...placed, index }] : [];
  });
}

/** Opens a notebook with its cache and a kernel that starts when it is needed. */
export async function openNotebook(file: string, options: NotebookOptions = {}): Promise<OpenedNotebook> {
  const notebook = resolve(file);
  const cells = await readNotebook(notebook);
  const environment = readEnvironment();
  const workspace = findWorkspace(dirname(notebook));
  const { store, directory } = openWorkspaceStore(workspace, environment);
  const { session } = openSession({
    ...options,
    notebook,
    workspace,
    store: store.records,
    cacheDirectory: directory,
    dist: dirname(fileURLToPath(import.meta.url)),
    memoirVersion: version,
    widgets: new Map(),
    autoRun: () => 'auto',
    nodePath: null,
    maxMemoryMB: 4096,
    log: consoleLog(environment.logLevel),
  });
  session.update(cells);
  const measured = options.useCache === false ? null : measure(session, directory, notebook, environment.logLevel);
  const close = async () => {
    session.dispose();
    await measured?.close();
    await store.close();
  };
  return { cells, session, close };
}

/** Cells as operations that `memoir status` and the sidebar know. */
function measure(session: Session, directory: string, notebook: string, logLevel: string): { close(): Promise<void> } {
  const log = consoleLog(logLevel);
  // of a folder that cannot be used the cache tells already
  const shared = new SharedStore({ directory, log: { ...log, warn: log.debug } });
  const monitor = new Monitor({ openStore: () => shared });
  const cells = watchCells(monitor, session, notebook);
  return {
    async close() {
      cells.dispose();
      await monitor.flush();
      monitor.dispose();
      await shared.close();
    },
  };
}
