import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { cellTypeScript } from '../notebook/cellText.ts';
import { parseSql } from '../notebook/sqlText.ts';
import { NOTEBOOK_TYPE } from './contributions.ts';
import type { Notebooks } from './notebooks.ts';
import { cellOf } from './serializer.ts';

/** Marks what the database objected to where it stands in an SQL cell, until the cell is edited. */
export class SqlErrors implements Disposable {
  readonly #notebooks: Notebooks;
  readonly #store = new DisposableStore();
  readonly #shown = this.#store.add(vscode.languages.createDiagnosticCollection('memoir-sql'));

  constructor(notebooks: Notebooks) {
    this.#notebooks = notebooks;
    this.#store.add(notebooks.onStatus(() => this.#look()));
    this.#store.add(vscode.workspace.onDidCloseNotebookDocument(() => this.#look()));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #look(): void {
    const mine = vscode.workspace.notebookDocuments.filter(({ notebookType }) => notebookType === NOTEBOOK_TYPE);
    const cells = mine.flatMap((notebook) => notebook.getCells());
    const marks = cells
      .filter(({ document }) => document.languageId === 'sql')
      .flatMap((cell): [vscode.Uri, vscode.Diagnostic[]][] => {
        const mark = this.#mark(cell);
        return mark ? [[cell.document.uri, [mark]]] : [];
      });
    this.#shown.clear();
    this.#shown.set(marks);
  }

  #mark(cell: vscode.NotebookCell): vscode.Diagnostic | null {
    const notebook = this.#notebooks.of(cell);
    const state = notebook?.stateOf(cell);
    if (state?.status !== 'error' || notebook?.isEdited(cell)) return null;
    const [place, line, column] = PLACE.exec(state.error.message) ?? [];
    if (place === undefined) return null;
    const at = placeInSql(cell, Number(line), Number(column));
    const range = cell.document.getWordRangeAtPosition(at) ?? new vscode.Range(at, at.translate(0, 1));
    const mark = new vscode.Diagnostic(range, state.error.message.replace(place, ''), vscode.DiagnosticSeverity.Error);
    mark.source = 'memoir';
    return mark;
  }
}

/** How a message of the database ends that knows its place. */
const PLACE = / \(line (\d+), column (\d+) of the SQL\)/;
/** How long a value is to whoever counts columns: `${…}`. */
const VALUE = 4;

/** A place as the database counts it, in the text of the statement, as a place in the SQL that is shown. */
function placeInSql(cell: vscode.NotebookCell, line: number, column: number): vscode.Position {
  const layout = parseSql(cellTypeScript(cellOf(cell)))?.layout;
  const shownLine = Math.max(0, line - 1 - (layout?.lead ? 1 : 0));
  const indent = line > 1 ? (layout?.indent.length ?? 0) : 0;
  const text = cell.document.lineAt(Math.min(shownLine, cell.document.lineCount - 1)).text;
  let character = Math.max(0, column - 1 - indent);
  for (const { index, 0: value } of text.matchAll(/\$\{[^}]*\}/g))
    if (index < character) character += value.length - VALUE;
  return new vscode.Position(shownLine, Math.max(0, Math.min(character, text.length)));
}
