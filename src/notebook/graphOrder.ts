type Edges = readonly (readonly number[])[];

/** For each node the number of its circle, the same for all that reach one another; nodes in none have one of their own. */
export function stronglyConnected(edges: Edges): number[] {
  const count = edges.length;
  const component = new Array<number>(count).fill(-1);
  const found = new Array<number>(count).fill(-1);
  const low = new Array<number>(count).fill(0);
  const open: number[] = [];
  let clock = 0;
  // Tarjan's algorithm with a path of its own instead of recursion: a long chain of cells must not overflow the stack.
  for (let root = 0; root < count; root++) {
    if (found[root]! >= 0) continue;
    const path: { readonly node: number; next: number }[] = [];
    const enter = (node: number) => {
      found[node] = low[node] = clock++;
      open.push(node);
      path.push({ node, next: 0 });
    };
    enter(root);
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const { node } = step;
      const target = edges[node]![step.next++];
      if (target !== undefined) {
        if (found[target]! < 0) enter(target);
        else if (component[target]! < 0) low[node] = Math.min(low[node]!, found[target]!);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above) low[above.node] = Math.min(low[above.node]!, low[node]!);
      if (low[node] !== found[node]) continue;
      for (let member = open.pop()!; ; member = open.pop()!) {
        component[member] = node;
        if (member === node) break;
      }
    }
  }
  return component;
}

/** Nodes after what they depend on, the smallest of those that can come next first; edges within a circle do not count. */
export function topologicalOrder(upstream: Edges, downstream: Edges, circles: readonly number[]): number[] {
  const waiting = upstream.map((list, node) => list.filter((other) => circles[other] !== circles[node]).length);
  const ready: number[] = []; // descending: the smallest is popped
  const add = (node: number) => ready.splice(placeIn(ready, node), 0, node);
  waiting.forEach((count, node) => {
    if (count === 0) add(node);
  });
  const order: number[] = [];
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    order.push(node);
    for (const next of downstream[node]!) {
      if (circles[next] !== circles[node] && --waiting[next]! === 0) add(next);
    }
  }
  return order;
}

/** A shortest way from `start` along `edges` back to it, within its circle; `start` comes first, and not again. */
export function shortestCircle(edges: Edges, circles: readonly number[], start: number): number[] {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const node of queue) {
    for (const next of edges[node]!) {
      if (next === start) return wayTo(node, cameFrom);
      if (circles[next] !== circles[start] || cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return [start];
}

function wayTo(end: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const way = [end];
  for (let node = cameFrom.get(end); node !== undefined; node = cameFrom.get(node)) way.push(node);
  return way.reverse();
}

function placeIn(descending: readonly number[], node: number): number {
  let low = 0;
  let high = descending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (descending[middle]! > node) low = middle + 1;
    else high = middle;
  }
  return low;
}
