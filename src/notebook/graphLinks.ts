import type { GraphCell, NameTable } from './graphNames.ts';
import type { ImportBinding } from './parseImports.ts';

/** A name whose value or type comes from another cell. */
export interface Input {
  readonly name: string;
  readonly from: string;
}

/** An imported name that a cell uses, and the cell that holds the import. */
export interface ImportUse extends ImportBinding {
  readonly from: string;
}

/** What one cell takes from others; `upstream` are places on the page. */
export interface Links {
  readonly inputs: readonly Input[];
  readonly types: readonly Input[];
  readonly uses: readonly ImportUse[];
  readonly upstream: readonly number[];
}

/** Follows the names that a cell uses to the cells that declare them. */
export function linksOf({ analysis }: GraphCell, index: number, names: NameTable): Links {
  const inputs: Input[] = [];
  const uses = names.ownUses(index);
  const upstream = new Set<number>();
  for (const { name } of analysis.references) {
    const declarers = names.declarers(name, index);
    const [first] = declarers;
    if (!first) continue;
    if (first.import) uses.push({ ...first.import, from: first.id });
    else inputs.push({ name, from: first.id });
    // A reader of a name that is declared twice waits for whichever will be kept.
    for (const declarer of declarers) if (!declarer.import) upstream.add(declarer.index);
  }
  const types = analysis.typeReferences.flatMap(({ name }) => {
    const holder = names.typeHolder(name, index);
    return holder === null ? [] : [{ name, from: holder }];
  });
  return {
    inputs: inputs.sort((a, b) => compare(a.name, b.name)),
    types: types.sort((a, b) => compare(a.name, b.name)),
    uses: uses.sort((a, b) => compare(a.local, b.local)),
    upstream: [...upstream].sort((a, b) => a - b),
  };
}

/** By code unit, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
