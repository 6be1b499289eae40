import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GraphEdgeView, GraphNodeView } from '../../src/protocol/graph.ts';
import { type Box, layOut, pathThrough } from '../../webview/graphLayout.ts';

const node = (index: number): GraphNodeView => ({
  id: `${index}`,
  label: `cell ${index}`,
  names: [],
  status: 'stale',
  state: 'stale',
  ms: null,
  share: 0,
  impure: false,
});

/** Cells, and edges that lead down the page. */
const graphs = fc.integer({ min: 1, max: 25 }).chain((count) =>
  fc
    .uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { selector: String, maxLength: 60 })
    .map((pairs): { nodes: GraphNodeView[]; edges: GraphEdgeView[] } => ({
      nodes: Array.from({ length: count }, (_, index) => node(index)),
      edges: pairs.filter(([from, to]) => from < to).map(([from, to]) => ({ from: `${from}`, to: `${to}`, names: [] })),
    })),
);

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test('cells never lie on one another, lie inside the picture, and stand below what they take from', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const placed = layOut({ notebook: 'n', ...graph }, ({ id }) => ({ width: 120 + 7 * Number(id), height: 56 }));
      for (const [i, a] of placed.nodes.entries()) {
        expect(a.x).toBeGreaterThanOrEqual(0);
        expect(a.x + a.width).toBeLessThanOrEqual(placed.width);
        expect(a.y + a.height).toBeLessThanOrEqual(placed.height);
        for (const b of placed.nodes.slice(i + 1)) expect(overlap(a, b)).toBe(false);
      }
      const at = new Map(placed.nodes.map((one) => [one.id, one]));
      for (const { from, to } of graph.edges) expect(at.get(to)!.y).toBeGreaterThan(at.get(from)!.y);
    }),
    { numRuns: 60 },
  );
});

test('cells that need each other are drawn too', () => {
  const edges = [
    { from: '0', to: '1', names: ['a'] },
    { from: '1', to: '0', names: ['b'] },
  ];
  const placed = layOut({ notebook: 'n', nodes: [node(0), node(1)], edges }, () => ({ width: 100, height: 50 }));
  for (const { points } of placed.edges) expect(points.length).toBeGreaterThan(1);
});

test('a path goes from the first point to the last', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 5, y: 10 },
    { x: 0, y: 20 },
  ];
  expect(pathThrough(points)).toBe('M 0 0 Q 5 10 2.5 15 L 0 20');
  expect(pathThrough([])).toBe('');
});
