import type { CellId } from '../protocol/kernel.ts';
import type { Program } from './program.ts';

/**
 * How a cell is wanted: `asked`, by a person and by name; `look`, to show what is known without running it;
 * `again`, run although its result holds.
 */
export interface Wanted {
  readonly asked: boolean;
  readonly look: boolean;
  readonly again?: boolean;
}

/** The cells that are to be brought up to date. Who is wanted in two ways is wanted in the stronger one. */
export class WantedCells {
  readonly #wanted = new Map<CellId, Wanted>();

  get ids(): readonly CellId[] {
    return [...this.#wanted.keys()];
  }

  get(id: CellId): Wanted | undefined {
    return this.#wanted.get(id);
  }

  add(id: CellId, { asked, look, again = false }: Wanted): void {
    const before = this.#wanted.get(id);
    this.#wanted.set(id, {
      asked: asked || (before?.asked ?? false),
      look: look && (before?.look ?? true),
      again: again || (before?.again ?? false),
    });
  }

  /** Removes and gives the first wanted cell in dependency order. */
  take(program: Program): { id: CellId; wanted: Wanted } | null {
    let first: CellId | null = null;
    for (const id of this.#wanted.keys()) if (first === null || program.place(id) < program.place(first)) first = id;
    if (first === null) return null;
    const wanted = this.#wanted.get(first)!;
    this.#wanted.delete(first);
    return { id: first, wanted };
  }

  delete(id: CellId): void {
    this.#wanted.delete(id);
  }

  clear(): void {
    this.#wanted.clear();
  }
}
