import ts from 'typescript';
import {
  CodeActionRequest,
  CompletionRequest,
  CompletionResolveRequest,
  DefinitionRequest,
  DocumentDiagnosticRequest,
  DocumentHighlightRequest,
  DocumentRangeFormattingRequest,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  HoverRequest,
  InlayHintRequest,
  PrepareRenameRequest,
  type ProtocolRequestType,
  ReferencesRequest,
  RenameRequest,
  SemanticTokensRequest,
  SignatureHelpRequest,
  type TextDocumentContentChangeEvent,
  type TextDocumentItem,
  TypeDefinitionRequest,
} from 'vscode-languageserver/node';
import type { TypeScriptSettings } from '../../protocol/language.ts';
import { type Engine, type FileChange, LEGEND } from '../engine.ts';
import { codeActions } from './codeActions.ts';
import { completions, resolveCompletion } from './completions.ts';
import { diagnostics } from './diagnostics.ts';
import { OpenDocuments, pathOf } from './documents.ts';
import { hover, signatureHelp } from './information.ts';
import { definitions, highlights, prepareRename, references, rename, typeDefinitions } from './navigation.ts';
import { configOf, Project } from './project.ts';
import { folding, formatting, inlayHints, semanticTokens, symbols } from './structure.ts';
import { View } from './view.ts';

type Answer<P> = (view: View, params: P) => unknown;

/** What each question is answered by. */
const ANSWERS = new Map<string, Answer<never>>([
  answer(CompletionRequest.type, completions),
  answer(HoverRequest.type, hover),
  answer(SignatureHelpRequest.type, signatureHelp),
  answer(DefinitionRequest.type, definitions),
  answer(TypeDefinitionRequest.type, typeDefinitions),
  answer(ReferencesRequest.type, references),
  answer(DocumentHighlightRequest.type, highlights),
  answer(PrepareRenameRequest.type, prepareRename),
  answer(RenameRequest.type, rename),
  answer(DocumentDiagnosticRequest.type, diagnostics),
  answer(CodeActionRequest.type, codeActions),
  answer(SemanticTokensRequest.type, semanticTokens),
  answer(DocumentSymbolRequest.type, symbols),
  answer(FoldingRangeRequest.type, folding),
  answer(DocumentRangeFormattingRequest.type, formatting),
  answer(InlayHintRequest.type, inlayHints),
]);

/** TypeScript 6 in this very process. */
export class TypeScriptEngine implements Engine {
  readonly legend = LEGEND;
  readonly #documents = new OpenDocuments();
  readonly #registry = ts.createDocumentRegistry(ts.sys.useCaseSensitiveFileNames);
  #settings: TypeScriptSettings = {};
  readonly #projects = new Map<string | null, Project>();

  configure(settings: TypeScriptSettings): void {
    this.#settings = settings;
  }

  open(item: TextDocumentItem): void {
    const { path } = this.#documents.open(item);
    if (isNotebook(path)) this.#project(configOf(path)).add(path);
    else this.#changed();
  }

  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    this.#documents.change(uri, version, changes);
    this.#changed();
  }

  close(uri: string): void {
    const path = pathOf(uri);
    this.#documents.close(uri);
    this.#changed();
    for (const [config, project] of this.#projects) {
      if (!project.has(path) || project.remove(path)) continue;
      project.dispose();
      this.#projects.delete(config);
    }
  }

  filesChanged(changes: readonly FileChange[]): void {
    const paths = changes.map(({ uri }) => pathOf(uri));
    const moved = changes.some(({ type }) => type !== 2);
    for (const project of this.#projects.values()) project.filesChanged(paths, moved);
    if (paths.some((path) => /[\\/][tj]sconfig\.json$/.test(path))) this.#regroup();
  }

  async ask<P, R, PR, E, RO>(type: ProtocolRequestType<P, R, PR, E, RO>, params: P): Promise<R> {
    if (type.method === CompletionResolveRequest.method)
      return resolveCompletion((path) => this.#view(path), params as never) as R; // the method says what it is given
    const found = ANSWERS.get(type.method);
    const { uri } = (params as { textDocument: { uri: string } }).textDocument; // as every question but the one above
    if (!found) throw new Error(`Nobody answers ${type.method}.`);
    return found(this.#view(pathOf(uri)), params as never) as R; // `answer` has paired them
  }

  dispose(): void {
    for (const project of this.#projects.values()) project.dispose();
    this.#projects.clear();
  }

  #view(path: string): View {
    const project = [...this.#projects.values()].find((candidate) => candidate.has(path));
    if (!project) throw new Error(`${path} is not open.`);
    return new View(project, this.#documents, path, this.#settings);
  }

  #project(config: string | null): Project {
    let project = this.#projects.get(config);
    if (!project) {
      project = new Project(config, this.#documents, this.#registry);
      this.#projects.set(config, project);
    }
    return project;
  }

  #changed(): void {
    for (const project of this.#projects.values()) project.changed();
  }

  /** Some tsconfig.json came or went: notebooks may belong to another one. */
  #regroup(): void {
    this.dispose();
    for (const path of this.#documents.paths) if (isNotebook(path)) this.#project(configOf(path)).add(path);
  }
}

function isNotebook(path: string): boolean {
  return /\.memoir\.[tj]s$/.test(path);
}

function answer<P, R, PR, E, RO>(
  type: ProtocolRequestType<P, R, PR, E, RO>,
  by: (view: View, params: P) => R | null,
): [string, Answer<never>] {
  return [type.method, by as Answer<never>];
}
