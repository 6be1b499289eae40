import {
  CodeActionKind,
  type Connection,
  type DocumentFormattingParams,
  type InitializeResult,
  type TextEdit,
} from 'vscode-languageserver/node';
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
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
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
  connection.onDocumentFormatting((params) => format(params, features, notebooks));
  connection.onDocumentRangeFormatting(({ textDocument, options, range }) =>
    features.formatting(textDocument.uri, options, range),
  );
  connection.onDocumentSymbol(({ textDocument }) => outline.symbols(textDocument.uri));
  connection.onFoldingRanges(({ textDocument }) => outline.folding(textDocument.uri));
  connection.languages.semanticTokens.on(({ textDocument }) => outline.tokens(textDocument.uri));
  connection.languages.inlayHint.on(({ textDocument, range }) => features.inlayHints(textDocument.uri, range));
  connection.onExecuteCommand(async ({ command, arguments: [edit] = [] }) => {
    if (command === APPLY_EDIT) await connection.workspace.applyEdit(edit);
  });
}

/** A whole cell, by the formatter of its workspace where there is one, else by TypeScript's. */
async function format(
  { textDocument, options }: DocumentFormattingParams,
  features: Features,
  notebooks: LanguageNotebooks,
): Promise<TextEdit[]> {
  const notebook = notebooks.of(textDocument.uri);
  const cell = notebook?.cells.find(({ id }) => id === textDocument.uri);
  if (!notebook || cell?.kind !== 'code') return [];
  const formatted = await formatWithWorkspace(cell.text, notebook.path);
  if (formatted === null) return features.formatting(textDocument.uri, options, null);
  const lines = cell.text.split(/\r\n?|\n/);
  const end = { line: lines.length - 1, character: lines.at(-1)!.length };
  return [{ range: { start: { line: 0, character: 0 }, end }, newText: formatted.trimEnd() }];
}
