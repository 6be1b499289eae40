import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { SpareProcess } from '../profile/spareProcess.ts';
import type { PanelState } from '../protocol/panel.ts';
import { appPage } from './appPanel.ts';
import { type PanelType, setting } from './contributions.ts';
import { graphPage } from './graphPanel.ts';
import { Heat } from './heat.ts';
import { CellLanguage } from './language.ts';
import { NotebookPanels } from './notebookPanels.ts';
import { Notebooks } from './notebooks.ts';
import { Performance } from './performance.ts';
import { PlainTextTypes } from './plainText.ts';
import { ProblemFixes } from './problemFixes.ts';
import { Problems } from './problems.ts';
import { restorePanel } from './profileCommand.ts';
import { ProfileFileEditor } from './profileFile.ts';
import { restoreHeat } from './profileHeat.ts';
import { ProfileHistory } from './profileHistory.ts';
import { PROFILED, ProfileLenses } from './profileLenses.ts';
import { ProfilePanel } from './profilePanel.ts';
import { ProfilesTree } from './profilesTree.ts';
import type { ProfileTools } from './profileTools.ts';
import { Report } from './report.ts';
import { Serializer } from './serializer.ts';
import { SqlCompletion } from './sqlCompletion.ts';
import { SqlErrors } from './sqlErrors.ts';
import { Stores } from './stores.ts';
import { ValueHints } from './valueHints.ts';
import { VariablesTree } from './variablesTree.ts';

/** Everything behind the commands and views, made once something needs it. */
export class Host implements vscode.Disposable {
  readonly context: vscode.ExtensionContext;
  readonly report = new Report();
  readonly serializer = new Serializer();
  readonly profileFiles: ProfileFileEditor;
  readonly stores: Stores;
  readonly notebooks: Notebooks;
  readonly app: NotebookPanels;
  readonly graph: NotebookPanels;
  readonly performance: Performance;
  readonly profiling: ProfileTools;
  readonly profiles: ProfilesTree;
  readonly #store = new DisposableStore();
  #lenses: vscode.Disposable | null = null;

  constructor(context: vscode.ExtensionContext) {
    const { report } = this;
    this.context = context;
    this.profileFiles = new ProfileFileEditor(context.extensionUri);
    this.stores = new Stores(context.globalStorageUri.fsPath, report);
    this.performance = new Performance(this.stores, report);
    this.notebooks = new Notebooks(context, this.stores, report);
    this.app = new NotebookPanels(appPage, this.notebooks, context.extensionUri);
    this.graph = new NotebookPanels(graphPage, this.notebooks, context.extensionUri);
    this.#openKnown();
    const history = new ProfileHistory(join(context.globalStorageUri.fsPath, 'profiles'), report);
    const panel = new ProfilePanel(context.extensionUri);
    this.profiling = {
      context,
      spare: new SpareProcess(),
      heat: new Heat(context.extension),
      panel,
      history,
      notebooks: this.notebooks,
      stores: this.stores,
      report,
    };
    this.profiles = new ProfilesTree(history);
    this.#offerLenses();
    void restoreHeat(this.profiling);
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('memoir.profile.codeLens')) this.#offerLenses();
      }),
    );
    this.#store.add(new CellLanguage(context, report));
    this.#store.add(new SqlErrors(this.notebooks));
    const hints = this.#store.add(new ValueHints(this.notebooks));
    this.#store.add(vscode.languages.registerInlayHintsProvider(ValueHints.selector, hints));
    const { selector: plain, metadata: plainKinds } = PlainTextTypes;
    this.#store.add(vscode.languages.registerCodeActionsProvider(plain, new PlainTextTypes(), plainKinds));
    const { selector: sqlCells, triggers } = SqlCompletion;
    const sqlCompletion = new SqlCompletion(this.notebooks);
    this.#store.add(vscode.languages.registerCompletionItemProvider(sqlCells, sqlCompletion, ...triggers));
    this.#store.add(new VariablesTree(this.notebooks));
    const problems = this.#store.add(new Problems());
    const { selector, metadata } = ProblemFixes;
    this.#store.add(vscode.languages.registerCodeActionsProvider(selector, new ProblemFixes(problems), metadata));
  }

  /** A notebook as it is opened; where nothing may run, it comes with what its cells showed last. */
  async deserializeNotebook(content: Uint8Array): Promise<vscode.NotebookData> {
    const data = this.serializer.deserializeNotebook(content);
    if (!vscode.workspace.isTrusted) await this.notebooks.addKeptOutputs(content, data);
    return data;
  }

  /** Fills a panel of an earlier window with what it showed. */
  async restorePanel(panel: vscode.WebviewPanel, state: PanelState | undefined): Promise<void> {
    if (!state) return panel.dispose(); // closed before its page was there
    switch (panel.viewType as PanelType) {
      case 'memoir.app':
        if (!vscode.workspace.isTrusted) return panel.dispose(); // an app runs what it shows
        return this.app.restore(panel, state);
      case 'memoir.graph':
        return this.graph.restore(panel, state);
      case 'memoir.profile':
        return restorePanel(this.profiling, panel, state);
    }
  }

  /** Ends what runs and waits for what is still being written. */
  async close(): Promise<void> {
    this.dispose();
    await this.stores.close();
    this.report.dispose();
  }

  dispose(): void {
    this.notebooks.dispose();
    this.performance.dispose();
    this.#store.dispose();
    this.#lenses?.dispose();
    this.profiles.dispose();
    this.profiling.spare.dispose();
    this.profiling.heat.dispose();
    this.profiling.panel.dispose();
  }

  /** Lenses come and go with their setting. */
  #offerLenses(): void {
    this.#lenses?.dispose();
    this.#lenses = setting('profile.codeLens')
      ? vscode.languages.registerCodeLensProvider(PROFILED, new ProfileLenses(this.profiles))
      : null;
  }

  /** What earlier sessions and other programs measured in these folders is shown before any notebook is open. */
  #openKnown(): void {
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      const directory = this.stores.directory(uri);
      if (existsSync(directory)) this.stores.at(directory);
    }
  }
}
