import type { Location, Range, TextDocumentPositionParams, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import { TABLE_SCHEME } from '../protocol/language.ts';
import type { LanguageNotebook } from './notebook.ts';
import { unmark } from './privateNames.ts';

/** All open notebooks: which cell belongs to which, and where a place in a module is in a cell. */
export class LanguageNotebooks {
  readonly #byUri = new Map<string, LanguageNotebook>();
  readonly #byCell = new Map<string, LanguageNotebook>();

  get all(): readonly LanguageNotebook[] {
    return [...this.#byUri.values()];
  }

  add(notebook: LanguageNotebook): void {
    this.#byUri.set(notebook.uri, notebook);
  }

  /** Notes which cells a notebook has now. */
  index(notebook: LanguageNotebook): void {
    for (const [cell, owner] of this.#byCell) if (owner === notebook) this.#byCell.delete(cell);
    for (const { id } of notebook.cells) this.#byCell.set(id, notebook);
  }

  remove(notebook: LanguageNotebook): void {
    this.#byUri.delete(notebook.uri);
    for (const [cell, owner] of this.#byCell) if (owner === notebook) this.#byCell.delete(cell);
    notebook.close();
  }

  /** The notebook with a cell. */
  of(cell: string): LanguageNotebook | undefined {
    return this.#byCell.get(cell);
  }

  /** The notebook with a file. */
  at(uri: string): LanguageNotebook | undefined {
    return this.#byUri.get(uri);
  }

  /** A place in a cell as one in its module. */
  place({ textDocument, position }: TextDocumentPositionParams) {
    const notebook = this.of(textDocument.uri);
    const inModule = notebook?.virtual.toVirtual(textDocument.uri, position);
    return notebook && inModule
      ? { notebook, place: { textDocument: { uri: notebook.uri }, position: inModule } }
      : null;
  }

  /** A place as an editor knows it; null for one in a line of ours. */
  locate({ uri, range }: Location): Location | null {
    const notebook = this.at(uri);
    if (!notebook) return { uri, range };
    const { virtual } = notebook;
    const table = virtual.tableAt(range);
    if (table) return { uri: table, range: START };
    const found = virtual.rangeToCell(range);
    return found && { uri: found.cell, range: found.range };
  }

  /**
   * Edits of modules as edits of cells. What belongs at the head of a module goes to the notebook's first cell, what
   * belongs behind it to the end of `last`.
   */
  edit({ changes = {}, documentChanges = [] }: WorkspaceEdit, last: string | null = null): WorkspaceEdit {
    const all = [
      ...Object.entries(changes).flatMap(([uri, edits]) => edits.map((edit) => ({ uri, edit }))),
      ...documentChanges.flatMap((change) =>
        'edits' in change
          ? change.edits.flatMap((edit) => ('newText' in edit ? [{ uri: change.textDocument.uri, edit }] : []))
          : [],
      ),
    ];
    const placed = all.flatMap(({ uri, edit }) => this.#placeEdit(uri, edit, last) ?? []);
    const byUri = Map.groupBy(placed, ({ uri }) => uri);
    return { changes: Object.fromEntries([...byUri].map(([uri, edits]) => [uri, edits.map(({ edit }) => edit)])) };
  }

  #placeEdit(uri: string, edit: TextEdit, last: string | null): { uri: string; edit: TextEdit } | null {
    const notebook = this.at(uri);
    if (!notebook) return { uri, edit: unmark(edit) };
    const { virtual } = notebook;
    const table = virtual.tableAt(edit.range);
    if (table)
      return { uri: `${TABLE_SCHEME}:?${encodeURIComponent(table)}`, edit: { range: START, newText: edit.newText } };
    const found = virtual.editToCell(edit, last);
    return found && { uri: found.cell, edit: unmark(found.edit) };
  }
}

const START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
