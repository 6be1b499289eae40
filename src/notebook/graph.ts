import { isDeepStrictEqual } from 'node:util';
import { cellErrors, type GraphError } from './graphErrors.ts';
import { type ImportUse, type Input, linksOf } from './graphLinks.ts';
import { type GraphCell, NameTable } from './graphNames.ts';
import { stronglyConnected, topologicalOrder } from './graphOrder.ts';
import type { CellAnalysis } from './parse.ts';

/** What surrounds one cell. All lists are sorted: cells by place on the page, names by alphabet. */
export interface GraphNode {
  readonly id: string;
  readonly upstream: readonly string[];
  readonly downstream: readonly string[];
  readonly inputs: readonly Input[];
  /** Types from other cells: they re-run nothing. */
  readonly types: readonly Input[];
  /** Imported names that the cell uses as values, its own and those of other cells. */
  readonly uses: readonly ImportUse[];
  readonly errors: readonly GraphError[];
}

export interface Graph {
  /** The cells it was made from, or others that give and take the same names. */
  readonly cells: readonly GraphCell[];
  /** All cells, each after those it depends on, otherwise as on the page; dependencies within a circle do not count. */
  readonly order: readonly string[];
  /** Whether some cell has errors. */
  readonly hasErrors: boolean;
  /** @throws RangeError when no cell has this id */
  cell(id: string): GraphNode;
  /** The cells that one leads to from `ids`, in dependency order. @throws RangeError when no cell has one of the ids */
  reachable(ids: readonly string[], way: 'upstream' | 'downstream'): string[];
}

/** Links cells, given in page order, by the names they declare and use. */
export function buildGraph(cells: readonly GraphCell[]): Graph {
  const names = new NameTable(cells);
  const links = cells.map((cell, index) => linksOf(cell, index, names));
  const upstream = links.map((link) => link.upstream);
  const downstream = reversed(upstream);
  const circles = stronglyConnected(upstream);
  const errors = cellErrors(cells, names, links, circles);
  const order = topologicalOrder(upstream, downstream, circles);
  const id = (index: number) => cells[index]!.id;
  const nodes = cells.map((cell, index): GraphNode => {
    const { inputs, types, uses } = links[index]!;
    const around = { upstream: upstream[index]!.map(id), downstream: downstream[index]!.map(id) };
    return { id: cell.id, ...around, inputs, types, uses, errors: errors[index]! };
  });
  const indexes = new Map(cells.map((cell, index) => [cell.id, index]));
  const indexOf = (cell: string) => {
    const index = indexes.get(cell);
    if (index === undefined) throw new RangeError(`The graph has no cell ${cell}.`);
    return index;
  };
  return {
    cells,
    order: order.map(id),
    hasErrors: errors.some(({ length }) => length > 0),
    cell: (one) => nodes[indexOf(one)]!,
    reachable(ids, way) {
      const found = reach(ids.map(indexOf), way === 'upstream' ? upstream : downstream);
      return order.filter((index) => found[index]).map(id);
    },
  };
}

/** The graph of cells as they are now: the one before where none gives or takes other names, and nothing is wrong. */
export function updateGraph(cells: readonly GraphCell[], before: Graph): Graph {
  const same =
    !before.hasErrors &&
    cells.length === before.cells.length &&
    cells.every((cell, index) => {
      const then = before.cells[index]!;
      return cell === then || (cell.id === then.id && sameNames(cell.analysis, then.analysis));
    });
  return same ? before : buildGraph(cells);
}

function sameNames(now: CellAnalysis, then: CellAnalysis): boolean {
  return now === then || (!now.errors.length && isDeepStrictEqual(namesOf(now), namesOf(then)));
}

/** What the graph takes of a cell, but for places in its text. */
function namesOf({ declarations, references, typeReferences, assignments, imports }: CellAnalysis): unknown {
  return [
    declarations.map(({ name, kind, private: own }) => [name, kind, own]),
    [references, typeReferences, assignments].map((mentions) => mentions.map(({ name }) => name)),
    imports.map(({ specifier, attributes, bindings }) => [specifier, attributes, bindings]),
  ];
}

/** Every cell that depends on one of `ids`, directly or not, without these themselves unless they are in a circle; in dependency order. */
export function descendants(graph: Graph, ...ids: readonly string[]): string[] {
  return graph.reachable(ids, 'downstream');
}

/** Every cell that one of `ids` depends on, directly or not, in dependency order. */
export function ancestors(graph: Graph, ...ids: readonly string[]): string[] {
  return graph.reachable(ids, 'upstream');
}

/** Marks what links lead to from some places, by place. */
function reach(from: readonly number[], links: readonly (readonly number[])[]): Uint8Array {
  const found = new Uint8Array(links.length);
  const pending = [...from];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const next of links[at]!) {
      if (found[next]) continue;
      found[next] = 1;
      pending.push(next);
    }
  }
  return found;
}

function reversed(upstream: readonly (readonly number[])[]): number[][] {
  const downstream: number[][] = upstream.map(() => []);
  upstream.forEach((list, index) => {
    for (const above of list) downstream[above]!.push(index);
  });
  return downstream;
}
