import type { FlameTree } from './flameTree.ts';

/** The frame that an arrow key leads to: up to the caller, down to the heaviest callee, across to the neighbours of a row. */
export function neighbour(tree: FlameTree, node: number, key: string): number | null {
  const parent = tree.parent[node]!;
  switch (key) {
    case 'ArrowUp':
      return parent < 0 ? null : parent;
    case 'ArrowDown':
      return tree.children(node)[0] ?? null;
    case 'ArrowLeft':
      return sibling(tree, node, -1);
    case 'ArrowRight':
      return sibling(tree, node, 1);
    case 'Home':
      return 0;
    default:
      return null;
  }
}

/** The next frame of the same caller; at the last one, the nearest of the caller's own neighbours that has callees. */
function sibling(tree: FlameTree, node: number, step: 1 | -1): number | null {
  const depth = tree.depth[node]!;
  for (let at = node; tree.parent[at]! >= 0; at = tree.parent[at]!) {
    const row = tree.children(tree.parent[at]!);
    for (let i = row.indexOf(at) + step; i >= 0 && i < row.length; i += step) {
      const found = edgeAt(tree, row[i]!, depth, step);
      if (found !== null) return found;
    }
  }
  return null;
}

/** The first frame of row `depth` below `node`, from the left or from the right. */
function edgeAt(tree: FlameTree, node: number, depth: number, step: 1 | -1): number | null {
  const waiting = [node];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (tree.depth[at] === depth) return at;
    const children = tree.children(at);
    waiting.push(...(step === 1 ? children.toReversed() : children));
  }
  return null;
}
