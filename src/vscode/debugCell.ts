import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { UserError } from '../base/errors.ts';
import type { KernelClient } from '../kernel/client.ts';
import type { OpenNotebook } from './openNotebook.ts';

/** The folders in which the debugger finds the cells of notebooks that are being debugged. */
const folders = new Map<OpenNotebook, string>();

/** A debugger that has not told in this time whether its breakpoints are set is not waited for. */
const READY_MS = 5000;

/** Has VS Code's JavaScript debugger stop at breakpoints in cells from now on, until it is stopped. */
export async function attachDebugger(
  cell: vscode.NotebookCell,
  notebook: OpenNotebook,
  kernel: KernelClient,
): Promise<void> {
  if (cell.document.languageId === 'sql') throw new UserError('SQL has no lines to stop at. Debug a cell of code.');
  writeCells(notebook, folders.get(notebook) ?? (await attach(notebook, kernel)));
}

async function attach(notebook: OpenNotebook, kernel: KernelClient): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'memoir-debug-'));
  writeCells(notebook, directory);
  const store = new DisposableStore();
  const letGo = async () => {
    folders.delete(notebook);
    store.dispose();
    await kernel.endDebug();
    rmSync(directory, { recursive: true, force: true });
  };
  const ready = Promise.withResolvers<void>();
  const createDebugAdapterTracker = ({ parentSession }: vscode.DebugSession) => {
    const isOurs = parentSession?.configuration.memoirDirectory === directory; // the debugger's session of the process
    return trackerOf(notebook.document, directory, isOurs ? ready.resolve : null);
  };
  store.add(vscode.debug.registerDebugAdapterTrackerFactory('*', { createDebugAdapterTracker }));
  store.add(
    vscode.debug.onDidTerminateDebugSession(({ configuration }) => {
      if (configuration.memoirDirectory === directory) void letGo();
    }),
  );
  const configuration: vscode.DebugConfiguration = {
    type: 'node',
    request: 'attach',
    name: `Cells of ${basename(notebook.document.uri.path)}`,
    address: '127.0.0.1',
    port: await kernel.debug(directory),
    continueOnAttach: true,
    resolveSourceMapLocations: null, // cells are not files of the workspace
    pauseForSourceMap: true, // or a cell may be over before its breakpoints are set
    skipFiles: ['<node_internals>/**', '**/dist/*.js'],
    internalConsoleOptions: 'neverOpen',
    memoirDirectory: directory,
  };
  const folder = vscode.workspace.getWorkspaceFolder(notebook.document.uri);
  if (!(await vscode.debug.startDebugging(folder, configuration, { suppressSaveBeforeStart: true }))) {
    await letGo();
    throw new UserError('The debugger did not start. Is the built-in extension "JavaScript Debugger" enabled?');
  }
  folders.set(notebook, directory);
  await Promise.race([ready.promise, setTimeout(READY_MS)]);
  return directory;
}

/** The debugger reads cells from files of their own. */
function writeCells({ document }: OpenNotebook, directory: string): void {
  for (const cell of document.getCells())
    if (cell.kind === vscode.NotebookCellKind.Code)
      writeFileSync(fileOf(directory, cell.document.uri), cell.document.getText());
}

function fileOf(directory: string, { fragment }: vscode.Uri): string {
  return join(directory, `${fragment}.ts`);
}

/** Between VS Code, which knows cells, and the debugger, which knows files. Tells once breakpoints are set. */
function trackerOf(
  document: vscode.NotebookDocument,
  directory: string,
  onReady: (() => void) | null,
): vscode.DebugAdapterTracker {
  const uris = () => document.getCells().map((cell) => cell.document.uri);
  return {
    onWillReceiveMessage(message) {
      eachSource(message, (source) => {
        const uri = uris().find((one) => one.toString() === source.path);
        if (uri) source.path = fileOf(directory, uri);
      });
    },
    onDidSendMessage(message) {
      if (message.type === 'response' && message.command === 'configurationDone') onReady?.();
      eachSource(message, (source) => {
        const uri = uris().find((one) => fileOf(directory, one) === source.path);
        if (!uri) return;
        source.path = uri.toString();
        source.name = basename(document.uri.path);
        delete source.sourceReference;
      });
    },
  };
}

interface Source {
  path?: string;
  name?: string;
  sourceReference?: number;
}

/** Calls `change` for every `source` in a message of the debug protocol. */
function eachSource(message: unknown, change: (source: Source) => void): void {
  if (typeof message !== 'object' || message === null) return;
  for (const [key, value] of Object.entries(message)) {
    if (key === 'source' && typeof value?.path === 'string') change(value);
    eachSource(value, change);
  }
}
