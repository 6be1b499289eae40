import { join } from 'node:path';
import * as vscode from 'vscode';
import { cacheDefaults, openStore, type Store } from '../cache/cacheDirectory.ts';
import { userSeal } from '../cache/seal.ts';
import { setting } from './contributions.ts';
import type { Report } from './report.ts';

/** The caches in use, one for each directory, shared by the notebooks that lie in it. */
export class Stores implements vscode.Disposable {
  readonly #fallback: string;
  readonly #report: Report;
  readonly #open = new Map<string, Store>();

  /** @param fallback where notebooks outside any folder keep their results. */
  constructor(fallback: string, report: Report) {
    this.#fallback = fallback;
    this.#report = report;
  }

  /** The folder of the cache that serves `uri`. */
  directory(uri: vscode.Uri): string {
    const folder =
      vscode.workspace.getWorkspaceFolder(uri) ??
      (uri.scheme === 'untitled' ? vscode.workspace.workspaceFolders?.[0] : undefined);
    const configured = setting('cache.directory', uri);
    if (!folder) return this.#fallback;
    return configured ? join(folder.uri.fsPath, configured) : join(folder.uri.fsPath, cacheDefaults.directory);
  }

  at(directory: string): Store {
    let store = this.#open.get(directory);
    if (!store) {
      store = openStore({
        directory,
        memory: { ...cacheDefaults.memory, maxBytes: setting('cache.memoryMaxMB') * 1e6 },
        diskMaxBytes: setting('cache.diskMaxMB') * 1e6,
        seal: userSeal(),
        log: {
          debug: (message) => this.#report.debug(message),
          info: (message) => this.#report.info(message),
          warn: (message) => this.#report.tellOnce(message),
          error: (message, thrown) => this.#report.error(message, thrown),
        },
      });
      this.#open.set(directory, store);
    }
    return store;
  }

  get all(): readonly Store[] {
    return [...this.#open.values()];
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((store) => store.close()));
    this.#open.clear();
  }

  dispose(): void {
    void this.close();
  }
}
