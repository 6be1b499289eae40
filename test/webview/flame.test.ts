import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlameModel } from '../../src/protocol/profileResult.ts';
import { type FlameBox, visibleBoxes } from '../../webview/flameBoxes.ts';
import { neighbour } from '../../webview/flameKeys.ts';
import { panRange, rangeOf, revealRange, wholeRange, zoomRange } from '../../webview/flameRange.ts';
import { matchesInOrder, searchFlame } from '../../webview/flameSearch.ts';
import { heavyNodes } from '../../webview/flameTable.ts';
import { FlameTree } from '../../webview/flameTree.ts';
import { flameOf, type Stack } from './support/profileViews.ts';

const NAMES = ['main', 'parse', 'parseRow', 'render', 'sort'];

/** Any call tree: parents before children, some functions called from several places, some several times from one. */
const models: fc.Arbitrary<FlameModel> = fc
  .array(fc.record({ above: fc.nat(), frame: fc.nat(NAMES.length - 1), self: fc.nat(40) }), { maxLength: 60 })
  .map((rows) => {
    const nodes = [{ above: 0, frame: 0, self: 1 }, ...rows]; // a root with samples of its own is kept
    return {
      frames: NAMES.map((name) => ({ name, file: `/src/${name}.ts`, line: 1, origin: 'own' as const })),
      parent: Int32Array.from(nodes, ({ above }, i) => (i === 0 ? -1 : above % i)),
      frame: Int32Array.from(nodes, ({ frame }) => frame),
      selfTicks: Float64Array.from(nodes, ({ self }) => self),
      totalTicks: new Float64Array(nodes.length),
    };
  });
const trees = models.map((model) => new FlameTree(model));

function nodesOf(tree: FlameTree): number[] {
  return Array.from({ length: tree.size }, (_, node) => node);
}

/** The names from the root to a node, which is what two equal stacks share. */
function stackOf(tree: FlameTree, node: number): string {
  return tree
    .lineage(node)
    .map((at) => tree.frameOf(at).name)
    .join(' > ');
}

describe('a flame tree', () => {
  test('has each stack once, and all the samples that were given for it', () => {
    fc.assert(
      fc.property(models, (model) => {
        const tree = new FlameTree(model);
        const given = new Map<string, number>();
        const stacks: string[] = [];
        model.parent.forEach((parent, i) => {
          const name = model.frames[model.frame[i]!]!.name;
          stacks[i] = parent < 0 ? name : `${stacks[parent]} > ${name}`;
          given.set(stacks[i], (given.get(stacks[i]) ?? 0) + model.selfTicks[i]!);
        });
        expect(new Map(nodesOf(tree).map((node) => [stackOf(tree, node), tree.self[node]!]))).toEqual(given);
        expect(tree.size).toBe(given.size);
      }),
    );
  });

  test('has totals that are the node itself and its children, the heaviest child first', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        for (const node of nodesOf(tree)) {
          const children = [...tree.children(node)];
          const totals = children.map((child) => tree.total[child]!);
          expect(totals.reduce((sum, total) => sum + total, tree.self[node]!)).toBe(tree.total[node]);
          expect(totals).toEqual(totals.toSorted((a, b) => b - a));
          expect(children.every((child) => tree.parent[child] === node)).toBe(true);
        }
      }),
    );
  });

  test('puts children side by side within their parent, whichever is asked for first', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        for (const node of nodesOf(tree).reverse()) {
          let at = tree.start(node);
          for (const child of tree.children(node)) {
            expect(tree.start(child)).toBe(at);
            at += tree.total[child]!;
          }
          expect(at).toBeLessThanOrEqual(tree.start(node) + tree.total[node]!);
        }
      }),
    );
  });

  test('begins with the function where the root only holds its calls', () => {
    const work = { name: 'work', self: 2, calls: [{ name: 'part', self: 3 }] };
    const of = (...calls: Stack[]) => new FlameTree(flameOf({ name: '(calls)', calls }));
    expect([of(work).frameOf(0).name, of(work, work).total[0], of(work, work).size]).toEqual(['work', 10, 2]);
    expect(of(work, { name: '(garbage collector)', self: 1 }).frameOf(0).name).toBe('(calls)');
  });

  test('of nothing has no rows and no boxes', () => {
    const none = new Int32Array(0);
    const tree = new FlameTree({
      frames: [],
      parent: none,
      frame: none,
      selfTicks: new Float64Array(0),
      totalTicks: new Float64Array(0),
    });
    expect([tree.rows, visibleBoxes(tree, wholeRange(tree), 100), heavyNodes(tree)]).toEqual([0, [], []]);
  });
});

