import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type Connection,
  type NotebookCell,
  type NotebookDocument,
  NotebookDocuments,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Disposable } from '../base/disposable.ts';
import { messageOf } from '../base/errors.ts';
import type { DocumentCell } from '../notebook/cellText.ts';
import type { LanguageOptions, TypeScriptSettings } from '../protocol/language.ts';
import { answerOn, CAPABILITIES, offerFormatting } from './answers.ts';
import { diagnose } from './diagnostics.ts';
import type { Engine } from './engine.ts';
import { watchModules } from './modules.ts';
import { type LanguageCell, LanguageNotebook } from './notebook.ts';
import { LanguageNotebooks } from './notebooks.ts';

/** Diagnostics follow the last change after this long. */
const PAUSE_MS = 100;

export interface ServerOptions {
  /** The folder of the declarations that come with Memoir. */
  readonly types: string;
  readonly engine: (root: string, engine: LanguageOptions['engine']) => Engine;
}

/** Memoir's language server: it hears of notebooks and their cells, and answers for each cell as a part of the whole. */
export class LanguageServer implements Disposable {
  readonly #connection: Connection;
  readonly #options: ServerOptions;
  readonly #cells = new TextDocuments(TextDocument);
  readonly #documents = new NotebookDocuments(this.#cells);
  readonly #notebooks = new LanguageNotebooks();
  readonly #byDocument = new Map<string, LanguageNotebook>();
  readonly #known = new Map<string, { version: number; metadata: unknown; cell: LanguageCell }>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #root = process.cwd();
  #engine!: Engine; // there from `initialize` on, before which nothing may be asked

  constructor(connection: Connection, options: ServerOptions) {
    this.#connection = connection;
    this.#options = options;
    connection.onInitialize(({ rootUri, initializationOptions }) => {
      if (rootUri) this.#root = fileURLToPath(rootUri);
      const { engine = 'bundled', settings = {} } = (initializationOptions ?? {}) as Partial<LanguageOptions>;
      this.#engine = options.engine(this.#root, engine);
      this.#engine.configure(settings);
      answerOn(connection, this.#engine, this.#notebooks);
      return CAPABILITIES;
    });
    connection.onInitialized(() => {
      offerFormatting(connection);
      watchModules(connection, this.#engine, this.#notebooks, () => this.#diagnoseSoon());
    });
    connection.onDidChangeConfiguration(({ settings }) => {
      this.#engine.configure(settings as TypeScriptSettings); // our client's
      connection.languages.inlayHint.refresh().catch(() => {}); // an editor that cannot asks again when it likes
    });
    connection.onShutdown(() => this.dispose());
    this.#documents.onDidOpen((document) => this.#opened(document));
    this.#documents.onDidChange(({ notebookDocument }) => this.#changed(notebookDocument));
    this.#documents.onDidClose((document) => this.#closed(document));
    this.#documents.listen(connection);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#engine?.dispose();
  }

  #opened(document: NotebookDocument): void {
    const path = this.#pathOf(document.uri);
    const notebook = new LanguageNotebook(pathToFileURL(path).href, path, this.#engine, this.#options.types);
    this.#byDocument.set(document.uri, notebook);
    this.#notebooks.add(notebook);
    this.#changed(document);
  }

  #changed(document: NotebookDocument): void {
    const notebook = this.#byDocument.get(document.uri);
    if (!notebook) return;
    const before = notebook.cells.map(({ id }) => id);
    notebook.update(document.cells.flatMap((cell, index) => this.#cellOf(cell, index) ?? []));
    this.#notebooks.index(notebook);
    for (const id of before) if (!this.#notebooks.of(id)) this.#forget(id);
    this.#diagnoseSoon();
  }

  #closed(document: NotebookDocument): void {
    const notebook = this.#byDocument.get(document.uri);
    if (!notebook) return;
    this.#byDocument.delete(document.uri);
    this.#notebooks.remove(notebook);
    for (const { id } of notebook.cells) this.#forget(id);
  }

  #forget(cell: string): void {
    this.#known.delete(cell);
    void this.#connection.sendDiagnostics({ uri: cell, diagnostics: [] });
  }

  /** A cell that did not change is the same object as before. */
  #cellOf(cell: NotebookCell, index: number): LanguageCell | null {
    const document = this.#documents.getCellTextDocument(cell);
    if (cell.kind !== 2 || !document) return null; // Markdown
    const { uri, version, languageId } = document;
    const known = this.#known.get(uri);
    if (known?.version === version && known.metadata === cell.metadata && known.cell.index === index) return known.cell;
    const memoir = (cell.metadata as { memoir?: Partial<DocumentCell> } | undefined)?.memoir; // written by the serializer
    const made: LanguageCell = {
      id: uri,
      kind: languageId === 'sql' ? 'sql' : 'code',
      text: document.getText(),
      declares: languageId === 'sql' ? (memoir?.declares ?? 'query') : null,
      title: memoir?.title ?? '',
      options: memoir?.options ?? {},
      index,
    };
    this.#known.set(uri, { version, metadata: cell.metadata, cell: made });
    return made;
  }

  /** A notebook without a file lies where its kernel runs. */
  #pathOf(uri: string): string {
    return uri.startsWith('file:') ? fileURLToPath(uri) : `${this.#root}/untitled.memoir.ts`;
  }

  /** One notebook's change may be another one's: they can import each other. */
  #diagnoseSoon(): void {
    for (const notebook of this.#notebooks.all) {
      clearTimeout(this.#timers.get(notebook.uri));
      const timer = setTimeout(() => void this.#diagnose(notebook), PAUSE_MS);
      this.#timers.set(notebook.uri, timer);
    }
  }

  async #diagnose(notebook: LanguageNotebook): Promise<void> {
    const { virtual } = notebook;
    try {
      const found = await diagnose(this.#engine, notebook, this.#notebooks, { graph: false });
      if (virtual !== notebook.virtual || !this.#notebooks.at(notebook.uri)) return; // it has changed meanwhile
      for (const { cell, diagnostics } of found)
        void this.#connection.sendDiagnostics({ uri: cell, diagnostics: [...diagnostics] });
    } catch (error) {
      this.#connection.console.warn(`${notebook.path} was not checked: ${messageOf(error)}`);
    }
  }
}
