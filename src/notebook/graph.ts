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
  /** @throws RangeError when no cell has this id */
  cell(id: string): GraphNode;
}

/** Links cells, given in page order, by the names they declare and use. */
export function buildGraph(cells: readonly GraphCell[]): Graph {
  const names = new NameTable(cells);
  const links = cells.map((cell, index) => linksOf(cell, index, names));
  const upstream = links.map((link) => link.upstream);
  const downstream = reversed(upstream);
  const circles = stronglyConnected(upstream);
  const errors = cellErrors(cells, names, links, circles);
  const id = (index: number) => cells[index]!.id;
  const nodes = new Map<string, GraphNode>();
  cells.forEach((cell, index) => {
    const { inputs, types, uses } = links[index]!;
    const around = { upstream: upstream[index]!.map(id), downstream: downstream[index]!.map(id) };
    nodes.set(cell.id, { id: cell.id, ...around, inputs, types, uses, errors: errors[index]! });
  });
  return {
    cells,
    order: topologicalOrder(upstream, downstream, circles).map(id),
    cell(id) {
      const node = nodes.get(id);
      if (!node) throw new RangeError(`The graph has no cell ${id}.`);
      return node;
    },
  };
}

/** The graph of cells as they are now: the one before where none gives or takes other names, and nothing is wrong. */
export function updateGraph(cells: readonly GraphCell[], before: Graph): Graph {
  const same =
    cells.length === before.cells.length &&
    cells.every(({ id, analysis }, index) => {
      const then = before.cells[index]!;
      return id === then.id && !before.cell(id).errors.length && sameNames(analysis, then.analysis);
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
  return reachable(graph, ids, 'downstream');
}

/** Every cell that one of `ids` depends on, directly or not, in dependency order. */
export function ancestors(graph: Graph, ...ids: readonly string[]): string[] {
  return reachable(graph, ids, 'upstream');
}

function reachable(graph: Graph, ids: readonly string[], way: 'upstream' | 'downstream'): string[] {
  const found = new Set<string>();
  const pending = [...ids];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const next of graph.cell(id)[way]) {
      if (found.has(next)) continue;
      found.add(next);
      pending.push(next);
    }
  }
  return graph.order.filter((id) => found.has(id));
}

function reversed(upstream: readonly (readonly number[])[]): number[][] {
  const downstream: number[][] = upstream.map(() => []);
  upstream.forEach((list, index) => {
    for (const above of list) downstream[above]!.push(index);
  });
  return downstream;
}