describe('the boxes of a flame chart', () => {
  const views = fc.record({ tree: trees, width: fc.integer({ min: 20, max: 2000 }), at: fc.nat(), closer: fc.nat(8) });

  test('never overlap in a row, and none is wider than the box it hangs from', () => {
    fc.assert(
      fc.property(views, ({ tree, width, at, closer }) => {
        const range = zoomRange(tree, wholeRange(tree), at % wholeRange(tree).to, 0.5 ** closer);
        const boxes = visibleBoxes(tree, range, width);
        for (const box of boxes) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-6);
          expect(box.width).toBeGreaterThanOrEqual(0.5);
          if (box.row > 0)
            expect(isWithin(box, boxes.find((it) => it.node === tree.parent[box.node] && it.merged === 0)!)).toBe(true);
        }
        for (const row of Map.groupBy(boxes, (box) => box.row).values()) {
          const sorted = row.toSorted((a, b) => a.x - b.x);
          for (const [i, box] of sorted.slice(1).entries()) {
            expect(box.x).toBeGreaterThanOrEqual(sorted[i]!.x + sorted[i]!.width - 1e-6);
          }
        }
      }),
    );
  });

  test('show every stack that is wide enough, and count those that are not', () => {
    const calls = Array.from({ length: 500 }, (_, i) => ({ name: `f${i}`, self: i === 0 ? 500 : 1 }));
    const tree = new FlameTree(flameOf({ name: 'main', calls }));
    const boxes = visibleBoxes(tree, wholeRange(tree), 400);
    expect(boxes.map(({ row, merged }) => [row, merged])).toEqual([
      [0, 0],
      [1, 0],
      [1, 499],
    ]);
    expect(boxes[1]!.width + boxes[2]!.width).toBeCloseTo(400);
    expect(visibleBoxes(tree, wholeRange(tree), 1000)).toHaveLength(501);
  });

  test('are those of the rows in view alone', () => {
    const tree = new FlameTree(
      flameOf({ name: 'a', self: 1, calls: [{ name: 'b', calls: [{ name: 'c', self: 3 }] }] }),
    );
    const boxes = visibleBoxes(tree, wholeRange(tree), 100, { first: 1, last: 1 });
    expect(boxes.map(({ node }) => tree.frameOf(node).name)).toEqual(['b']);
  });

  function isWithin(inner: FlameBox, outer: FlameBox): boolean {
    return inner.x >= outer.x - 1e-6 && inner.x + inner.width <= outer.x + outer.width + 1e-6;
  }
});

describe('the range in view', () => {
  test('stays within the chart and keeps what it zooms at in its place', () => {
    fc.assert(
      fc.property(
        trees,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.05, max: 0.99, noNaN: true }),
        (tree, place, factor) => {
          const whole = wholeRange(tree);
          const at = place * whole.to;
          const closer = zoomRange(tree, whole, at, factor);
          expect(closer.from).toBeGreaterThanOrEqual(0);
          expect(closer.to).toBeLessThanOrEqual(whole.to + 1e-9);
          expect((at - closer.from) / (closer.to - closer.from)).toBeCloseTo(place, 6);
          expect(zoomRange(tree, closer, at, 1e6)).toEqual(whole);
        },
      ),
    );
  });

  test('moves no further than the edges', () => {
    const tree = new FlameTree(flameOf({ name: 'main', self: 100 }));
    expect(panRange(tree, { from: 20, to: 40 }, -50)).toEqual({ from: 0, to: 20 });
    expect(panRange(tree, { from: 20, to: 40 }, 500)).toEqual({ from: 80, to: 100 });
  });

  test('moves to any frame that is selected, and stays where the frame can be read', () => {
    fc.assert(
      fc.property(trees, fc.nat(), (tree, pick) => {
        const node = pick % tree.size;
        const shown = revealRange(tree, wholeRange(tree), node);
        const extent = rangeOf(tree, node);
        expect(shown.from).toBeLessThanOrEqual(extent.from);
        expect(shown.to).toBeGreaterThanOrEqual(extent.to);
        expect((extent.to - extent.from) / (shown.to - shown.from)).toBeGreaterThanOrEqual(0.04);
        expect(revealRange(tree, shown, node)).toBe(shown);
      }),
    );
  });
});

