import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';

/** Files that change within this time are told at once. */
const SETTLE_MS = 150;

/** What Memoir, npm and git keep for themselves is no news. */
const OWN = /[\\/](\.memoir|node_modules|\.git)[\\/]/;

/** Tells of files of the workspace that were changed, made or deleted. */
export function watchFiles(onChange: (paths: readonly string[]) => void): Disposable {
  const store = new DisposableStore();
  const watcher = store.add(vscode.workspace.createFileSystemWatcher('**/*'));
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const note = ({ fsPath }: vscode.Uri) => {
    if (OWN.test(fsPath)) return;
    changed.add(fsPath);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const paths = [...changed];
      changed.clear();
      onChange(paths);
    }, SETTLE_MS);
  };
  store.add({ dispose: () => clearTimeout(timer) });
  for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) store.add(event(note));
  return store;
}
