import ts from 'typescript';
import {
  type DocumentRangeFormattingParams,
  type DocumentSymbol,
  type FoldingRange,
  type InlayHint,
  InlayHintKind,
  type InlayHintParams,
  type SemanticTokens,
  SemanticTokensBuilder,
  SymbolKind,
  type TextEdit,
} from 'vscode-languageserver/node';
import type { View } from './view.ts';

/** What each name of a file is. */
export function semanticTokens(view: View): SemanticTokens {
  const { service, path, document } = view;
  const { spans } = service.getEncodedSemanticClassifications(
    path,
    { start: 0, length: document.getText().length },
    ts.SemanticClassificationFormat.TwentyTwenty,
  );
  const builder = new SemanticTokensBuilder();
  for (let at = 0; at < spans.length; at += 3) {
    const { line, character } = document.positionAt(spans[at]!);
    const classification = spans[at + 2]!;
    builder.push(line, character, spans[at + 1]!, (classification >> 8) - 1, classification & 255);
  }
  return builder.build();
}

/** What a file declares, as a tree. */
export function symbols(view: View): DocumentSymbol[] {
  return (view.service.getNavigationTree(view.path).childItems ?? []).flatMap((item) => symbolOf(view, item) ?? []);
}

function symbolOf(view: View, item: ts.NavigationTree): DocumentSymbol | null {
  const [span] = item.spans;
  if (!span || item.kind === ts.ScriptElementKind.alias) return null; // an import is no declaration of its own
  return {
    name: item.text || '(anonymous)',
    kind: SYMBOLS[item.kind] ?? SymbolKind.Variable,
    range: view.range(span),
    selectionRange: view.range(item.nameSpan ?? span),
    children: (item.childItems ?? []).flatMap((child) => symbolOf(view, child) ?? []),
  };
}

const SYMBOLS: Readonly<Record<string, SymbolKind>> = {
  [ts.ScriptElementKind.functionElement]: SymbolKind.Function,
  [ts.ScriptElementKind.localFunctionElement]: SymbolKind.Function,
  [ts.ScriptElementKind.memberFunctionElement]: SymbolKind.Method,
  [ts.ScriptElementKind.memberGetAccessorElement]: SymbolKind.Property,
  [ts.ScriptElementKind.memberSetAccessorElement]: SymbolKind.Property,
  [ts.ScriptElementKind.memberVariableElement]: SymbolKind.Property,
  [ts.ScriptElementKind.constructorImplementationElement]: SymbolKind.Constructor,
  [ts.ScriptElementKind.classElement]: SymbolKind.Class,
  [ts.ScriptElementKind.interfaceElement]: SymbolKind.Interface,
  [ts.ScriptElementKind.typeElement]: SymbolKind.Class,
  [ts.ScriptElementKind.enumElement]: SymbolKind.Enum,
  [ts.ScriptElementKind.enumMemberElement]: SymbolKind.EnumMember,
  [ts.ScriptElementKind.moduleElement]: SymbolKind.Module,
  [ts.ScriptElementKind.constElement]: SymbolKind.Constant,
};

export function folding(view: View): FoldingRange[] {
  return view.service.getOutliningSpans(view.path).map(({ textSpan, kind }) => {
    const { start, end } = view.range(textSpan);
    const folded = kind === 'comment' || kind === 'imports' || kind === 'region' ? { kind } : {};
    return {
      startLine: start.line,
      startCharacter: start.character,
      endLine: end.line,
      endCharacter: end.character,
      ...folded,
    };
  });
}

export function formatting(view: View, { range, options }: DocumentRangeFormattingParams): TextEdit[] {
  const { start, length } = view.span(range);
  const settings = view.format(options);
  return view.edits(view.service.getFormattingEditsForRange(view.path, start, start + length, settings));
}

export function inlayHints(view: View, { range }: InlayHintParams): InlayHint[] {
  const found = view.service.provideInlayHints(view.path, view.span(range), view.preferences);
  return found.map(({ position, text, displayParts, kind, whitespaceBefore, whitespaceAfter }) => ({
    position: view.range({ start: position, length: 0 }).start,
    label: displayParts?.map((part) => part.text).join('') || text,
    ...(kind === ts.InlayHintKind.Parameter && { kind: InlayHintKind.Parameter }),
    ...(kind === ts.InlayHintKind.Type && { kind: InlayHintKind.Type }),
    paddingLeft: whitespaceBefore ?? false,
    paddingRight: whitespaceAfter ?? false,
  }));
}
