import type { CellId } from '../protocol/kernel.ts';
import type { Program } from './program.ts';
import { renameInCell } from './rename.ts';

/** A cell of a page; Markdown cells have no identity in the program. */
export interface PageCell {
  readonly id: CellId | null;
  readonly text: string;
}

/** A cell in its new place: where it stood before, and its text, in which a private name may be another one. */
export interface SortedCell {
  readonly index: number;
  readonly text: string;
}

/**
 * The cells of a page in an order in which plain TypeScript can run them: producers above who uses them, else as they
 * stand, and no private name twice. A Markdown cell stays above the cell that it stands above.
 */
export function sortCells(page: readonly PageCell[], program: Program): SortedCell[] {
  const groups = new Map<CellId, number[]>();
  let waiting: number[] = [];
  for (const [index, { id }] of page.entries()) {
    waiting.push(index);
    if (id === null) continue;
    groups.set(id, waiting);
    waiting = [];
  }
  const order = [...program.order.flatMap((id) => groups.get(id) ?? []), ...waiting];
  const taken = new Set([...program.cells.keys()].flatMap((id) => namesIn(program, id, false)));
  return order.map((index) => ({ index, text: withOwnNames(page[index]!, program, taken) }));
}

/** The text with other private names in place of those that are taken; takes what it has. */
function withOwnNames({ id, text }: PageCell, program: Program, taken: Set<string>): string {
  let renamed = text;
  for (const name of id === null ? [] : namesIn(program, id, true)) {
    let free = name;
    for (let n = 2; taken.has(free); n += 1) free = `${name}${n}`;
    if (free !== name) renamed = renameInCell(renamed, name, free) ?? renamed;
    taken.add(free);
  }
  return renamed;
}

function namesIn(program: Program, id: CellId, own: boolean): string[] {
  const names = program
    .analysis(id)
    .declarations.filter((one) => one.private === own)
    .map(({ name }) => name);
  return [...new Set(names)];
}
