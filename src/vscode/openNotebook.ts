import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { CellState } from '../notebook/cellRun.ts';
import { programCell } from '../notebook/documentCells.ts';
import type { ProgramCell } from '../notebook/program.ts';
import type { Session } from '../notebook/session.ts';
import type { CellId } from '../protocol/kernel.ts';
import type { CellPainter } from './cellPainter.ts';
import { cellOf } from './serializer.ts';
import { nameTables } from './sqlCells.ts';
import { requireTrust } from './trust.ts';

/**
 * One notebook in the editor joined to its session. Cells count as they were when they last ran or the notebook was
 * saved; what is typed since is only marked as edited.
 */
export class OpenNotebook implements Disposable {
  readonly document: vscode.NotebookDocument;
  readonly session: Session;
  readonly #painter: CellPainter;
  readonly #onProgram: () => void;
  readonly #store = new DisposableStore();
  readonly #status = new Emitter<void>();
  readonly #applied = new Map<CellId, ProgramCell>();
  #cells: ReadonlyMap<CellId, vscode.NotebookCell> = new Map();
  #attached = false;

  /** The cells' status texts may be different now. */
  readonly onStatus = this.#status.event;

  /** @param onProgram called when the cells that count are other ones. */
  constructor(document: vscode.NotebookDocument, session: Session, painter: CellPainter, onProgram: () => void) {
    this.#onProgram = onProgram;
    this.document = document;
    this.session = session;
    this.#painter = painter;
    this.#store.add(session);
    this.#store.add(this.#status);
    this.#store.add(session.onChange((id) => this.#paint(id)));
  }

  /** Shows what is known of the notebook; runs nothing. */
  async open(): Promise<void> {
    this.#apply(this.document.getCells());
    await this.session.look();
  }

  /** The controller serves this notebook from now on; before, VS Code takes no outputs from it. */
  attach(): void {
    this.#attached = true;
    for (const id of this.session.program.cells.keys()) this.#paint(id);
  }

  /** Runs cells because a person asked for them. */
  async run(cells: readonly vscode.NotebookCell[], { again = false } = {}): Promise<void> {
    this.#attached = true; // it was asked through the controller
    const edited = this.#apply(cells);
    const asked = cells.filter((cell) => this.#programCell(cell));
    const all = this.document.getCells().every((cell) => asked.includes(cell) || !this.#programCell(cell));
    const some = () => this.session.run([...asked.map(idOf), ...edited], { again });
    for (const cell of cells) this.#painter.ask(cell);
    const ended = all && asked.length > 1 && !again ? this.session.runStale() : some();
    for (const cell of cells) this.#acknowledge(cell);
    await ended;
  }

  /** VS Code shows every cell that was asked for as queued; some have nothing to wait for. */
  #acknowledge(cell: vscode.NotebookCell): void {
    const { status } = this.stateOf(cell);
    const isBlank = !this.#programCell(cell);
    if (isBlank || status === 'disabled') this.#painter.acknowledge(cell, undefined);
    else if (status === 'done') this.#painter.acknowledge(cell, true);
  }

  /** Runs everything that is stale because a person asked for it. */
  async runStale(): Promise<void> {
    requireTrust();
    await this.session.runStale();
  }

  /** Takes over all edits, as after saving; what they changed runs where anything may. */
  async save(): Promise<void> {
    const changed = this.#apply(this.document.getCells());
    const { session } = this;
    if (changed.length) await (vscode.workspace.isTrusted ? session.run(changed) : session.look(changed));
    this.#status.fire();
  }

  /** Cells were added, removed, typed in or made SQL; that an output changed is no news. */
  async edited(change: vscode.NotebookDocumentChangeEvent): Promise<void> {
    const { cellChanges, contentChanges } = change;
    const shownOnly = cellChanges.every((it) => (it.outputs || it.executionSummary) && !it.document && !it.metadata);
    if (shownOnly && !contentChanges.length) return;
    this.#status.fire();
    await nameTables(this.document);
    if (!contentChanges.length) return;
    for (const { removedCells } of contentChanges)
      for (const cell of removedCells)
        if (cell.index < 0 || !this.document.getCells().includes(cell)) this.#applied.delete(idOf(cell));
    // one that has just been read anew from its file has no edits
    const changed = this.#apply(this.document.isDirty ? [] : this.document.getCells());
    if (changed.length) await this.session.look(changed);
  }

  stateOf(cell: vscode.NotebookCell): CellState {
    return this.session.state(idOf(cell));
  }

  /** Whether the cell's text or options are not what last ran. */
  isEdited(cell: vscode.NotebookCell): boolean {
    const now = this.#programCell(cell);
    const applied = this.#applied.get(idOf(cell));
    return now !== null && (!applied ? now.source.trim() !== '' : now.source !== applied.source);
  }

  labelOf(id: string): string {
    return this.session.program.cells.get(id as CellId)?.label ?? 'a cell that is gone';
  }

  dispose(): void {
    for (const cell of this.document.getCells()) this.#painter.release(cell);
    this.#store.dispose();
  }

  #cell(id: CellId): vscode.NotebookCell | undefined {
    const known = this.#cells.get(id);
    if (known && known.index >= 0) return known;
    this.#cells = new Map(this.document.getCells().map((cell) => [idOf(cell), cell]));
    return this.#cells.get(id);
  }

  /** Makes the present text of `cells` count; gives the cells that mean something else now. */
  #apply(cells: readonly vscode.NotebookCell[]): readonly CellId[] {
    for (const cell of cells) {
      const program = this.#programCell(cell);
      if (program) this.#applied.set(program.id, program);
      else this.#applied.delete(idOf(cell));
    }
    const inOrder = this.document.getCells().flatMap((cell) => this.#applied.get(idOf(cell)) ?? []);
    const changed = this.session.update(inOrder);
    this.#onProgram();
    return changed;
  }

  #programCell(cell: vscode.NotebookCell): ProgramCell | null {
    return programCell(cellOf(cell), idOf(cell), cell.index);
  }

  #paint(id: CellId): void {
    if (this.document.isClosed) return;
    const cell = this.#cell(id);
    if (!cell) return;
    if (this.#attached) this.#painter.paint(cell, this.session.state(id));
    this.#status.fire();
  }
}

/** A cell's identity while its notebook is open. */
export function idOf(cell: vscode.NotebookCell): CellId {
  return cell.document.uri.fragment as CellId; // VS Code gives each cell document a fragment of its own
}
