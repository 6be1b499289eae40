import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Diagnostic, DiagnosticSeverity, type Position } from 'vscode-languageserver/node';
import { cellLines, type DocumentCell, type NotebookDocument } from '../notebook/document.ts';
import { parseSql } from '../notebook/sqlText.ts';
import { diagnose } from './diagnostics.ts';
import { LanguageNotebook } from './notebook.ts';
import { LanguageNotebooks } from './notebooks.ts';
import { TypeScriptEngine } from './typescript/typeScriptEngine.ts';

/** Something wrong with a notebook. Lines and columns count from 1. */
export interface CheckedProblem {
  /** The cell's place in the file, from 0; Markdown counts. */
  readonly index: number;
  readonly title: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** TypeScript's number, where it is TypeScript that says so. */
  readonly code?: number;
  /** In the cell as it is shown. */
  readonly line: number;
  readonly column: number;
  /** In the file. */
  readonly file: { readonly line: number; readonly column: number };
}

/**
 * Everything wrong with a notebook's text, in page order, as an editor marks it.
 * @param types the folder of the declarations that come with Memoir
 */
export async function checkNotebook(
  document: NotebookDocument,
  path: string,
  types: string,
): Promise<CheckedProblem[]> {
  const engine = new TypeScriptEngine();
  try {
    const notebooks = new LanguageNotebooks();
    const notebook = new LanguageNotebook(pathToFileURL(resolve(path)).href, path, engine, types);
    notebooks.add(notebook);
    notebook.update(
      document.cells.flatMap(({ kind, source, declares, title, options }, index) =>
        kind === 'markdown' ? [] : [{ id: String(index), kind, text: source, declares, title, options, index }],
      ),
    );
    notebooks.index(notebook);
    const lines = cellLines(document);
    const found = await diagnose(engine, notebook, notebooks, { graph: true });
    return found.flatMap(({ cell, diagnostics }) => {
      const index = Number(cell);
      const told = diagnostics.filter(
        ({ severity }) => severity !== undefined && severity <= DiagnosticSeverity.Warning,
      );
      return told.map((one) => problemOf(one, document.cells[index]!, index, lines[index]!));
    });
  } finally {
    engine.dispose();
  }
}

function problemOf(
  { range: { start }, severity, message, code }: Diagnostic,
  cell: DocumentCell,
  index: number,
  first: number,
): CheckedProblem {
  const inFile = cell.kind === 'sql' ? inStatement(cell, start) : start;
  return {
    index,
    title: cell.title,
    severity: severity === DiagnosticSeverity.Error ? 'error' : 'warning',
    message: typeof message === 'string' ? message : message.value,
    ...(typeof code === 'number' && { code }),
    line: start.line + 1,
    column: start.character + 1,
    file: { line: first + inFile.line + 1, column: inFile.character + 1 },
  };
}

/** A place in SQL as a place in the statement that holds it. */
function inStatement({ raw }: DocumentCell, { line, character }: Position): Position {
  if (typeof raw !== 'string') return { line, character };
  const statement = raw.replace(/\r\n?/g, '\n').replace(/^\/\/ %%[^\n]*\n/, '');
  const layout = parseSql(statement)?.layout;
  const open = statement.indexOf('`');
  const above = statement.slice(0, open).split('\n');
  if (layout?.lead) return { line: line + above.length, character: character + layout.indent.length };
  return line === 0
    ? { line: above.length - 1, character: above.at(-1)!.length + 1 + character }
    : { line: line + above.length - 1, character };
}
