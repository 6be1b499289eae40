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
  /** The program that was last taken from: before this place in its order no cell is wanted. */
  #from: { readonly program: Program; place: number } | null = null;

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
    if (this.#from) this.#from.place = Math.min(this.#from.place, this.#from.program.place(id));
  }

  /** Removes and gives the first wanted cell in dependency order. */
  take(program: Program): { id: CellId; wanted: Wanted } | null {
    if (this.#from?.program !== program) this.#from = { program, place: 0 };
    const from = this.#from;
    for (; this.#wanted.size && from.place < program.order.length; from.place += 1) {
      const id = program.order[from.place]!;
      const wanted = this.#wanted.get(id);
      if (!wanted) continue;
      this.#wanted.delete(id);
      return { id, wanted };
    }
    return null;
  }

  delete(id: CellId): void {
    this.#wanted.delete(id);
  }

  clear(): void {
    this.#wanted.clear();
  }
}
