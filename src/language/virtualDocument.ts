import type { Position, Range, TextEdit } from 'vscode-languageserver/node';
import { closersOf } from './closers.ts';
import { sqlTemplate } from './sqlTemplate.ts';

/** A cell as it takes part in a virtual document. */
export interface VirtualCell {
  readonly id: string;
  readonly kind: 'code' | 'sql';
  readonly text: string;
  /** The table of an SQL cell. */
  readonly declares: string | null;
}

/** A place in a cell. */
export interface CellPosition {
  readonly cell: string;
  readonly position: Position;
}

/** A stretch of a cell. */
export interface CellRange {
  readonly cell: string;
  readonly range: Range;
}

interface Placed {
  readonly cell: VirtualCell;
  /** The line of the virtual document on which the cell's text begins. */
  readonly first: number;
  readonly lines: readonly string[];
}

/**
 * All cells of a notebook as one module. Every line of a cell is a whole line of the module, its signs in their columns;
 * behind each cell a line of ours ends what the cell left open, so that a half-written one does not swallow the next.
 */
export class VirtualDocument {
  readonly text: string;
  /** The line behind the last cell. */
  readonly #end: number;
  readonly #placed: readonly Placed[];
  readonly #byId: ReadonlyMap<string, Placed>;

  /** @param head lines in front of the first cell */
  constructor(head: readonly string[], cells: readonly VirtualCell[]) {
    const lines = [...head];
    this.#placed = cells.map((cell) => {
      const parts = knownParts(cell);
      const placed = { cell, first: lines.length + parts.before.length, lines: parts.lines };
      lines.push(...parts.before, ...parts.lines, parts.after, ''); // the blank line keeps imports of two cells apart
      return placed;
    });
    this.#byId = new Map(this.#placed.map((placed) => [placed.cell.id, placed]));
    this.#end = lines.length;
    this.text = [...lines, 'export {};', ''].join('\n');
  }

  get cells(): readonly VirtualCell[] {
    return this.#placed.map(({ cell }) => cell);
  }

  /** Where a place in a cell is in the module; null for a cell that is not in it. */
  toVirtual(cell: string, { line, character }: Position): Position | null {
    const placed = this.#byId.get(cell);
    return placed ? { line: placed.first + line, character } : null;
  }

  rangeToVirtual(cell: string, { start, end }: Range): Range | null {
    const [from, to] = [this.toVirtual(cell, start), this.toVirtual(cell, end)];
    return from && to ? { start: from, end: to } : null;
  }

  /** The whole text of a cell in the module. */
  rangeOf(cell: string): Range | null {
    const placed = this.#byId.get(cell);
    return placed ? { start: { line: placed.first, character: 0 }, end: endOf(placed, placed.first) } : null;
  }

  /** Which place of which cell a place in the module is; null between cells. */
  toCell({ line, character }: Position): CellPosition | null {
    const placed = this.#at(line);
    return placed && line >= placed.first && line < placed.first + placed.lines.length
      ? { cell: placed.cell.id, position: { line: line - placed.first, character } }
      : null;
  }

  /** A stretch that lies in one cell; null for any other. */
  rangeToCell(range: Range): CellRange | null {
    const start = this.toCell(range.start);
    const end = this.toCell(range.end);
    return start && end?.cell === start.cell
      ? { cell: start.cell, range: { start: start.position, end: end.position } }
      : null;
  }

  /** Like `rangeToCell`, but cut to the cell in which the stretch begins; behind a cell it is that cell's end. */
  clipToCell(range: Range): CellRange | null {
    const placed = this.#at(range.start.line) ?? this.#placed[0];
    if (!placed) return null;
    const end = endOf(placed, 0);
    const clip = ({ line, character }: Position) => {
      const inside = line - placed.first;
      if (inside < 0) return { line: 0, character: 0 };
      return inside < placed.lines.length ? { line: inside, character } : end;
    };
    return { cell: placed.cell.id, range: { start: clip(range.start), end: clip(range.end) } };
  }

  /**
   * The edit of a cell that an edit of the module is; null where it changes what is ours. Lines that belong in front of
   * everything go to the first cell, those that follow a cell to its end, and those behind everything to the end of `last`.
   */
  editToCell(
    { range, newText }: TextEdit,
    last: string | null = null,
  ): { readonly cell: string; readonly edit: TextEdit } | null {
    const inside = this.rangeToCell(range);
    if (inside) {
      const { start } = inside.range; // at its start, the engine keeps a distance to the lines of ours above
      const text = start.line === 0 && start.character === 0 ? newText.replace(/^\n+/, '') : newText;
      return { cell: inside.cell, edit: { range: inside.range, newText: text } };
    }
    if (range.start.line >= this.#end) return last === null ? null : this.#append(newText, last);
    const placed = this.#at(range.start.line) ?? this.#placed.find(({ cell }) => cell.kind === 'code');
    if (placed?.cell.kind !== 'code') return null;
    const clipped = this.clipToCell(range)!;
    const follows = range.start.line >= placed.first + placed.lines.length;
    const text = follows ? newText.replace(/^\n*(.*)\n$/s, '\n$1') : newText.trimStart();
    return { cell: placed.cell.id, edit: { range: clipped.range, newText: text } };
  }

  #append(newText: string, cell: string): { readonly cell: string; readonly edit: TextEdit } | null {
    const placed = this.#byId.get(cell);
    if (placed?.cell.kind !== 'code') return null;
    const end = endOf(placed, 0);
    const [, indent = ''] = /^\s*\n([ \t]+)/.exec(newText) ?? [];
    const text = newText.replaceAll(`\n${indent}`, '\n').trim();
    return { cell, edit: { range: { start: end, end }, newText: `\n\n${text}` } };
  }

  /** The SQL cell whose table's name, in front of the SQL, is at `range`. */
  tableAt(range: Range): string | null {
    const placed = this.#at(range.start.line);
    return placed?.cell.kind === 'sql' && range.start.line === placed.first - 1 && range.start.character === NAME_AT
      ? placed.cell.id
      : null;
  }

  /** The cell whose lines, or lines of ours around them, hold `line`. */
  #at(line: number): Placed | null {
    let [low, high] = [0, this.#placed.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { first, cell } = this.#placed[middle]!;
      if (first - (cell.kind === 'sql' ? 1 : 0) <= line) low = middle + 1;
      else high = middle;
    }
    return this.#placed[low - 1] ?? null;
  }
}

