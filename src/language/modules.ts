import {
  type Connection,
  DidChangeTextDocumentNotification,
  type DidChangeTextDocumentParams,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type ProtocolNotificationType,
  type TextDocumentChangeRegistrationOptions,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import type { Engine } from './engine.ts';
import type { LanguageNotebooks } from './notebooks.ts';

const LANGUAGES = ['typescript', 'typescriptreact', 'javascript', 'javascriptreact'];
const FILES = '**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx,json}';

/** Texts of modules that are open in an editor count, saved or not, and so do changes on disk. */
export function watchModules(
  connection: Connection,
  engine: Engine,
  notebooks: LanguageNotebooks,
  onChange: () => void,
): void {
  const documentSelector = LANGUAGES.map((language) => ({ language, scheme: 'file' }));
  const { client } = connection;
  void client.register(DidOpenTextDocumentNotification.type, { documentSelector });
  void client.register(DidCloseTextDocumentNotification.type, { documentSelector });
  const { type } = DidChangeTextDocumentNotification;
  void client.register(
    type as ProtocolNotificationType<DidChangeTextDocumentParams, TextDocumentChangeRegistrationOptions>,
    {
      documentSelector,
      syncKind: TextDocumentSyncKind.Incremental,
    },
  );
  void client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: FILES }] });
  const told = (uri: string, tell: () => void) => {
    if (notebooks.at(uri)) return; // a notebook that is also open as plain text
    tell();
    onChange();
  };
  connection.onDidOpenTextDocument(({ textDocument }) => told(textDocument.uri, () => engine.open(textDocument)));
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) =>
    told(uri, () => engine.change(uri, version, contentChanges)),
  );
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => told(uri, () => engine.close(uri)));
  connection.onDidChangeWatchedFiles(({ changes }) => {
    engine.filesChanged(changes);
    onChange();
  });
}
