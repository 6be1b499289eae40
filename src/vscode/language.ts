import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { NOTEBOOK_TYPE, setting } from './contributions.ts';
import type { CellLanguageClient } from './languageClient.ts';
import type { Report } from './report.ts';

/**
 * Types in cells: starts the language server with the first notebook of a trusted workspace, and ends it with the last.
 * Without it cells get VS Code's own completion of words.
 */
export class CellLanguage implements Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #report: Report;
  readonly #store = new DisposableStore();
  #client: Promise<CellLanguageClient | null> = Promise.resolve(null);
  #wanted = false;

  constructor(context: vscode.ExtensionContext, report: Report) {
    this.#context = context;
    this.#report = report;
    const { workspace } = vscode;
    const follow = () => this.#follow();
    this.#store.add(workspace.onDidOpenNotebookDocument(follow));
    this.#store.add(workspace.onDidCloseNotebookDocument(follow));
    this.#store.add(workspace.onDidGrantWorkspaceTrust(follow));
    this.#store.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('memoir.language.engine')) this.#restart();
      }),
    );
    follow();
  }

  dispose(): void {
    this.#store.dispose();
    this.#want(false);
  }

  #follow(): void {
    const { isTrusted, notebookDocuments } = vscode.workspace;
    this.#want(isTrusted && notebookDocuments.some(({ notebookType }) => notebookType === NOTEBOOK_TYPE));
  }

  #restart(): void {
    if (!this.#wanted) return;
    this.#want(false);
    this.#want(true);
  }

  /** Starts and ends come one after the other. */
  #want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#client = this.#client
      .then((client) => (wanted ? this.#start() : client?.stop()) ?? null)
      .catch((error) => {
        this.#report.error('Types in cells are not available.', error);
        return null;
      });
  }

  async #start(): Promise<CellLanguageClient> {
    const { startLanguageClient } = await import('./languageClient.ts');
    return startLanguageClient(this.#context, setting('language.engine'), this.#report);
  }
}
