import ts from 'typescript';
import {
  type Hover,
  type HoverParams,
  MarkupKind,
  type SignatureHelp,
  type SignatureHelpParams,
} from 'vscode-languageserver/node';
import { documentationOf } from './text.ts';
import type { View } from './view.ts';

/** What stands at a place: its type and its documentation. */
export function hover(view: View, { position }: HoverParams): Hover | null {
  const found = view.service.getQuickInfoAtPosition(view.path, view.offset(position));
  if (!found) return null;
  const code = `\`\`\`typescript\n${ts.displayPartsToString(found.displayParts)}\n\`\`\``;
  const value = [code, documentationOf(found.documentation, found.tags)].filter(Boolean).join('\n\n');
  return { contents: { kind: MarkupKind.Markdown, value }, range: view.range(found.textSpan) };
}

/** The parameters of the call around a place. */
export function signatureHelp(view: View, { position, context }: SignatureHelpParams): SignatureHelp | null {
  const triggerCharacter = context?.triggerCharacter as ts.SignatureHelpTriggerCharacter | undefined; // one of those that were registered
  const found = view.service.getSignatureHelpItems(view.path, view.offset(position), {
    ...view.preferences,
    triggerReason:
      triggerCharacter && !context?.isRetrigger ? { kind: 'characterTyped', triggerCharacter } : { kind: 'invoked' },
  });
  if (!found) return null;
  const { items, selectedItemIndex, argumentIndex } = found;
  return {
    activeSignature: selectedItemIndex,
    activeParameter: argumentIndex,
    signatures: items.map((item) => {
      const parameters = item.parameters.map(({ displayParts, documentation }) => ({
        label: ts.displayPartsToString(displayParts),
        documentation: { kind: MarkupKind.Markdown, value: documentationOf(documentation, []) },
      }));
      const separator = ts.displayPartsToString(item.separatorDisplayParts);
      const label =
        ts.displayPartsToString(item.prefixDisplayParts) +
        parameters.map((parameter) => parameter.label).join(separator) +
        ts.displayPartsToString(item.suffixDisplayParts);
      const documentation = documentationOf(
        item.documentation,
        item.tags.filter(({ name }) => name !== 'param'),
      );
      return { label, parameters, documentation: { kind: MarkupKind.Markdown, value: documentation } };
    }),
  };
}
