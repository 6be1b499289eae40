import ts from 'typescript';
import { type CodeAction, CodeActionKind, type CodeActionParams, type Diagnostic } from 'vscode-languageserver/node';
import type { View } from './view.ts';

/** Remedies for what is wrong at a place, and what tidies imports. */
export function codeActions(view: View, { context }: CodeActionParams): CodeAction[] {
  const asked = (kind: string) =>
    !context.only || context.only.some((one) => kind === one || kind.startsWith(`${one}.`));
  return [
    ...(asked(CodeActionKind.QuickFix) ? context.diagnostics.flatMap((problem) => fixes(view, problem)) : []),
    ...(context.only && asked(CodeActionKind.SourceOrganizeImports) ? [organizeImports(view)] : []),
  ];
}

function fixes(view: View, problem: Diagnostic): CodeAction[] {
  if (typeof problem.code !== 'number') return [];
  const { start, length } = view.span(problem.range);
  const found = view.service.getCodeFixesAtPosition(
    view.path,
    start,
    start + length,
    [problem.code],
    view.format(),
    view.preferences,
  );
  return found
    .filter(({ changes }) => changes.every(({ isNewFile }) => !isNewFile))
    .map(({ description, changes, fixName }) => ({
      title: description,
      kind: CodeActionKind.QuickFix,
      diagnostics: [problem],
      isPreferred: PREFERRED.has(fixName),
      edit: view.workspaceEdit(changes),
    }));
}

/** Remedies that are nearly always meant. */
const PREFERRED = new Set(['import', 'spelling', 'awaitInSyncFunction', 'addMissingAwait', 'unusedIdentifier']);

function organizeImports(view: View): CodeAction {
  const mode = ts.OrganizeImportsMode.All;
  const changes = view.service.organizeImports(
    { type: 'file', fileName: view.path, mode },
    view.format(),
    view.preferences,
  );
  return {
    title: 'Organize Imports',
    kind: CodeActionKind.SourceOrganizeImports,
    edit: view.workspaceEdit(changes),
  };
}
