import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { UserError } from '../base/errors.ts';
import type { KernelClient } from '../kernel/client.ts';
import { watchCells } from '../monitor/cells.ts';
import type { RendererEvent, RendererMessage, Toast } from '../protocol/output.ts';
import { CellPainter } from './cellPainter.ts';
import { CellStatusBar } from './cellStatusBar.ts';
import { CELL_LANGUAGE, CONTROLLER_ID, NOTEBOOK_TYPE } from './contributions.ts';
import { watchFiles } from './fileWatcher.ts';
import { addKeptOutputs, tabWith } from './keptOutputs.ts';
import { watchKernel } from './kernelProcess.ts';
import { NotebookPages } from './notebookPages.ts';
import { type NotebookSession, openNotebookSession } from './notebookSession.ts';
import { NotebookWidgets } from './notebookWidgets.ts';
import { OpenNotebook } from './openNotebook.ts';
import type { Report } from './report.ts';
import { onSavedByHand } from './savedByHand.ts';
import { cellOf } from './serializer.ts';
import type { Stores } from './stores.ts';
import { requireTrust } from './trust.ts';

/** Files that a cell may import without naming their folder in a read. */
const MODULES = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']);

/** All open notebooks: their controller, their sessions, and what VS Code and their readers ask of them. */
export class Notebooks implements Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #report: Report;
  readonly #store = new DisposableStore();
  readonly #open = new Map<vscode.NotebookDocument, Opened>();
  readonly #controller: vscode.NotebookController;
  readonly #painter: CellPainter;
  readonly #statusBar = this.#store.add(new CellStatusBar((cell) => this.of(cell)));
  readonly #stores: Stores;

  /** Where what the notebooks show is drawn. */
  readonly pages = this.#store.add(new NotebookPages((document, message) => this.#hear(document, message)));

  constructor(context: vscode.ExtensionContext, stores: Stores, report: Report) {
    this.#context = context;
    this.#report = report;
    this.#stores = stores;
    this.#controller = this.#store.add(this.#makeController());
    this.#painter = new CellPainter(this.#controller, ({ notebook }, output) =>
      this.pages.post(notebook, { type: 'output', output }),
    );
    this.#listen();
    for (const document of vscode.workspace.notebookDocuments) this.#adopt(document);
  }

  /** What cells' status bars say may be different now. */
  readonly onStatus = this.#statusBar.onChange;

  /** The notebook in front, if one is. */
  get front(): OpenNotebook | undefined {
    const document = vscode.window.activeNotebookEditor?.notebook;
    return document && this.#open.get(document)?.notebook;
  }

  /** The notebooks that are to be seen in an editor. */
  get visible(): readonly OpenNotebook[] {
    return vscode.window.visibleNotebookEditors.flatMap(({ notebook }) => this.#open.get(notebook)?.notebook ?? []);
  }

  /** The notebook in front, which a command is about. */
  active(): OpenNotebook {
    const found = this.front;
    if (!found) throw new UserError('Open a Memoir notebook first, for example with "Memoir: Open Sample".');
    return found;
  }

  /** The notebook of a file, opened where it is not. */
  async open(uri: vscode.Uri): Promise<OpenNotebook | null> {
    const document = await vscode.workspace.openNotebookDocument(uri);
    this.#adopt(document);
    return this.#open.get(document)?.notebook ?? null;
  }

  of(cell: vscode.NotebookCell): OpenNotebook | undefined {
    return this.#open.get(cell.notebook)?.notebook;
  }

  /** Fills in what the cells of a notebook that may not run showed last. */
  async addKeptOutputs(content: Uint8Array, data: vscode.NotebookData): Promise<void> {
    const uri = await tabWith(content);
    if (!uri) return;
    const { session } = this.#session(uri);
    try {
      await addKeptOutputs(data, session);
    } catch (error) {
      this.#report.error(`What ${basename(uri.fsPath)} showed last could not be read.`, error);
    } finally {
      session.dispose();
    }
  }

  /** Runs a cell as it is now, in place of an older run of it. */
  async run(cell: vscode.NotebookCell, { again = false } = {}): Promise<void> {
    requireTrust();
    await this.#choose(cell.notebook);
    await this.#opened(cell).notebook.run([cell], { again });
  }

  /** Runs a cell although nothing it depends on changed. */
  runAgain(cell: vscode.NotebookCell): Promise<void> {
    return this.run(cell, { again: true });
  }

  /** Runs a cell under the debugger. */
  async debug(cell: vscode.NotebookCell): Promise<void> {
    requireTrust();
    const { notebook, kernel } = this.#opened(cell);
    const { attachDebugger } = await import('./debugCell.ts');
    await attachDebugger(cell, notebook, kernel);
    await this.runAgain(cell);
  }

  async restart(): Promise<void> {
    const document = this.active().document;
    await this.#open.get(document)?.kernel.restart();
  }

  /** Puts every widget of a notebook back to where it stood before any move, and folds what was unfolded. */
  async resetWidgets(document = this.active().document): Promise<void> {
    requireTrust();
    await this.#guard(async () => this.#open.get(document)?.widgets.reset());
  }

  dispose(): void {
    for (const document of [...this.#open.keys()]) this.#release(document);
    this.#store.dispose();
  }

  #makeController(): vscode.NotebookController {
    const controller = vscode.notebooks.createNotebookController(CONTROLLER_ID, NOTEBOOK_TYPE, 'Memoir');
    controller.supportedLanguages = [CELL_LANGUAGE, 'sql'];
    controller.description = 'Reactive TypeScript';
    controller.executeHandler = (cells, document) => this.#guard(() => this.#execute(cells, document));
    controller.interruptHandler = (document) =>
      this.#guard(async () => this.#open.get(document)?.notebook.session.interrupt());
    return controller;
  }

  #listen(): void {
    const { workspace } = vscode;
    this.#store.add(workspace.onDidOpenNotebookDocument((document) => this.#adopt(document)));
    this.#store.add(workspace.onDidCloseNotebookDocument((document) => this.#release(document)));
    this.#store.add(onSavedByHand((document) => this.#guard(async () => this.#open.get(document)?.notebook.save())));
    this.#store.add(
      workspace.onDidChangeNotebookDocument((change) =>
        this.#guard(async () => this.#open.get(change.notebook)?.notebook.edited(change)),
      ),
    );
    this.#store.add(
      // an editor knows how to fold once it shows something
      vscode.window.onDidChangeNotebookEditorVisibleRanges(({ notebookEditor }) =>
        this.#guard(() => this.#shown(notebookEditor)),
      ),
    );
    this.#store.add(
      this.#controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
        if (selected) this.#open.get(notebook)?.notebook.attach();
      }),
    );
    this.#store.add(
      workspace.onDidGrantWorkspaceTrust(() => {
        for (const { notebook } of this.#open.values()) notebook.attach();
      }),
    );
    this.#store.add(watchFiles((paths) => this.#guard(() => this.#refresh(paths))));
  }

  #adopt(document: vscode.NotebookDocument): void {
    if (document.notebookType !== NOTEBOOK_TYPE || this.#open.has(document)) return;
    const opened = this.#openSession(document);
    this.#open.set(document, opened);
    this.#controller.updateNotebookAffinity(document, vscode.NotebookControllerAffinity.Preferred);
    void this.#guard(() => opened.notebook.open());
  }

  /** Once, when a notebook is shown: takes it as its kernel, and folds the code of cells that say so. */
  async #shown({ notebook }: vscode.NotebookEditor): Promise<void> {
    const opened = this.#open.get(notebook);
    if (!opened || opened.shown) return;
    opened.shown = true;
    if (vscode.workspace.isTrusted) await this.#choose(notebook);
    const ranges = notebook
      .getCells()
      .filter((cell) => cellOf(cell).options.hideCode === true)
      .map(({ index }) => ({ start: index, end: index + 1 }));
    if (ranges.length)
      await vscode.commands.executeCommand('notebook.cell.collapseCellInput', { ranges, document: notebook.uri });
  }

  /** Makes Memoir the kernel: VS Code takes outputs from a chosen one only, and chooses by itself only when something runs. */
  async #choose(document: vscode.NotebookDocument): Promise<void> {
    const notebookEditor = vscode.window.visibleNotebookEditors.find(({ notebook }) => notebook === document);
    const kernel = { notebookEditor, id: CONTROLLER_ID, extension: 'memoir.memoir', skipIfAlreadySelected: true };
    if (notebookEditor) await vscode.commands.executeCommand('notebook.selectKernel', kernel);
  }

  #opened(cell: vscode.NotebookCell): Opened {
    const opened = this.#open.get(cell.notebook);
    if (!opened) throw new UserError('This cell does not belong to an open Memoir notebook.');
    return opened;
  }

  #session(uri: vscode.Uri): NotebookSession {
    return openNotebookSession(uri, { context: this.#context, stores: this.#stores, report: this.#report });
  }

  #openSession(document: vscode.NotebookDocument): Opened {
    const { session, kernel, states, monitor, path } = this.#session(document.uri);
    const cells = watchCells(monitor, session, path);
    const notebook = new OpenNotebook(document, session, this.#painter, () => cells.sync());
    notebook.onStatus(() => this.#statusBar.soon());
    session.onToast(showToast);
    kernel.onLost((why) => why && this.#report.warn(why));
    const process = watchKernel(kernel, monitor, basename(path));
    const post = (event: RendererEvent) => this.pages.post(document, event);
    const widgets = new NotebookWidgets({ notebook, states, memory: this.#context.workspaceState, post });
    return { notebook, kernel, widgets, shown: false, watching: [cells, process] };
  }

  #release(document: vscode.NotebookDocument): void {
    const opened = this.#open.get(document);
    for (const watching of opened?.watching ?? []) watching.dispose();
    opened?.notebook.dispose();
    this.#open.delete(document);
  }

  async #execute(cells: readonly vscode.NotebookCell[], document: vscode.NotebookDocument): Promise<void> {
    requireTrust();
    this.#adopt(document);
    await this.#open.get(document)!.notebook.run(cells);
  }

  #hear(document: vscode.NotebookDocument, message: RendererMessage): void {
    const opened = this.#open.get(document);
    if (!opened || !vscode.workspace.isTrusted) return;
    switch (message.type) {
      case 'ready':
        opened.widgets.tell();
        break;
      case 'stop':
        void this.#guard(() => opened.notebook.session.interrupt());
        break;
      case 'widget':
        void this.#guard(() => opened.widgets.move(message.name, message.value));
        break;
      case 'rows':
        void opened.notebook.session.rows(message).then((event) => this.pages.post(document, event));
    }
  }

  /** A change of a file counts like an execution of its readers. */
  async #refresh(paths: readonly string[]): Promise<void> {
    const matters = paths.some((path) => MODULES.has(extname(path)));
    await Promise.all(
      [...this.#open.values()].map(({ notebook: { session } }) =>
        matters || session.reads(paths) ? (vscode.workspace.isTrusted ? session.refresh() : session.look()) : undefined,
      ),
    );
  }

  async #guard(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#report.show(error);
    }
  }
}

interface Opened {
  readonly notebook: OpenNotebook;
  readonly kernel: KernelClient;
  readonly widgets: NotebookWidgets;
  shown: boolean;
  readonly watching: readonly Disposable[];
}

function showToast({ text, tone }: Toast): void {
  const { window } = vscode;
  void { info: window.showInformationMessage, warning: window.showWarningMessage, error: window.showErrorMessage }[
    tone
  ](text);
}
