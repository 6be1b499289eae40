import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
} from 'vscode-languageclient/node';
import { type LanguageOptions, TABLE_SCHEME } from '../protocol/language.ts';
import { CELL_LANGUAGE, NOTEBOOK_TYPE } from './contributions.ts';
import type { Report } from './report.ts';
import { withMetadata } from './serializer.ts';
import { SETTINGS, typeScriptSettings } from './typeScriptSettings.ts';

/** A language server that runs. */
export interface CellLanguageClient {
  stop(): Promise<null>;
}

/** How long after the first loss of the server a next one is started; twice as long after each further one. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** A server that lived this long begins anew with the short pause. */
const STEADY_MS = 120_000;

export async function startLanguageClient(
  context: vscode.ExtensionContext,
  engine: LanguageOptions['engine'],
  report: Report,
): Promise<CellLanguageClient> {
  const server = { module: join(context.extensionPath, 'dist/language.js'), transport: TransportKind.ipc };
  let [lost, since] = [0, Date.now()];
  const client = new LanguageClient(
    'memoir.language',
    'Memoir Language',
    { run: server, debug: server },
    {
      documentSelector: [CELL_LANGUAGE, 'sql'].map((language) => ({ notebook: NOTEBOOK_TYPE, language })),
      initializationOptions: () => ({ engine, settings: typeScriptSettings() }) satisfies LanguageOptions,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        async closed() {
          lost = Date.now() - since > STEADY_MS ? 1 : lost + 1;
          const pause = Math.min(FIRST_PAUSE_MS * 2 ** (lost - 1), LONGEST_PAUSE_MS);
          report.warn(`The language server has ended; another one starts in ${pause / 1000} s.`);
          await new Promise((done) => setTimeout(done, pause));
          since = Date.now();
          return { action: CloseAction.Restart, handled: true };
        },
      },
      middleware: {
        async provideRenameEdits(document, position, newName, token, next) {
          const edit = await next(document, position, newName, token);
          return edit && withTableNames(edit);
        },
      },
    },
  );
  await client.start();
  const configured = vscode.workspace.onDidChangeConfiguration((change) => {
    if (SETTINGS.some((section) => change.affectsConfiguration(section)))
      void client.sendNotification(DidChangeConfigurationNotification.type, { settings: typeScriptSettings() });
  });
  return {
    async stop() {
      configured.dispose();
      await client.dispose().catch((error) => report.debug(`The language server ended badly: ${error}`));
      return null;
    },
  };
}

/** The name of an SQL cell's table is no text of a cell: it stands in the cell's metadata. */
function withTableNames(renamed: vscode.WorkspaceEdit): vscode.WorkspaceEdit {
  const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
  const edit = new vscode.WorkspaceEdit();
  for (const [uri, edits] of renamed.entries()) {
    if (uri.scheme !== TABLE_SCHEME) {
      edit.set(uri, edits);
      continue;
    }
    const cell = cells.find(({ document }) => document.uri.toString() === uri.query);
    const [name] = edits;
    if (!cell || !name) continue;
    const metadata = withMetadata(cell, { declares: name.newText });
    edit.set(cell.notebook.uri, [vscode.NotebookEdit.updateCellMetadata(cell.index, metadata)]);
  }
  return edit;
}
