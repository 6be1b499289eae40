import { type ChildProcess, spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import {
  ConfigurationRequest,
  createProtocolConnection,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type ProtocolConnection,
  type ProtocolRequestType,
  RegistrationRequest,
  type SemanticTokensLegend,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
  type TextDocumentItem,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Log } from '../base/log.ts';
import type { TypeScriptSettings } from '../protocol/language.ts';
import { type Engine, type FileChange, LEGEND } from './engine.ts';

/** How long after the first loss of its process a next one is started; twice as long after each further one. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived this long begins anew with the short pause. */
const STEADY_MS = 60_000;
const GRACE_MS = 1000;
/** What it calls the settings. */
const SECTION = 'js/ts';

/** The user's TypeScript 7, which speaks the protocol itself: a process of its own, started again when it is lost. */
export class NativeEngine implements Engine {
  readonly #executable: string;
  readonly #root: string;
  readonly #log: Log;
  readonly #open = new Map<string, TextDocument>();
  #settings: TypeScriptSettings = {};
  #legend = LEGEND;
  #running: Promise<Running> | null = null;
  #lost = 0;
  #disposed = false;

  constructor(executable: string, root: string, log: Log) {
    this.#executable = executable;
    this.#root = root;
    this.#log = log;
  }

  get legend(): SemanticTokensLegend {
    return this.#legend;
  }

  configure(settings: TypeScriptSettings): void {
    this.#settings = settings;
    this.#tell((connection) =>
      connection.sendNotification(DidChangeConfigurationNotification.type, { settings: { [SECTION]: told(settings) } }),
    );
  }

  open(textDocument: TextDocumentItem): void {
    const { uri, languageId, version, text } = textDocument;
    this.#open.set(uri, TextDocument.create(uri, languageId, version, text));
    this.#tell((connection) => connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument }));
  }

  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    const open = this.#open.get(uri);
    if (!open) return;
    const contentChanges = [...changes];
    this.#open.set(uri, TextDocument.update(open, contentChanges, version));
    const params = { textDocument: { uri, version }, contentChanges };
    this.#tell((connection) => connection.sendNotification(DidChangeTextDocumentNotification.type, params));
  }

  close(uri: string): void {
    if (!this.#open.delete(uri)) return;
    const params = { textDocument: { uri } };
    this.#tell((connection) => connection.sendNotification(DidCloseTextDocumentNotification.type, params));
  }

  filesChanged(changes: readonly FileChange[]): void {
    const params = { changes: [...changes] };
    this.#tell((connection) => connection.sendNotification(DidChangeWatchedFilesNotification.type, params));
  }

  async ask<P, R, PR, E, RO>({ method }: ProtocolRequestType<P, R, PR, E, RO>, params: P): Promise<R> {
    const { connection } = await this.#process();
    return connection.sendRequest<R>(method, params);
  }

  dispose(): void {
    this.#disposed = true;
    void this.#running?.then(end, () => {});
    this.#running = null;
  }

  /** Says something to the process if there is one; a new one is told everything anyway. */
  #tell(say: (connection: ProtocolConnection) => Promise<void>): void {
    this.#running?.then(({ connection }) => say(connection)).catch(() => {}); // its end is told elsewhere
  }

  #process(): Promise<Running> {
    if (this.#disposed) return Promise.reject(new Error('TypeScript has been stopped.'));
    this.#running ??= this.#start();
    return this.#running;
  }

  async #start(): Promise<Running> {
    if (this.#lost) await new Promise((done) => setTimeout(done, pauseAfter(this.#lost)));
    const started = Date.now();
    const child = spawn(this.#executable, ['--lsp', '--stdio'], { cwd: this.#root, windowsHide: true });
    const connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const running = { child, connection };
    child.stderr.resume(); // it logs every request there
    child.stdin.on('error', () => {}); // a lost peer shows as `exit`
    const lost = new Promise<never>((_, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error('TypeScript 7 has ended.')));
    });
    lost.catch((error) => {
      connection.dispose();
      if (this.#disposed) return;
      this.#log.warn(`${error.message} It is started again when it is needed.`);
      this.#lost = Date.now() - started > STEADY_MS ? 1 : this.#lost + 1;
      this.#running = null;
    });
    connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(({ section }) => (section === SECTION ? told(this.#settings) : {})),
    );
    connection.onRequest(RegistrationRequest.type, () => {}); // what it would like to hear of, it is told anyway
    connection.listen();
    await Promise.race([this.#greet(connection), lost]);
    return running;
  }

  async #greet(connection: ProtocolConnection): Promise<void> {
    const { capabilities } = await connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: pathToFileURL(this.#root).href,
      capabilities: CAPABILITIES,
      workspaceFolders: null,
    });
    this.#legend = capabilities.semanticTokensProvider?.legend ?? LEGEND;
    await connection.sendNotification(InitializedNotification.type, {});
    for (const open of this.#open.values()) {
      const { uri, languageId, version } = open;
      const textDocument = { uri, languageId, version, text: open.getText() };
      await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    }
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly connection: ProtocolConnection;
}

async function end({ child, connection }: Running): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.once('exit', () => clearTimeout(timer));
  // one that no longer listens has ended, or is ended by the timer
  await connection.sendRequest(ShutdownRequest.type).catch(() => {});
  await connection.sendNotification(ExitNotification.type).catch(() => {});
}

/** It would run npm to fetch types that the notebook does not import: over the network, and other than `memoir check`. */
function told(settings: TypeScriptSettings): object {
  return { ...settings, tsserver: { automaticTypeAcquisition: { enabled: false } } };
}

function pauseAfter(lost: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (lost - 1), LONGEST_PAUSE_MS);
}

const CAPABILITIES = {
  workspace: { configuration: true, didChangeWatchedFiles: { dynamicRegistration: true } },
  textDocument: {
    completion: {
      completionItem: {
        snippetSupport: true,
        labelDetailsSupport: true,
        documentationFormat: ['markdown' as const],
        resolveSupport: { properties: ['documentation', 'detail', 'additionalTextEdits'] },
      },
      completionList: { itemDefaults: ['commitCharacters', 'editRange', 'data'] },
    },
    hover: { contentFormat: ['markdown' as const] },
    signatureHelp: { signatureInformation: { documentationFormat: ['markdown' as const] } },
    definition: { linkSupport: true },
    typeDefinition: { linkSupport: true },
    rename: { prepareSupport: true },
    diagnostic: { relatedInformation: true, tagSupport: { valueSet: [1 as const, 2 as const] } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.organizeImports'] } },
    },
    semanticTokens: {
      requests: { full: true },
      formats: ['relative' as const],
      tokenTypes: [...LEGEND.tokenTypes],
      tokenModifiers: [...LEGEND.tokenModifiers],
    },
  },
};
