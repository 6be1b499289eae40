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
import { type NotebookDocument, readDocument } from '../notebook/document.ts';
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
  /** Where the notebook's widgets stand. */
  readonly widgets?: Map<string, unknown>;
  /** The folder of the cache; the workspace's own without it. */
  readonly cacheDirectory?: string;
}

/** A notebook opened from the command line. */
export interface OpenedNotebook {
  readonly cells: readonly PlacedCell[];
  readonly document: NotebookDocument;
  readonly session: Session;
  /** Where its values are kept. */
  readonly cacheDirectory: string;
  close(): Promise<void>;
}

/** Reads a notebook's cells. @throws UserError when the file cannot be read */
export async function readNotebook(path: string): Promise<PlacedCell[]> {
  return placedCells(await readNotebookFile(path));
}

/** A notebook's file, taken apart. @throws UserError when it cannot be read */
export async function readNotebookFile(path: string): Promise<NotebookDocument> {
  const bytes = await readFile(path).catch((error) => {
    if (codeOf(error) === 'ENOENT') throw new UserError(`There is no notebook ${path}. Check the name, or create it.`);
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`);
  });
  return readDocument(bytes);
}

/** The cells of a document that can run. */
export function placedCells({ cells }: NotebookDocument): PlacedCell[] {
  return cells.flatMap((cell, index) => {
    const placed = programCell(cell, cellId(index), index);
    return placed ? [{ ...placed, index }] : [];
  });
}

/** The id of the cell at `index` of a file, good in this process only. */
export function cellId(index: number): CellId {
  return `c${index}` as CellId;
}

/** Opens a notebook with its cache and a kernel that starts when it is needed. */
export async function openNotebook(file: string, options: NotebookOptions = {}): Promise<OpenedNotebook> {
  const notebook = resolve(file);
  const document = await readNotebookFile(notebook);
  const cells = placedCells(document);
  const environment = {
    ...readEnvironment(dirname(notebook)),
    ...(options.cacheDirectory && { cacheDirectory: options.cacheDirectory }),
  };
  const workspace = findWorkspace(dirname(notebook));
  const { store, directory } = openWorkspaceStore(workspace, environment);
  const { session } = openSession({
    widgets: new Map(),
    ...options,
    notebook,
    workspace,
    store: store.records,
    cacheDirectory: directory,
    team: store.team,
    dist: dirname(fileURLToPath(import.meta.url)),
    memoirVersion: version,
    autoRun: () => 'auto',
    nodePath: null,
    maxMemoryMB: 4096,
    log: consoleLog(environment.logLevel),
  });
  session.update(cells);
  const tried = options.useCache === false || Object.keys(options.set ?? {}).length > 0; // no news of the notebook as it stands
  const measured = tried ? null : measure(directory, environment.logLevel);
  measured?.watch(session, notebook);
  const close = async () => {
    session.dispose();
    await measured?.close();
    await store.close();
  };
  return { cells, document, session, cacheDirectory: directory, close };
}

/** What measures notebooks that are run from the command line. */
export interface Measuring {
  /** Makes the cells of a session operations that `memoir status` and the sidebar know. */
  watch(session: Session, notebook: string): void;
  close(): Promise<void>;
}

/** Opens what was and is measured in a cache's folder. */
export function measure(directory: string, logLevel: string): Measuring {
  const log = consoleLog(logLevel);
  // of a folder that cannot be used the cache tells already
  const shared = new SharedStore({ directory, log: { ...log, warn: log.debug } });
  const monitor = new Monitor({ openStore: () => shared });
  return {
    watch: (session, notebook) => void watchCells(monitor, session, notebook), // it ends with the session
    async close() {
      await monitor.flush();
      monitor.dispose();
      await shared.close();
    },
  };
}
