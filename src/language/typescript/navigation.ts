import ts from 'typescript';
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type LocationLink,
  type PrepareRenameResult,
  type ReferenceParams,
  type RenameParams,
  ResponseError,
  type TextDocumentPositionParams,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { View } from './view.ts';

/** Where the name at a place is declared. */
export function definitions(view: View, { position }: TextDocumentPositionParams): LocationLink[] | null {
  const found = view.service.getDefinitionAndBoundSpan(view.path, view.offset(position));
  return found?.definitions ? linksOf(view, found.definitions, found.textSpan) : null;
}

/** Where the type of what stands at a place is declared. */
export function typeDefinitions(view: View, { position }: TextDocumentPositionParams): LocationLink[] | null {
  const found = view.service.getTypeDefinitionAtPosition(view.path, view.offset(position));
  return found ? linksOf(view, found) : null;
}

export function references(view: View, { position, context }: ReferenceParams): Location[] {
  const found = view.service.findReferences(view.path, view.offset(position)) ?? [];
  return found
    .flatMap((symbol) => symbol.references)
    .filter((one) => context.includeDeclaration || !one.isDefinition)
    .map((one) => view.location(one));
}

/** Where the name at a place stands in the same file. */
export function highlights(view: View, { position }: TextDocumentPositionParams): DocumentHighlight[] {
  const found = view.service.getDocumentHighlights(view.path, view.offset(position), [view.path]) ?? [];
  return found
    .flatMap(({ highlightSpans }) => highlightSpans)
    .map(({ kind, textSpan }) => ({
      range: view.range(textSpan),
      kind: kind === ts.HighlightSpanKind.writtenReference ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}

/** @throws ResponseError with the reason why the name at a place cannot be another one */
export function prepareRename(view: View, { position }: TextDocumentPositionParams): PrepareRenameResult {
  const info = view.service.getRenameInfo(view.path, view.offset(position), view.preferences);
  if (!info.canRename) throw new ResponseError(INVALID, info.localizedErrorMessage);
  return { range: view.range(info.triggerSpan), placeholder: info.displayName };
}

export function rename(view: View, params: RenameParams): WorkspaceEdit {
  prepareRename(view, params);
  const found = view.service.findRenameLocations(
    view.path,
    view.offset(params.position),
    false,
    false,
    view.preferences,
  );
  const changes = (found ?? []).map(({ fileName, textSpan, prefixText = '', suffixText = '' }) => ({
    fileName,
    textChanges: [{ span: textSpan, newText: prefixText + params.newName + suffixText }],
  }));
  const files = Map.groupBy(changes, ({ fileName }) => fileName);
  return view.workspaceEdit(
    [...files].map(([fileName, all]) => ({ fileName, textChanges: all.flatMap((one) => one.textChanges) })),
  );
}

/** `InvalidParams` of JSON-RPC. */
const INVALID = -32602;

function linksOf(view: View, found: readonly ts.DefinitionInfo[], origin?: ts.TextSpan): LocationLink[] {
  return found.map(({ fileName, textSpan, contextSpan }) => ({
    ...(origin && { originSelectionRange: view.range(origin) }),
    targetUri: view.uri(fileName),
    targetRange: view.range(contextSpan ?? textSpan, fileName),
    targetSelectionRange: view.range(textSpan, fileName),
  }));
}