describe('a search in a flame chart', () => {
  test('counts a stack once, however often it matches', () => {
    fc.assert(
      fc.property(trees, fc.constantFrom('parse', 'ROW', 'main', 'sort.ts'), (tree, query) => {
        const found = searchFlame(tree, query)!;
        const matches = (node: number) => {
          const { name, file } = tree.frameOf(node);
          return `${name}\n${file}`.toLowerCase().includes(query.toLowerCase());
        };
        const under = nodesOf(tree).filter((node) => tree.lineage(node).some(matches));
        expect(found.ticks).toBe(under.reduce((sum, node) => sum + tree.self[node]!, 0));
        expect([...matchesInOrder(tree, found)].toSorted((a, b) => a - b)).toEqual(nodesOf(tree).filter(matches));
        expect(found.count).toBe(nodesOf(tree).filter(matches).length);
      }),
    );
  });

  test('for nothing finds nothing', () => {
    expect(searchFlame(new FlameTree(flameOf({ name: 'main', self: 1 })), '  ')).toBeNull();
  });
});

describe('the keys of a flame chart', () => {
  const tree = new FlameTree(
    flameOf({
      name: 'main',
      calls: [
        {
          name: 'load',
          self: 10,
          calls: [
            { name: 'read', self: 30 },
            { name: 'parse', self: 20 },
          ],
        },
        { name: 'idle', self: 25 },
        { name: 'draw', self: 5, calls: [{ name: 'paint', self: 15 }] },
      ],
    }),
  );
  const node = (name: string) => nodesOf(tree).find((it) => tree.frameOf(it).name === name)!;

  test.each([
    ['main', 'ArrowDown', 'load'],
    ['load', 'ArrowDown', 'read'],
    ['read', 'ArrowDown', null],
    ['parse', 'ArrowUp', 'load'],
    ['main', 'ArrowUp', null],
    ['read', 'ArrowRight', 'parse'],
    ['parse', 'ArrowRight', 'paint'],
    ['paint', 'ArrowLeft', 'parse'],
    ['load', 'ArrowLeft', null],
    ['paint', 'Home', 'main'],
    ['paint', 'x', null],
  ])('from %s %s leads to %s', (from, key, to) => {
    const found = neighbour(tree, node(from), key);
    expect(found === null ? null : tree.frameOf(found).name).toBe(to);
  });

  test('going right through a row visits each of its frames once', () => {
    fc.assert(
      fc.property(trees, fc.nat(), (any, pick) => {
        const row = nodesOf(any).filter((it) => any.depth[it] === any.depth[pick % any.size]);
        const visited = [row.find((it) => neighbour(any, it, 'ArrowLeft') === null)!];
        for (let at = neighbour(any, visited[0]!, 'ArrowRight'); at !== null; at = neighbour(any, at, 'ArrowRight'))
          visited.push(at);
        expect(visited.toSorted((a, b) => a - b)).toEqual(row);
      }),
    );
  });
});

test('in time, nodes keep their order, and narrow neighbours between wide ones become one box', () => {
  const frame = (name: string) => ({ name, file: null, line: null, origin: 'own' as const });
  const names = ['(root)', 'a', 'b'];
  const order = [1, 2, 2, 2, 1, 2]; // children of the root, by frame
  const ticks = [0, 400, 1, 1, 1, 500, 97];
  const model = {
    frames: names.map(frame),
    parent: Int32Array.from([-1, ...order.map(() => 0)]),
    frame: Int32Array.from([0, ...order]),
    selfTicks: Float64Array.from(ticks),
    totalTicks: Float64Array.from([1000, ...ticks.slice(1)]),
  };
  const tree = new FlameTree(model, true);
  expect([...tree.children(0)].map((node) => tree.frameOf(node).name)).toEqual(['a', 'b', 'b', 'b', 'a', 'b']);
  const boxes = visibleBoxes(tree, { from: 0, to: 1000 }, 400).filter(({ row }) => row === 1);
  const drawn = boxes.map(({ x, width, merged }) => [Math.round(x), Math.round(width), merged]);
  expect(drawn.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
    [0, 160, 0],
    [160, 1, 3],
    [161, 200, 0],
    [361, 39, 0],
  ]);
});
