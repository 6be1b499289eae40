import ts from 'typescript';
import type { FormattingOptions, Location, Position, Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TypeScriptSettings } from '../../protocol/language.ts';
import type { OpenDocuments } from './documents.ts';
import type { Project } from './project.ts';

/** One file of a project as things are now: positions of the protocol on one side, offsets on the other. */
export class View {
  readonly path: string;
  /** How code is suggested and written. */
  readonly preferences: ts.UserPreferences;
  readonly #format: TypeScriptSettings['format'];
  readonly #project: Project;
  readonly #documents: OpenDocuments;
  readonly #program: ts.Program;

  constructor(project: Project, documents: OpenDocuments, path: string, settings: TypeScriptSettings) {
    this.path = path;
    this.preferences = preferencesOf(settings);
    this.#format = settings.format;
    this.#project = project;
    this.#documents = documents;
    this.#program = project.program();
  }

  get service(): ts.LanguageService {
    return this.#project.service;
  }

  get document(): TextDocument {
    return this.documentOf(this.path);
  }

  /** How code is laid out. */
  format({ tabSize = 2, insertSpaces = true }: Partial<FormattingOptions> = {}): ts.FormatCodeSettings {
    const layout = { indentSize: tabSize, tabSize, convertTabsToSpaces: insertSpaces };
    return { ...ts.getDefaultFormatCodeSettings('\n'), ...this.#format, ...layout };
  }

  offset(position: Position): number {
    return this.document.offsetAt(position);
  }

  span({ start, end }: Range): ts.TextSpan {
    const from = this.offset(start);
    return { start: from, length: this.offset(end) - from };
  }

  range(span: ts.TextSpan, path = this.path): Range {
    const document = this.documentOf(path);
    return { start: document.positionAt(span.start), end: document.positionAt(span.start + span.length) };
  }

  location({ fileName, textSpan }: { readonly fileName: string; readonly textSpan: ts.TextSpan }): Location {
    return { uri: this.uri(fileName), range: this.range(textSpan, fileName) };
  }

  uri(path: string): string {
    return this.#documents.uriOf(path);
  }

  edits(changes: readonly ts.TextChange[], path = this.path): TextEdit[] {
    return changes.map(({ span, newText }) => ({ range: this.range(span, path), newText }));
  }

  workspaceEdit(changes: readonly ts.FileTextChanges[]): WorkspaceEdit {
    return {
      changes: Object.fromEntries(
        changes.map(({ fileName, textChanges }) => [this.uri(fileName), this.edits(textChanges, fileName)]),
      ),
    };
  }

  /** The text of any file of the project, with its lines as the protocol counts them. */
  documentOf(path: string): TextDocument {
    const open = this.#documents.get(path);
    if (open) return open.document;
    const source = this.#program.getSourceFile(path);
    if (!source) return TextDocument.create(path, '', 0, ts.sys.readFile(path) ?? '');
    let document = KNOWN.get(source);
    if (!document) {
      document = TextDocument.create(path, '', 0, source.text);
      KNOWN.set(source, document);
    }
    return document;
  }
}

const KNOWN = new WeakMap<ts.SourceFile, TextDocument>();

/** Hints are for those who ask for them, as in VS Code. */
function preferencesOf({ inlayHints = {}, preferences = {} }: TypeScriptSettings): ts.UserPreferences {
  const { parameterNames, parameterTypes, variableTypes, propertyDeclarationTypes } = inlayHints;
  const { quoteStyle, importModuleSpecifier, importModuleSpecifierEnding, preferTypeOnlyAutoImports } = preferences;
  return {
    includeCompletionsForModuleExports: true,
    includeCompletionsForImportStatements: true,
    includeCompletionsWithInsertText: true,
    includeCompletionsWithSnippetText: true,
    includeAutomaticOptionalChainCompletions: true,
    useLabelDetailsInCompletionEntries: true,
    allowIncompleteCompletions: true,
    quotePreference: quoteStyle ?? 'auto',
    ...(importModuleSpecifier && { importModuleSpecifierPreference: importModuleSpecifier }),
    ...(importModuleSpecifierEnding && { importModuleSpecifierEnding }),
    preferTypeOnlyAutoImports: preferTypeOnlyAutoImports ?? false,
    providePrefixAndSuffixTextForRename: preferences.useAliasesForRenames ?? true,
    includeInlayParameterNameHints: parameterNames?.enabled ?? 'none',
    includeInlayParameterNameHintsWhenArgumentMatchesName: parameterNames?.suppressWhenArgumentMatchesName === false,
    includeInlayFunctionParameterTypeHints: parameterTypes?.enabled ?? false,
    includeInlayVariableTypeHints: variableTypes?.enabled ?? false,
    includeInlayVariableTypeHintsWhenTypeMatchesName: variableTypes?.suppressWhenTypeMatchesName === false,
    includeInlayPropertyDeclarationTypeHints: propertyDeclarationTypes?.enabled ?? false,
    includeInlayFunctionLikeReturnTypeHints: inlayHints.functionLikeReturnTypes?.enabled ?? false,
    includeInlayEnumMemberValueHints: inlayHints.enumMemberValues?.enabled ?? false,
  };
}
