import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { sourceDigest } from '../profile/sources.ts';
import { HEAT_FROM } from '../protocol/panel.ts';
import { cellFiles } from './profileCells.ts';
import { gutterMark, heatColours } from './profileGutter.ts';
import { type HeatLine, movedLines } from './profileHeatLines.ts';

interface Heated {
  /** Of the text that was measured. */
  readonly digest: string | undefined;
  readonly measured: readonly HeatLine[];
  /** Where the measured lines are now. */
  lines: readonly HeatLine[];
  /** The text is not what was measured. */
  stale: boolean;
}

/** Marks hot lines in editors: their share on its colour in the gutter, with the interval at the end of the line. */
export class Heat implements Disposable {
  readonly #extension: vscode.Extension<unknown>;
  readonly #store = new DisposableStore();
  /** One for each mark in use, as a mark's picture belongs to its type. */
  readonly #types = new Map<string, vscode.TextEditorDecorationType>();
  readonly #files = new Map<string, Heated>();
  /** The names by which profiles know cells, by the URI of their text. */
  #cells: ReadonlyMap<string, string> = new Map();
  #colours: readonly string[];

  constructor(extension: vscode.Extension<unknown>) {
    this.#extension = extension;
    this.#colours = heatColours(extension);
    this.#store.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#paintAll()));
    this.#store.add(vscode.workspace.onDidChangeTextDocument((change) => this.#edited(change)));
    this.#store.add(vscode.window.onDidChangeActiveColorTheme(() => this.#recolour()));
  }

  /** Shows these lines instead of those that were shown before. `digests` are those of the files when they were measured. */
  show(lines: readonly HeatLine[], digests: Readonly<Record<string, string>>): void {
    this.#files.clear();
    this.#nameCells();
    for (const [file, own] of Map.groupBy(lines, ({ file }) => file)) {
      const open = vscode.workspace.textDocuments.find((document) => this.#fileOf(document) === file);
      const stale = open !== undefined && sourceDigest(open.getText()) !== digests[file];
      this.#files.set(file, { digest: digests[file], measured: own, lines: own, stale });
    }
    this.#paintAll();
  }

  clear(): void {
    this.#files.clear();
    this.#paintAll();
    this.#dropTypes();
  }

  dispose(): void {
    this.#store.dispose();
    this.#dropTypes();
  }

  #edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const heated = this.#files.get(this.#fileOf(document));
    if (!heated || !contentChanges.length) return;
    heated.stale = sourceDigest(document.getText()) !== heated.digest;
    for (const { range, text } of contentChanges) {
      heated.lines = movedLines(heated.lines, range, text.split(/\r\n|[\r\n]/).length - 1);
    }
    if (!heated.stale) heated.lines = heated.measured;
    this.#paintAll();
  }

  #recolour(): void {
    this.#colours = heatColours(this.#extension);
    this.#dropTypes();
    this.#paintAll();
  }

  #dropTypes(): void {
    for (const type of this.#types.values()) type.dispose();
    this.#types.clear();
  }

  #fileOf({ uri }: vscode.TextDocument): string {
    return uri.scheme.startsWith('vscode-notebook') ? (this.#cells.get(uri.toString()) ?? '') : uri.fsPath;
  }

  /** Cells keep the names that they have now while heat is shown, whatever is edited in them. */
  #nameCells(): void {
    this.#cells = new Map([...cellFiles()].map(([file, cell]) => [cell.document.uri.toString(), file]));
  }

  #paintAll(): void {
    const isUnknown = ({ uri }: vscode.TextDocument) => uri.scheme === CELL_SCHEME && !this.#cells.has(uri.toString());
    if (this.#files.size && vscode.window.visibleTextEditors.some(({ document }) => isUnknown(document)))
      this.#nameCells();
    void vscode.commands.executeCommand('setContext', 'memoir.hasHeat', this.#files.size > 0);
    for (const editor of vscode.window.visibleTextEditors) this.#paint(editor);
  }

  #paint(editor: vscode.TextEditor): void {
    const { document } = editor;
    const heated = this.#files.get(this.#fileOf(document));
    if (heated && heated.digest !== undefined && heated.lines === heated.measured)
      heated.stale = sourceDigest(document.getText()) !== heated.digest; // a file that was opened only now
    const shown = (heated?.lines ?? []).filter(({ line }) => line <= document.lineCount);
    const byType = Map.groupBy(shown, (line) => this.#typeOf(line, heated!.stale));
    for (const type of this.#types.values()) {
      const lines = byType.get(type) ?? [];
      editor.setDecorations(
        type,
        lines.map((line) => mark(document, line, heated!.stale)),
      );
    }
  }

  #typeOf({ percent }: HeatLine, stale: boolean): vscode.TextEditorDecorationType {
    const key = percent === null ? `error ${stale}` : `${Math.round(percent)} ${stepOf(percent)} ${stale}`;
    const known = this.#types.get(key);
    if (known) return known;
    const type = vscode.window.createTextEditorDecorationType(
      percent === null ? errorStyle(stale) : this.#heatStyle(percent, stale),
    );
    this.#types.set(key, type);
    return type;
  }

  #heatStyle(percent: number, stale: boolean): vscode.DecorationRenderOptions {
    const step = stepOf(percent);
    return {
      isWholeLine: true,
      gutterIconPath: gutterMark(percent, step, stale, this.#colours),
      gutterIconSize: 'contain',
      overviewRulerColor: new vscode.ThemeColor(stale ? 'disabledForeground' : `memoir.heat${step + 1}`),
      overviewRulerLane: vscode.OverviewRulerLane.Left,
      after: atLineEnd(stale ? 'disabledForeground' : 'editorCodeLens.foreground'),
    };
  }
}

const CELL_SCHEME = 'vscode-notebook-cell';

/** The step of heat, from 0, that a share of the time in percent has. */
function stepOf(percent: number): number {
  return HEAT_FROM.findLastIndex((from) => percent >= from);
}

function errorStyle(stale: boolean): vscode.DecorationRenderOptions {
  const colour = stale ? 'disabledForeground' : 'errorForeground';
  return {
    isWholeLine: true,
    overviewRulerColor: new vscode.ThemeColor(colour),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
    after: atLineEnd(colour),
  };
}

function atLineEnd(colour: string): vscode.ThemableDecorationAttachmentRenderOptions {
  return { margin: '0 0 0 3ch', color: new vscode.ThemeColor(colour) };
}

function mark(document: vscode.TextDocument, { line, text, details }: HeatLine, stale: boolean) {
  const words = new vscode.MarkdownString(
    `${details}\n\n${stale ? `${STALE}\n\n` : ''}[Show profile](command:memoir.showFlameChart) · [Clear heat](command:memoir.clearProfileHeat)`,
  );
  words.isTrusted = { enabledCommands: ['memoir.showFlameChart', 'memoir.clearProfileHeat'] };
  return {
    range: document.lineAt(line - 1).range,
    hoverMessage: words,
    renderOptions: { after: { contentText: stale ? `${text} before the edit` : text } },
  };
}

const STALE = 'The code was edited since. Profile it again.';
