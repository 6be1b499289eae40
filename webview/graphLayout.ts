import { Graph, layout } from '@dagrejs/dagre';
import type { GraphEdgeView, GraphNodeView, GraphView } from '../src/protocol/graph.ts';

/** Where everything stands, in pixels from the upper left corner. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** Boxes, by their upper left corners. */
  readonly nodes: readonly (GraphNodeView & Box)[];
  readonly edges: readonly (GraphEdgeView & { readonly points: readonly Point[] })[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Lays a graph out from top to bottom, so that edges cross rarely (layered drawing after Sugiyama, by dagre). */
export function layOut(
  view: GraphView,
  sizeOf: (node: GraphNodeView) => { width: number; height: number },
): GraphLayout {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 44, marginx: 16, marginy: 16 });
  for (const node of view.nodes) graph.setNode(node.id, { ...sizeOf(node) });
  for (const { from, to } of view.edges) graph.setEdge(from, to, {});
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: view.nodes.map((node) => {
      const at = graph.node(node.id) as Box; // centres
      return { ...node, ...at, x: at.x - at.width / 2, y: at.y - at.height / 2 };
    }),
    edges: view.edges.map((edge) => ({ ...edge, points: graph.edge(edge.from, edge.to).points ?? [] })),
  };
}

/** A smooth path through points: straight to the middle between two, bent at each. */
export function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return '';
  const bends = rest.slice(0, -1).map((point, i) => {
    const next = rest[i + 1]!;
    return `Q ${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  return [`M ${first.x} ${first.y}`, ...bends, `L ${last.x} ${last.y}`].join(' ');
}
