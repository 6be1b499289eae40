import type { FlameTree } from './flameTree.ts';

/** What a search found. */
export interface FlameMatches {
  /** 1 for each node that matches. */
  readonly nodes: Uint8Array;
  readonly count: number;
  /** Ticks under them; a stack with several matches counts once. */
  readonly ticks: number;
}

/** The nodes whose function or file has `query` in its name, capitals or not; null when nothing is searched for. */
export function searchFlame(tree: FlameTree, query: string): FlameMatches | null {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return null;
  const matches = tree.frames.map(({ name, file }) => `${name}\n${file ?? ''}`.toLowerCase().includes(wanted));
  const nodes = new Uint8Array(tree.size);
  const counted = new Uint8Array(tree.size);
  let count = 0;
  let ticks = 0;
  for (let node = 0; node < tree.size; node++) {
    const above = node > 0 && counted[tree.parent[node]!] === 1;
    const isMatch = matches[tree.frame[node]!] === true;
    if (isMatch) {
      nodes[node] = 1;
      count += 1;
      if (!above) ticks += tree.total[node]!;
    }
    counted[node] = above || isMatch ? 1 : 0;
  }
  return { nodes, count, ticks };
}

/** The matches in the order in which they are read, heaviest stacks first. */
export function* matchesInOrder(tree: FlameTree, matches: FlameMatches): Generator<number> {
  const waiting = tree.size > 0 ? [0] : [];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (matches.nodes[node]) yield node;
    waiting.push(...tree.children(node).toReversed());
  }
}
