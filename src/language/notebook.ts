import type { Range, TextDocumentContentChangeEvent } from 'vscode-languageserver/node';
import { type DocumentCell, newCell } from '../notebook/cellText.ts';
import { checkProgram, type Problem } from '../notebook/check.ts';
import { programCell } from '../notebook/documentCells.ts';
import { Program, type ProgramCell } from '../notebook/program.ts';
import type { CellId } from '../protocol/kernel.ts';
import type { Engine } from './engine.ts';
import { headOf } from './head.ts';
import { markOf, markPrivate } from './privateNames.ts';
import { type VirtualCell, VirtualDocument } from './virtualDocument.ts';

/** A cell as an editor or a file has it. */
export interface LanguageCell {
  /** What names it: the URI of its document, or anything else that is its own. */
  readonly id: string;
  readonly kind: 'code' | 'sql';
  readonly text: string;
  readonly declares: string | null;
  readonly title: string;
  readonly options: DocumentCell['options'];
  /** Its place in the notebook, from 0; Markdown counts. */
  readonly index: number;
}

/** One notebook in an engine: its cells as one module, kept in step with what is typed. */
export class LanguageNotebook {
  /** What the engine calls the module: the file of the notebook. */
  readonly uri: string;
  readonly path: string;
  readonly #engine: Engine;
  readonly #head: readonly string[];
  #cells: readonly LanguageCell[] = [];
  #virtual: VirtualDocument | null = null;
  #sent: string | null = null;
  #version = 0;
  #program: Program | null = null;
  #programHolds = false;
  #known = new Map<string, { cell: LanguageCell; mark: string; virtual: VirtualCell }>();

  /** @param types the folder of the declarations that come with Memoir */
  constructor(uri: string, path: string, engine: Engine, types: string) {
    this.uri = uri;
    this.path = path;
    this.#engine = engine;
    this.#head = headOf(path, types);
  }

  /** Takes over the cells as they are now; cells that are the same object are not read again. */
  update(cells: readonly LanguageCell[]): void {
    this.#cells = cells;
    this.#virtual = null;
    this.#programHolds = false;
  }

  get cells(): readonly LanguageCell[] {
    return this.#cells;
  }

  get isJavaScript(): boolean {
    return this.path.endsWith('.js');
  }

  /** The module as it is now; the engine has the same text. */
  get virtual(): VirtualDocument {
    if (!this.#virtual) {
      this.#virtual = new VirtualDocument(this.#head, this.#virtualCells());
      this.#send(this.#virtual.text);
    }
    return this.#virtual;
  }

  /** The letter that marks the private names of a cell. */
  markOf(cell: string): string {
    return this.#known.get(cell)?.mark ?? '';
  }

  /** The graph between the cells. */
  get program(): Program {
    if (!this.#program || !this.#programHolds)
      this.#program = Program.of(this.#programCells(), this.#program ?? undefined);
    this.#programHolds = true;
    return this.#program;
  }

  /** What is wrong beyond types. */
  problems(): Problem[] {
    return checkProgram(this.program, this.path);
  }

  close(): void {
    if (this.#sent !== null) this.#engine.close(this.uri);
    this.#sent = null;
    this.#virtual = null;
  }

  #virtualCells(): VirtualCell[] {
    const known = this.#known;
    this.#known = new Map();
    return this.#cells.map((cell, index) => {
      const mark = markOf(index);
      const before = known.get(cell.id);
      const virtual =
        before?.cell === cell && before.mark === mark
          ? before.virtual
          : { ...cell, text: cell.kind === 'code' ? markPrivate(cell.text, mark) : cell.text };
      this.#known.set(cell.id, { cell, mark, virtual });
      return virtual;
    });
  }

  #programCells(): ProgramCell[] {
    return this.#cells.flatMap(({ id, kind, text, index, ...cell }) => {
      const document = newCell({ ...cell, kind, source: text.replace(/\r\n?/g, '\n') });
      return programCell(document, id as CellId, index) ?? [];
    });
  }

  #send(text: string): void {
    this.#version += 1;
    if (this.#sent === null) {
      const languageId = this.isJavaScript ? 'javascript' : 'typescript';
      this.#engine.open({ uri: this.uri, languageId, version: this.#version, text });
    } else if (this.#sent !== text) this.#engine.change(this.uri, this.#version, [changeBetween(this.#sent, text)]);
    this.#sent = text;
  }
}

/** The whole lines in which two texts differ. */
function changeBetween(before: string, after: string): TextDocumentContentChangeEvent {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const most = Math.min(old.length, now.length) - 1; // one line of each is left, so that the change has a place
  let start = 0;
  while (start < most && old[start] === now[start]) start += 1;
  let same = 0;
  while (same < most - start && old[old.length - 1 - same] === now[now.length - 1 - same]) same += 1;
  const last = old.length - 1 - same;
  const range: Range = {
    start: { line: start, character: 0 },
    end: { line: last, character: old[last]!.length },
  };
  return { range, text: now.slice(start, now.length - same).join('\n') };
}
