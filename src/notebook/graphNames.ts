import type { CellAnalysis } from './parse.ts';
import { isPrivateName } from './parseDeclarations.ts';
import type { ImportBinding } from './parseImports.ts';
import type { Span } from './scope.ts';

/** One cell as the graph sees it. */
export interface GraphCell {
  readonly id: string;
  readonly analysis: CellAnalysis;
  /** What messages call the cell: its title, or `cell 3`, which is also what stands where none is given. */
  readonly label?: string;
}

/** A cell that declares a name as a value, or imports it. */
export interface Declarer extends Span {
  readonly index: number;
  readonly id: string;
  /** What the name stands for where it is imported. */
  readonly import: ImportBinding | null;
}

/** Which cells declare which names that others can see. */
export class NameTable {
  readonly #values = new Map<string, Declarer[]>();
  readonly #types = new Map<string, { readonly index: number; readonly id: string }>();
  readonly #cells: readonly GraphCell[];

  constructor(cells: readonly GraphCell[]) {
    this.#cells = cells;
    cells.forEach((_, index) => {
      this.#add(index);
    });
  }

  /** Names declared by several cells; the same import in several cells is one declaration. */
  *duplicates(): Generator<[name: string, declarers: readonly Declarer[]]> {
    for (const [name, declarers] of this.#values) {
      if (declarers.length < 2) continue;
      const kinds = new Set(
        declarers.map(({ import: imported, index }) => (imported ? JSON.stringify(imported) : index)),
      );
      if (kinds.size > 1) yield [name, declarers];
    }
  }

  /** The other cells that give `name` its value, by place on the page. */
  declarers(name: string, reader: number): readonly Declarer[] {
    return (this.#values.get(name) ?? []).filter(({ index }) => index !== reader);
  }

  /** The other cell that declares `name` as a type: an interface or alias, else a class, an enum, an import. */
  typeHolder(name: string, reader: number): string | null {
    const type = this.#types.get(name);
    if (type && type.index !== reader) return type.id;
    return this.declarers(name, reader)[0]?.id ?? null;
  }

  /** Names that a cell imports itself and uses. */
  ownUses(index: number): (ImportBinding & { readonly from: string })[] {
    const { id, analysis } = this.#cells[index]!;
    return analysis.imports.flatMap(({ specifier, attributes, bindings }) =>
      bindings
        .filter(({ used, typeOnly }) => used && !typeOnly)
        .map(({ local, imported }) => ({ local, specifier, imported, attributes, from: id })),
    );
  }

  #add(index: number): void {
    const { id, analysis } = this.#cells[index]!;
    const imported = importedNames(analysis);
    for (const { name, kind, private: own, start, end } of analysis.declarations) {
      if (own || isPrivateName(name)) continue;
      if (kind === 'type') {
        if (!this.#types.has(name)) this.#types.set(name, { index, id });
        continue;
      }
      const declarer = { index, id, start, end, import: imported.get(name) ?? null };
      const others = this.#values.get(name);
      if (others) others.push(declarer);
      else this.#values.set(name, [declarer]);
    }
  }
}

function importedNames({ imports }: CellAnalysis): Map<string, ImportBinding> {
  const names = imports.flatMap(({ specifier, attributes, bindings }) =>
    bindings.map(({ local, imported }): [string, ImportBinding] => [local, { local, specifier, imported, attributes }]),
  );
  return new Map(names);
}
