import * as vscode from 'vscode';
import type { CellState } from '../notebook/cellRun.ts';
import type { Output } from '../protocol/output.ts';
import { cellOutputs, liveChanges } from './outputs.ts';

/** Outputs of a running cell are shown this often; a shorter run shows all of them at its end, without a flicker. */
const FRAME_MS = 200;
/** Several outputs VS Code compares with those that were there, byte by byte: a megabyte holds the window for seconds. */
const COMPARED_BYTES = 50_000;

interface Painted {
  execution: vscode.NotebookCellExecution | null;
  /** VS Code shows it as queued, until it hears of it. */
  asked: boolean;
  shown: CellState['shown'] | null;
  timer: NodeJS.Timeout | null;
  /** VS Code has not yet taken the outputs that it was given last. */
  busy: boolean;
  /** What came meanwhile: of many quick runs, the editor draws as many as it can, and the last always. */
  next: CellState | null;
}

/** Keeps what VS Code shows of cells in step with their states. */
export class CellPainter {
  readonly #controller: vscode.NotebookController;
  readonly #update: (cell: vscode.NotebookCell, output: Output) => void;
  readonly #cells = new WeakMap<vscode.NotebookCell, Painted>();

  /** @param update shows an output in the place of the one that has its id. */
  constructor(controller: vscode.NotebookController, update: (cell: vscode.NotebookCell, output: Output) => void) {
    this.#controller = controller;
    this.#update = update;
  }

  paint(cell: vscode.NotebookCell, state: CellState): void {
    const painted = this.#painted(cell);
    if (painted.busy) painted.next = state;
    else this.#draw(cell, painted, state);
  }

  #draw(cell: vscode.NotebookCell, painted: Painted, state: CellState): void {
    if (this.#paintLive(cell, painted, state)) return;
    switch (state.status) {
      case 'queued': // its status says so; an execution for each of a thousand cells would hold the window for seconds
        break;
      case 'running':
        this.#begin(cell, painted, state.startedAt);
        this.#soon(cell, painted, state);
        break;
      case 'done':
        if (state.from === 'computed' || isPending(painted) || differs(painted.shown, state.shown))
          this.#end(cell, painted, state, true, state.from === 'computed' ? state.ms : null);
        break;
      case 'error':
      case 'interrupted':
        this.#end(cell, painted, state, false, state.ms || null);
        break;
      default:
        if (isPending(painted) || differs(painted.shown, state.shown)) this.#end(cell, painted, state, undefined, null);
    }
  }

  /** A cell was asked for through VS Code, which shows it as queued. */
  ask(cell: vscode.NotebookCell): void {
    this.#painted(cell).asked = true;
  }

  /** Shows that a cell that was asked for has its result, or (`undefined`) is not to have one. */
  acknowledge(cell: vscode.NotebookCell, success: true | undefined): void {
    const painted = this.#painted(cell);
    if (painted.execution) return;
    this.#begin(cell, painted, undefined);
    painted.execution!.end(success);
    painted.execution = null;
  }

  /** Ends what is still shown as running. */
  release(cell: vscode.NotebookCell): void {
    const painted = this.#painted(cell);
    if (painted.timer) clearTimeout(painted.timer);
    painted.next = null;
    painted.execution?.end(undefined);
    painted.execution = null;
  }

  #painted(cell: vscode.NotebookCell): Painted {
    let painted = this.#cells.get(cell);
    if (!painted) {
      painted = { execution: null, asked: false, shown: null, timer: null, busy: false, next: null };
      this.#cells.set(cell, painted);
    }
    return painted;
  }

  /** Where outputs only took the place of others with their id, nothing else is touched, and no run is shown. */
  #paintLive(cell: vscode.NotebookCell, painted: Painted, { status, shown }: CellState): boolean {
    const isDrawn =
      painted.shown && !painted.timer && (status === 'running' || (status === 'done' && !painted.execution));
    const changed = isDrawn ? (liveChanges(painted.shown!, shown) ?? []) : [];
    if (!changed.length) return false;
    painted.shown = shown;
    for (const output of changed) this.#update(cell, output);
    return true;
  }

  #begin(cell: vscode.NotebookCell, painted: Painted, at: number | undefined): void {
    if (painted.execution) return;
    painted.asked = false;
    painted.execution = this.#controller.createNotebookCellExecution(cell);
    painted.execution.start(at);
  }

  /** What was shown stays until there is something new to show. */
  #soon(cell: vscode.NotebookCell, painted: Painted, state: CellState): void {
    if (!state.shown.outputs.length && !state.shown.console.length) return;
    painted.shown = state.shown;
    painted.timer ??= setTimeout(() => {
      painted.timer = null;
      if (painted.execution && painted.shown) this.#replace(cell, painted, { ...state, shown: painted.shown });
    }, FRAME_MS);
  }

  #end(
    cell: vscode.NotebookCell,
    painted: Painted,
    state: CellState,
    success: boolean | undefined,
    ms: number | null,
  ): void {
    if (painted.timer) clearTimeout(painted.timer);
    painted.timer = null;
    const now = Date.now();
    this.#begin(cell, painted, ms === null ? undefined : now - ms);
    const taken = this.#replace(cell, painted, state);
    painted.shown = state.shown;
    painted.execution!.end(success); // the time stands in the status, finer than VS Code would tell it
    painted.execution = null;
    if (taken) this.#wait(cell, painted, taken);
  }

  #wait(cell: vscode.NotebookCell, painted: Painted, taken: Thenable<void>): void {
    const go = (): void => {
      const { next } = painted;
      painted.busy = false;
      painted.next = null;
      if (next) this.#draw(cell, painted, next);
    };
    painted.busy = true;
    taken.then(go, go); // a cell that has gone takes nothing
  }

  #replace(cell: vscode.NotebookCell, painted: Painted, state: CellState): Thenable<void> | undefined {
    const outputs = cellOutputs(state, vscode.workspace.isTrusted);
    if (outputs.length === 0 && cell.outputs.length === 0) return undefined;
    const compared = bytesOf(outputs) + bytesOf(cell.outputs) <= COMPARED_BYTES;
    const taken = painted.execution?.replaceOutput(compared ? outputs : outputs.slice(0, 1)); // one alone is not compared
    return compared || outputs.length < 2 ? taken : painted.execution?.appendOutput(outputs.slice(1));
  }
}

function bytesOf(outputs: readonly vscode.NotebookCellOutput[]): number {
  return outputs.flatMap(({ items }) => items).reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** Whether VS Code shows it as queued or running. */
function isPending({ execution, asked }: Painted): boolean {
  return execution !== null || asked;
}

/** Whether something else is to be shown; a cell that never showed anything shows nothing. */
function differs(before: CellState['shown'] | null, now: CellState['shown']): boolean {
  return before === null ? now.outputs.length + now.console.length > 0 : before !== now;
}
