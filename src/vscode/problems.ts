import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { programCell } from '../notebook/documentCells.ts';
import type { GraphError } from '../notebook/graphErrors.ts';
import { Program } from '../notebook/program.ts';
import type { CellId } from '../protocol/kernel.ts';
import { NOTEBOOK_TYPE } from './contributions.ts';
import { cellOf } from './serializer.ts';

/** A mistake of the graph as it stands in a cell's text. */
export interface CellProblem {
  readonly error: GraphError;
  readonly range: vscode.Range;
}

/** What is typed is read once it has paused. */
const PAUSE_MS = 250;

/** Marks what is wrong between cells (a name declared twice, a circle, an assignment across) while they are typed. */
export class Problems implements Disposable {
  readonly #store = new DisposableStore();
  readonly #shown = this.#store.add(vscode.languages.createDiagnosticCollection('memoir'));
  readonly #programs = new Map<vscode.NotebookDocument, Program>();
  readonly #waiting = new Map<vscode.NotebookDocument, NodeJS.Timeout>();

  constructor() {
    const { workspace } = vscode;
    this.#store.add(workspace.onDidOpenNotebookDocument((notebook) => this.#look(notebook)));
    this.#store.add(workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)));
    this.#store.add(
      workspace.onDidChangeNotebookDocument(({ notebook, cellChanges, contentChanges }) => {
        if (contentChanges.length || cellChanges.some((it) => it.document || it.metadata)) this.#soon(notebook);
      }),
    );
    for (const notebook of workspace.notebookDocuments) this.#look(notebook);
  }

  /** The mistakes that stand in a cell. */
  of(cell: vscode.NotebookCell): CellProblem[] {
    const program = this.#programs.get(cell.notebook);
    const id = idOf(cell);
    if (!program?.cells.has(id)) return [];
    const errors = program.graph.cell(id).errors.filter(({ kind }) => kind !== 'syntax'); // the language service tells those
    return errors.map((error) => ({ error, range: rangeOf(cell, error) }));
  }

  /** Every name that some cell declares. */
  names(notebook: vscode.NotebookDocument): ReadonlySet<string> {
    const program = this.#programs.get(notebook);
    const ids = [...(program?.cells.keys() ?? [])];
    return new Set(ids.flatMap((id) => program!.analysis(id).declarations.map(({ name }) => name)));
  }

  /** Whether another cell uses a name that this one declares, beside `except`. */
  isUsedElsewhere(cell: vscode.NotebookCell, except: string): boolean {
    const program = this.#programs.get(cell.notebook)!;
    const own = program.analysis(idOf(cell)).declarations.map(({ name }) => name);
    const others = [...program.cells.keys()].filter((id) => id !== idOf(cell));
    const used = new Set(others.flatMap((id) => program.analysis(id).references.map(({ name }) => name)));
    return own.some((name) => name !== except && used.has(name));
  }

  dispose(): void {
    for (const notebook of [...this.#programs.keys()]) this.#forget(notebook);
    this.#store.dispose();
  }

  #soon(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#waiting.get(notebook));
    this.#waiting.set(
      notebook,
      setTimeout(() => this.#look(notebook), PAUSE_MS),
    );
  }

  #look(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== NOTEBOOK_TYPE || notebook.isClosed) return;
    const cells = notebook.getCells();
    const program = Program.of(
      cells.flatMap((cell) => programCell(cellOf(cell), idOf(cell), cell.index) ?? []),
      this.#programs.get(notebook),
    );
    this.#programs.set(notebook, program);
    this.#forgetGone(notebook);
    for (const cell of cells) this.#shown.set(cell.document.uri, this.of(cell).map(diagnosticOf));
  }

  /** A notebook that is read anew from its file has other cells. */
  #forgetGone(notebook: vscode.NotebookDocument): void {
    const cells = new Set(notebook.getCells().map(({ document }) => document.uri.toString()));
    for (const [uri] of this.#shown)
      if (uri.path === notebook.uri.path && !cells.has(uri.toString())) this.#shown.delete(uri);
  }

  #forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#waiting.get(notebook));
    this.#waiting.delete(notebook);
    this.#programs.delete(notebook);
    for (const cell of notebook.getCells()) this.#shown.delete(cell.document.uri);
  }
}

function diagnosticOf({ error, range }: CellProblem): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, error.message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'memoir';
  diagnostic.code = error.kind;
  return diagnostic;
}

/** An SQL cell's text is not the text that was read: there the whole first line is meant. */
function rangeOf({ document }: vscode.NotebookCell, { start, end }: GraphError): vscode.Range {
  if (document.languageId === 'sql') return document.lineAt(0).range;
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

function idOf(cell: vscode.NotebookCell): CellId {
  return cell.document.uri.toString() as CellId;
}
