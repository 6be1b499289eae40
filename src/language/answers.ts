import {
  CodeActionKind,
  type Connection,
  type DocumentFormattingParams,
  DocumentFormattingRequest,
  DocumentRangeFormattingRequest,
  type InitializeResult,
  type Range,
  type TextEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Engine, LEGEND } from './engine.ts';
import { Features } from './features.ts';
import { Fixes } from './fixes.ts';
import { formatWithWorkspace } from './formatter.ts';
import type { LanguageNotebooks } from './notebooks.ts';
import { Outline } from './outline.ts';
import { APPLY_EDIT, Suggestions } from './suggestions.ts';

/** What may be asked. */
export const CAPABILITIES: InitializeResult = {
  capabilities: {
    notebookDocumentSync: {
      notebookSelector: [
        { notebook: { notebookType: 'memoir' }, cells: [{ language: 'memoir-typescript' }, { language: 'sql' }] },
      ],
    },
    completionProvider: {
      triggerCharacters: ['.', '"', "'", '`', '/', '@', '<', '#', ' ', '*'],
      resolveProvider: true,
    },
    hoverProvider: true,
    signatureHelpProvider: { triggerCharacters: ['(', ',', '<'], retriggerCharacters: [')'] },
    definitionProvider: true,
    typeDefinitionProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    renameProvider: { prepareProvider: true },
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.SourceOrganizeImports] },
    documentSymbolProvider: true,
    foldingRangeProvider: true,
    semanticTokensProvider: { legend: LEGEND, full: true },
    inlayHintProvider: true,
    executeCommandProvider: { commands: [APPLY_EDIT] },
  },
};

/** Answers everything that an editor asks about cells. */
export function answerOn(connection: Connection, engine: Engine, notebooks: LanguageNotebooks): void {
  const features = new Features(engine, notebooks);
  const suggestions = new Suggestions(engine, notebooks);
  const fixes = new Fixes(engine, notebooks);
  const outline = new Outline(engine, notebooks);
  connection.onCompletion((params) => suggestions.at(params));
  connection.onCompletionResolve((item) => suggestions.resolve(item));
  connection.onHover((params) => features.hover(params));
  connection.onSignatureHelp((params) => features.signatureHelp(params));
  connection.onDefinition((params) => features.definition(params));
  connection.onTypeDefinition((params) => features.typeDefinition(params));
  connection.onReferences((params) => features.references(params));
  connection.onDocumentHighlight((params) => features.highlights(params));
  connection.onPrepareRename((params) => features.prepareRename(params));
  connection.onRenameRequest((params) => features.rename(params));
  connection.onCodeAction((params) => fixes.at(params));
  connection.onDocumentFormatting((params) => format(params, null, features, notebooks));
  connection.onDocumentRangeFormatting((params) => format(params, params.range, features, notebooks));
  connection.onDocumentSymbol(({ textDocument }) => outline.symbols(textDocument.uri));
  connection.onFoldingRanges(({ textDocument }) => outline.folding(textDocument.uri));
  connection.languages.semanticTokens.on(({ textDocument }) => outline.tokens(textDocument.uri));
  connection.languages.inlayHint.on(({ textDocument, range }) => features.inlayHints(textDocument.uri, range));
  connection.onExecuteCommand(async ({ command, arguments: [edit] = [] }) => {
    if (command === APPLY_EDIT) await connection.workspace.applyEdit(edit);
  });
}

/** Cells of code are formatted here; SQL is left to those who can. */
export function offerFormatting({ client }: Connection): void {
  const documentSelector = [{ notebook: 'memoir', language: 'memoir-typescript' }];
  void client.register(DocumentFormattingRequest.type, { documentSelector });
  void client.register(DocumentRangeFormattingRequest.type, { documentSelector });
}

/** A cell, or a part of it, by the formatter of its workspace where there is one, else by TypeScript's. */
async function format(
  { textDocument: { uri }, options }: DocumentFormattingParams,
  range: Range | null,
  features: Features,
  notebooks: LanguageNotebooks,
): Promise<TextEdit[]> {
  const notebook = notebooks.of(uri);
  const cell = notebook?.cells.find(({ id }) => id === uri);
  if (!notebook || cell?.kind !== 'code') return [];
  const document = TextDocument.create(uri, '', 0, cell.text);
  const only = range && { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  const formatted = await formatWithWorkspace(cell.text, notebook.path, only);
  if (formatted === null) return features.formatting(uri, options, range);
  const end = document.positionAt(cell.text.length);
  return [{ range: { start: { line: 0, character: 0 }, end }, newText: formatted.trimEnd() }];
}
