import ts from 'typescript';
import {
  type CompletionItem,
  CompletionItemKind,
  CompletionItemTag,
  type CompletionList,
  type CompletionParams,
  InsertTextFormat,
  MarkupKind,
} from 'vscode-languageserver/node';
import { documentationOf } from './text.ts';
import type { View } from './view.ts';

/** What is needed to tell more of a suggestion. */
interface CompletionData {
  readonly file: string;
  readonly offset: number;
  readonly name: string;
  readonly source?: string | undefined;
  readonly data?: ts.CompletionEntryData | undefined;
}

/** What could stand at a place. */
export function completions(view: View, { position, context }: CompletionParams): CompletionList | null {
  const offset = view.offset(position);
  const trigger = context?.triggerCharacter as ts.CompletionsTriggerCharacter | undefined; // one of those that were registered
  const found = view.service.getCompletionsAtPosition(
    view.path,
    offset,
    { ...view.preferences, ...(trigger && { triggerCharacter: trigger }) },
    view.format(),
  );
  if (!found) return null;
  const replaced = found.optionalReplacementSpan && endAt(view.range(found.optionalReplacementSpan), position); // one object for all
  return {
    isIncomplete: found.isIncomplete ?? false,
    items: found.entries.map((entry) => {
      const range = entry.replacementSpan ? endAt(view.range(entry.replacementSpan), position) : replaced;
      const data: CompletionData = {
        file: view.path,
        offset,
        name: entry.name,
        source: entry.source,
        data: entry.data,
      };
      const newText = entry.insertText ?? entry.name;
      return {
        label: entry.name,
        kind: KINDS[entry.kind] ?? CompletionItemKind.Property,
        sortText: entry.sortText,
        ...(entry.labelDetails && { labelDetails: entry.labelDetails }),
        ...(entry.filterText !== undefined && { filterText: entry.filterText }),
        ...(entry.isSnippet && { insertTextFormat: InsertTextFormat.Snippet }),
        ...(entry.kindModifiers?.includes('deprecated') && { tags: [CompletionItemTag.Deprecated] }),
        ...(entry.isRecommended && { preselect: true }),
        ...(range ? { textEdit: { range, newText } } : { insertText: newText }),
        data,
      };
    }),
  };
}

/** A suggestion with its type, its documentation and the import that it needs. */
export function resolveCompletion(viewOf: (path: string) => View, item: CompletionItem): CompletionItem {
  const { file, offset, name, source, data } = item.data as CompletionData; // made above
  const view = viewOf(file);
  const details = view.service.getCompletionEntryDetails(
    file,
    offset,
    name,
    view.format(),
    source,
    view.preferences,
    data,
  );
  if (!details) return item;
  const imports = (details.codeActions ?? [])
    .flatMap(({ changes }) => changes)
    .filter(({ fileName }) => fileName === file)
    .flatMap(({ textChanges }) => view.edits(textChanges));
  const added = details.codeActions?.map(({ description }) => description).join('\n');
  return {
    ...item,
    detail: [added, ts.displayPartsToString(details.displayParts)].filter(Boolean).join('\n'),
    documentation: { kind: MarkupKind.Markdown, value: documentationOf(details.documentation, details.tags) },
    ...(imports.length && { additionalTextEdits: imports }),
  };
}

/** A suggestion replaces what stands in front of the cursor, not the word behind it. */
function endAt(
  range: { start: CompletionParams['position']; end: CompletionParams['position'] },
  end: CompletionParams['position'],
) {
  return { start: range.start, end };
}

const KINDS: Readonly<Record<string, CompletionItemKind>> = {
  [ts.ScriptElementKind.primitiveType]: CompletionItemKind.Keyword,
  [ts.ScriptElementKind.keyword]: CompletionItemKind.Keyword,
  [ts.ScriptElementKind.constElement]: CompletionItemKind.Constant,
  [ts.ScriptElementKind.letElement]: CompletionItemKind.Variable,
  [ts.ScriptElementKind.variableElement]: CompletionItemKind.Variable,
  [ts.ScriptElementKind.localVariableElement]: CompletionItemKind.Variable,
  [ts.ScriptElementKind.parameterElement]: CompletionItemKind.Variable,
  [ts.ScriptElementKind.alias]: CompletionItemKind.Variable,
  [ts.ScriptElementKind.functionElement]: CompletionItemKind.Function,
  [ts.ScriptElementKind.localFunctionElement]: CompletionItemKind.Function,
  [ts.ScriptElementKind.memberFunctionElement]: CompletionItemKind.Method,
  [ts.ScriptElementKind.constructSignatureElement]: CompletionItemKind.Method,
  [ts.ScriptElementKind.callSignatureElement]: CompletionItemKind.Method,
  [ts.ScriptElementKind.enumElement]: CompletionItemKind.Enum,
  [ts.ScriptElementKind.enumMemberElement]: CompletionItemKind.EnumMember,
  [ts.ScriptElementKind.moduleElement]: CompletionItemKind.Module,
  [ts.ScriptElementKind.externalModuleName]: CompletionItemKind.Module,
  [ts.ScriptElementKind.classElement]: CompletionItemKind.Class,
  [ts.ScriptElementKind.typeElement]: CompletionItemKind.Class,
  [ts.ScriptElementKind.interfaceElement]: CompletionItemKind.Interface,
  [ts.ScriptElementKind.typeParameterElement]: CompletionItemKind.TypeParameter,
  [ts.ScriptElementKind.warning]: CompletionItemKind.Text,
  [ts.ScriptElementKind.scriptElement]: CompletionItemKind.File,
  [ts.ScriptElementKind.directory]: CompletionItemKind.Folder,
  [ts.ScriptElementKind.string]: CompletionItemKind.Constant,
};
