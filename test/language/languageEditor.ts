import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CompletionItem,
  createProtocolConnection,
  type Diagnostic,
  type FormattingOptions,
  type Position,
  type ProtocolConnection,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { readDocument } from '../../src/notebook/document.ts';
import type { TypeScriptSettings } from '../../src/protocol/language.ts';

const dist = process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist');

export type EngineName = 'bundled' | 'workspace';

/** An editor without a screen: starts the language server, opens notebooks, types in cells, asks at a mark. */
export class LanguageEditor {
  readonly folder: string;
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly #diagnostics = new Map<string, readonly Diagnostic[]>();
  #news: (() => void)[] = [];

  private constructor(folder: string, path: string | undefined) {
    this.folder = folder;
    this.process = spawn(process.execPath, [join(dist, 'language.js'), '--stdio'], {
      cwd: folder,
      env: { ...process.env, PATH: path },
    });
    this.process.stderr!.pipe(process.stderr);
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.process.stdout!),
      new StreamMessageWriter(this.process.stdin!),
    );
    this.connection.onRequest('client/registerCapability', () => null);
    this.connection.onRequest('workspace/applyEdit', ({ edit }: { edit: WorkspaceEdit }) => {
      this.apply(edit);
      return { applied: true };
    });
    this.connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => {
      this.#diagnostics.set(uri, diagnostics);
      for (const hear of this.#news.splice(0)) hear();
    });
    this.connection.listen();
  }

  readonly #cells = new Map<string, { cell: TestCell; notebook: OpenTestNotebook }>();

  static async start(
    folder: string,
    engine: EngineName = 'bundled',
    settings: TypeScriptSettings = {},
    path = process.env.PATH,
  ): Promise<LanguageEditor> {
    const editor = new LanguageEditor(folder, path);
    await editor.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: {},
      initializationOptions: { engine, settings },
    });
    await editor.connection.sendNotification('initialized', {});
    return editor;
  }

  async configure(settings: TypeScriptSettings): Promise<void> {
    await this.connection.sendNotification('workspace/didChangeConfiguration', { settings });
  }

  /** Opens a notebook whose text may not be on disk. */
  async open(name: string, source: string): Promise<OpenTestNotebook> {
    const uri = pathToFileURL(join(this.folder, name)).href;
    const cells = readDocument(Buffer.from(source)).cells.map(({ source, ...memoir }, index) => {
      const languageId = { code: 'memoir-typescript', sql: 'sql', markdown: 'markdown' }[memoir.kind];
      const cellUri = `vscode-notebook-cell:${join(this.folder, name)}#c${index}`;
      return new TestCell(TextDocument.create(cellUri, languageId, 1, source), memoir);
    });
    const notebook = new OpenTestNotebook(this, uri, cells);
    for (const cell of cells) this.#cells.set(cell.uri, { cell, notebook });
    await this.connection.sendNotification('notebookDocument/didOpen', {
      notebookDocument: { uri, notebookType: 'memoir', version: 1, cells: cells.map((cell) => cell.data) },
      cellTextDocuments: cells.filter(({ isCode }) => isCode).map((cell) => cell.item),
    });
    return notebook;
  }

  /** Holds a module's text, whatever is on disk. */
  async openModule(name: string, text: string): Promise<void> {
    const uri = pathToFileURL(join(this.folder, name)).href;
    const textDocument = { uri, languageId: 'typescript', version: 1, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  async closeModule(name: string): Promise<void> {
    const uri = pathToFileURL(join(this.folder, name)).href;
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  /** The process that the server started, where there is one. */
  childPid(): number | undefined {
    const children = readFileSync(`/proc/${this.process.pid}/task/${this.process.pid}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]) || undefined;
  }

  /** The diagnostics of a cell once `enough` of them. */
  async diagnostics(uri: string, enough: (all: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
    for (;;) {
      const found = this.#diagnostics.get(uri);
      if (found && enough(found)) return found;
      await new Promise<void>((hear) => this.#news.push(hear));
    }
  }

  /** Does to open cells what an edit says. */
  apply({ changes = {} }: WorkspaceEdit): void {
    for (const [uri, edits] of Object.entries(changes)) {
      const known = this.#cells.get(uri);
      if (known) void known.notebook.type(known.notebook.cells.indexOf(known.cell), edits);
    }
  }

  async close(): Promise<void> {
    const ended = once(this.process, 'exit');
    await this.connection.sendRequest('shutdown').catch(() => {});
    await this.connection.sendNotification('exit').catch(() => {});
    await ended;
    this.connection.dispose();
  }
}

class TestCell {
  document: TextDocument;
  readonly metadata: object;

  constructor(document: TextDocument, metadata: object) {
    this.document = document;
    this.metadata = metadata;
  }

  get uri(): string {
    return this.document.uri;
  }

  get isCode(): boolean {
    return this.document.languageId !== 'markdown';
  }

  get data(): object {
    return { kind: this.isCode ? 2 : 1, document: this.uri, metadata: { memoir: this.metadata } };
  }

  get item(): object {
    const { uri, languageId, version } = this.document;
    return { uri, languageId, version, text: this.document.getText() };
  }
}

/** A notebook in the editor. Places are given as `cell` and a text with `|` where the cursor is. */
export class OpenTestNotebook {
  readonly cells: readonly TestCell[];
  readonly #editor: LanguageEditor;
  readonly #uri: string;
  #version = 1;

  constructor(editor: LanguageEditor, uri: string, cells: readonly TestCell[]) {
    this.#editor = editor;
    this.#uri = uri;
    this.cells = cells;
  }

  text(cell: number): string {
    return this.cells[cell]!.document.getText();
  }

  uri(cell: number): string {
    return this.cells[cell]!.uri;
  }

  /** Changes a cell as an editor does: with edits, or to a whole new text. */
  async type(cell: number, change: string | readonly TextEdit[]): Promise<void> {
    const { document } = this.cells[cell]!;
    const version = document.version + 1;
    const text = typeof change === 'string' ? change : TextDocument.applyEdits(document, [...change]);
    this.cells[cell]!.document = TextDocument.create(document.uri, document.languageId, version, text);
    await this.#editor.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: this.#uri, version: ++this.#version },
      change: { cells: { textContent: [{ document: { uri: document.uri, version }, changes: [{ text }] }] } },
    });
  }

  /** The place of `|` in `mark`, which is a stretch of the cell's text. */
  at(cell: number, mark: string): Position {
    const before = mark.indexOf('|');
    const found = this.text(cell).indexOf(mark.replace('|', ''));
    if (found < 0 || before < 0) throw new Error(`There is no ${mark} in cell ${cell}.`);
    return this.cells[cell]!.document.positionAt(found + before);
  }

  /** What stands in a range, for messages that a person can read. */
  textIn(cell: number, range: Range): string {
    return this.cells[cell]!.document.getText(range);
  }

  ask<R>(method: string, cell: number, mark: string, more: object = {}): Promise<R> {
    return this.askCell(method, cell, { position: this.at(cell, mark), ...more });
  }

  askCell<R>(method: string, cell: number, more: object = {}): Promise<R> {
    return this.#editor.connection.sendRequest<R>(method, { textDocument: { uri: this.uri(cell) }, ...more });
  }

  async complete(cell: number, mark: string, context: object = { triggerKind: 1 }): Promise<CompletionItem[]> {
    const list = await this.ask<{ items: CompletionItem[] } | null>('textDocument/completion', cell, mark, { context });
    return list?.items ?? [];
  }

  resolve(item: CompletionItem): Promise<CompletionItem> {
    return this.#editor.connection.sendRequest<CompletionItem>('completionItem/resolve', item);
  }

  run(command: { command: string; arguments?: unknown[] }): Promise<unknown> {
    return this.#editor.connection.sendRequest('workspace/executeCommand', command);
  }

  format(cell: number, options: FormattingOptions = { tabSize: 2, insertSpaces: true }): Promise<TextEdit[]> {
    return this.askCell('textDocument/formatting', cell, { options });
  }

  diagnostics(cell: number, enough: (all: readonly Diagnostic[]) => boolean = () => true) {
    return this.#editor.diagnostics(this.uri(cell), enough);
  }

  async close(): Promise<void> {
    await this.#editor.connection.sendNotification('notebookDocument/didClose', {
      notebookDocument: { uri: this.#uri },
      cellTextDocuments: this.cells.filter(({ isCode }) => isCode).map(({ uri }) => ({ uri })),
    });
  }
}
