import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { parseDuration } from '../base/duration.ts';
import { version } from '../base/version.ts';
import { openSession } from '../kernel/openSession.ts';
import { setting } from './contributions.ts';
import { keptWidgets } from './notebookWidgets.ts';
import type { Report } from './report.ts';
import type { Stores } from './stores.ts';
import { requireTrust } from './trust.ts';

export type NotebookSession = ReturnType<typeof openNotebookSession>;

/** Opens the session of a notebook as the settings that hold for it say, over the store of its folder. */
export function openNotebookSession(
  uri: vscode.Uri,
  { context, stores, report }: { context: vscode.ExtensionContext; stores: Stores; report: Report },
) {
  const folder = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.workspace.workspaceFolders?.[0];
  const path =
    uri.scheme === 'file' || uri.scheme === 'vscode-remote'
      ? uri.fsPath
      : join(folder?.uri.fsPath ?? homedir(), 'untitled.memoir.ts');
  const directory = stores.directory(uri);
  const { cache, monitor } = stores.at(directory);
  const states = keptWidgets(context.workspaceState, uri);
  const opened = openSession({
    notebook: path,
    workspace: folder?.uri.fsPath ?? dirname(path),
    store: cache.records,
    cacheDirectory: directory,
    compression: setting('cache.compression', uri),
    defaultTtlMs: () => parseDuration(setting('cache.defaultTtl', uri)),
    team: cache.team,
    dist: join(context.extensionPath, 'dist'),
    memoirVersion: version,
    widgets: states,
    autoRun: () => setting('notebook.autoRun', uri),
    nodePath: setting('kernel.nodePath', uri) || null,
    maxMemoryMB: setting('kernel.maxMemoryMB', uri),
    environment: dataEnvironment(uri),
    log: report,
    mayStart: requireTrust,
  });
  return { ...opened, states, monitor, path };
}

/** How the kernel's database is set up, as its environment tells it. */
function dataEnvironment(uri: vscode.Uri): Readonly<Record<string, string>> {
  const [maxMB, directory] = [setting('data.memoryMaxMB', uri), setting('data.spillDirectory', uri)];
  return {
    ...(maxMB > 0 && { MEMOIR_DATA_MAX_MB: String(maxMB) }),
    ...(directory && { MEMOIR_DATA_SPILL_DIR: directory }),
  };
}