/** What SQL cells call to make their tables: it is in scope without an import. */
const SQL = `(await import('memoir')).sql`;
const NAME_AT = 'const '.length;

/** A cell in the module: the lines of ours around its own. */
interface Parts {
  readonly before: readonly string[];
  readonly lines: readonly string[];
  readonly after: string;
}

/** Most cells are as they were when the module was last made. */
const KNOWN = new WeakMap<VirtualCell, Parts>();

function knownParts(cell: VirtualCell): Parts {
  let parts = KNOWN.get(cell);
  if (!parts) {
    parts = partsOf(cell);
    KNOWN.set(cell, parts);
  }
  return parts;
}

function partsOf({ kind, text, declares }: VirtualCell): Parts {
  if (kind === 'sql')
    return {
      before: [`const ${declares ?? 'query'} = await ${SQL}\``],
      lines: linesOf(sqlTemplate(text)),
      after: '`;',
    };
  const closers = closersOf(text);
  const lines = linesOf(text);
  if (closers === null) return { before: [], lines: lines.map((line) => ' '.repeat(line.length)), after: ';' };
  return { before: [], lines, after: `${closers};` };
}

function linesOf(text: string): string[] {
  return text.split(/\r\n?|\n/);
}

/** The end of a cell's last line that is not blank, counted from `from`. */
function endOf({ lines }: Placed, from: number): Position {
  const last = Math.max(
    0,
    lines.findLastIndex((line) => line.trim() !== ''),
  );
  return { line: from + last, character: lines[last]!.trimEnd().length };
}
