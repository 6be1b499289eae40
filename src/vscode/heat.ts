import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { formatDuration } from '../base/format.ts';
import { HEAT_FROM } from '../protocol/panel.ts';
import type { LineCost, ProfileResult } from '../protocol/profiler.ts';

interface Heated {
  readonly function: string;
  readonly lines: readonly LineCost[];
  /** The code was edited since it was measured. */
  stale: boolean;
}

/** Marks hot lines in editors: a bar in the gutter, and the share of the time at the end of the line. */
export class Heat implements Disposable {
  readonly #store = new DisposableStore();
  readonly #steps: readonly vscode.TextEditorDecorationType[];
  readonly #stale: vscode.TextEditorDecorationType;
  readonly #files = new Map<string, Heated>();

  constructor() {
    this.#steps = HEAT_FROM.map((_, step) => this.#store.add(decoration(`memoir.heat${step + 1}`)));
    this.#stale = this.#store.add(decoration('disabledForeground'));
    this.#store.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#paintAll()));
    this.#store.add(vscode.workspace.onDidChangeTextDocument((change) => this.#edited(change)));
  }

  /** Shows a profile's lines, instead of those that were shown before. */
  show({ target, cpu }: ProfileResult): void {
    this.#files.clear();
    for (const line of cpu?.lines ?? []) {
      const known = this.#files.get(line.file)?.lines ?? [];
      this.#files.set(line.file, { function: target.name, lines: [...known, line], stale: false });
    }
    this.#paintAll();
  }

  clear(): void {
    this.#files.clear();
    this.#paintAll();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const heated = this.#files.get(document.uri.fsPath);
    if (!heated || heated.stale || !contentChanges.length) return;
    heated.stale = true;
    this.#paintAll();
  }

  #paintAll(): void {
    const marked = [...this.#files.values()].some(({ lines }) => lines.length);
    void vscode.commands.executeCommand('setContext', 'memoir.hasHeat', marked);
    for (const editor of vscode.window.visibleTextEditors) this.#paint(editor);
  }

  #paint(editor: vscode.TextEditor): void {
    const { document } = editor;
    const heated = document.uri.scheme.startsWith('vscode-notebook') ? undefined : this.#files.get(document.uri.fsPath);
    const shown = (heated?.lines ?? []).filter(({ line }) => line <= document.lineCount);
    const marks = (step: number | null) =>
      shown
        .filter((line) => (heated?.stale ? step === null : stepOf(line.percent) === step))
        .map((line) => mark(document, line, heated!));
    for (const [step, type] of this.#steps.entries()) editor.setDecorations(type, marks(step));
    editor.setDecorations(this.#stale, marks(null));
  }
}

/** The step of heat, from 0, that a share of the time in percent has. */
function stepOf(percent: number): number {
  return HEAT_FROM.findLastIndex((from) => percent >= from);
}

function decoration(colour: string): vscode.TextEditorDecorationType {
  const themed = new vscode.ThemeColor(colour);
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderWidth: '0 0 0 4px',
    borderStyle: 'solid',
    borderColor: themed,
    overviewRulerColor: themed,
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    after: { margin: '0 0 0 3ch', color: new vscode.ThemeColor('editorCodeLens.foreground') },
  });
}

function mark(document: vscode.TextDocument, cost: LineCost, heated: Heated): vscode.DecorationOptions {
  const { line, percent, plusMinus, selfMs, totalMs, ticks } = cost;
  const share = `${Math.round(percent)} % ± ${Math.max(1, Math.round(plusMinus))}`;
  const words = new vscode.MarkdownString(
    `**${share}** of the time of \`${heated.function}\` is spent on this line.\n\n` +
      `Self ${formatDuration(selfMs)}, with what it calls ${formatDuration(totalMs)} per call; ${ticks} samples.` +
      (heated.stale ? '\n\nThe code was edited since. Profile it again.' : ''),
  );
  return {
    range: document.lineAt(line - 1).range,
    hoverMessage: words,
    renderOptions: { after: { contentText: heated.stale ? `${share} before the edit` : share } },
  };
}
