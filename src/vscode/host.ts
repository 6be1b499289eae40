import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { Notebooks } from './notebooks.ts';
import { Performance } from './performance.ts';
import type { Report } from './report.ts';
import { Stores } from './stores.ts';

/** Everything behind the commands and views, made once something needs it. */
export class Host implements vscode.Disposable {
  readonly stores: Stores;
  readonly notebooks: Notebooks;
  readonly performance: Performance;

  constructor(context: vscode.ExtensionContext, report: Report) {
    this.stores = new Stores(context.globalStorageUri.fsPath, report);
    this.performance = new Performance(this.stores, report);
    this.notebooks = new Notebooks(context, this.stores, report);
    this.#openKnown();
  }

  /** Ends what runs and waits for what is still being written. */
  async close(): Promise<void> {
    this.dispose();
    await this.stores.close();
  }

  dispose(): void {
    this.notebooks.dispose();
    this.performance.dispose();
  }

  /** What earlier sessions and other programs measured in these folders is shown before any notebook is open. */
  #openKnown(): void {
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      const directory = this.stores.directory(uri);
      if (existsSync(directory)) this.stores.at(directory);
    }
  }
}
