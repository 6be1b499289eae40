import ts from 'typescript';
import {
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import type { View } from './view.ts';

/** Everything TypeScript has to say about a file. */
export function diagnostics(view: View): DocumentDiagnosticReport {
  const { service, path } = view;
  const found = [
    ...service.getSyntacticDiagnostics(path),
    ...service.getSemanticDiagnostics(path),
    ...service.getSuggestionDiagnostics(path),
  ];
  return { kind: 'full', items: found.map((one) => toDiagnostic(view, one)) };
}

const SEVERITIES: Readonly<Record<ts.DiagnosticCategory, DiagnosticSeverity>> = {
  [ts.DiagnosticCategory.Error]: DiagnosticSeverity.Error,
  [ts.DiagnosticCategory.Warning]: DiagnosticSeverity.Warning,
  [ts.DiagnosticCategory.Suggestion]: DiagnosticSeverity.Hint,
  [ts.DiagnosticCategory.Message]: DiagnosticSeverity.Information,
};

function toDiagnostic(view: View, one: ts.Diagnostic): Diagnostic {
  const related = (one.relatedInformation ?? []).flatMap(({ file, start, length, messageText }) =>
    file && start !== undefined
      ? [
          {
            location: view.location({ fileName: file.fileName, textSpan: { start, length: length ?? 0 } }),
            message: ts.flattenDiagnosticMessageText(messageText, '\n'),
          },
        ]
      : [],
  );
  const tags = [
    ...(one.reportsUnnecessary ? [DiagnosticTag.Unnecessary] : []),
    ...(one.reportsDeprecated ? [DiagnosticTag.Deprecated] : []),
  ];
  return {
    range: view.range({ start: one.start ?? 0, length: one.length ?? 0 }),
    severity: SEVERITIES[one.category],
    code: one.code,
    source: 'ts',
    message: ts.flattenDiagnosticMessageText(one.messageText, '\n'),
    ...(tags.length && { tags }),
    ...(related.length && { relatedInformation: related }),
  };
}
