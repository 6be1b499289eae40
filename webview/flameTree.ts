import type { FlameFrame, FlameModel } from '../src/protocol/profileResult.ts';

/**
 * A call tree ready to be drawn. Equal stacks are one node, and a node's children are neighbours in the columns, so a
 * range of indices stands for them; they are ordered, heaviest first, when they are first looked at.
 */
export class FlameTree {
  readonly frames: readonly FlameFrame[];
  readonly size: number;
  /** How many rows it fills. */
  readonly rows: number;
  readonly parent: Int32Array;
  /** Index into `frames`. */
  readonly frame: Int32Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly depth: Uint16Array;
  readonly #firstChild: Int32Array;
  readonly #order: Int32Array;
  readonly #start: Float64Array;
  readonly #ordered: Uint8Array;
  /** Whether nodes stand in the order in which they ran, rather than by weight. */
  readonly isInTime: boolean;

  /** @param inTime the model's nodes stand in the order in which they ran, and stay as they are */
  constructor(model: FlameModel, inTime = false) {
    this.isInTime = inTime;
    const merged = inTime ? rowByRow(model) : mergeStacks(model);
    this.frames = model.frames;
    this.size = merged.size;
    this.parent = merged.parent;
    this.frame = merged.frame;
    this.self = merged.self;
    this.#firstChild = merged.firstChild;
    this.total = totals(merged);
    this.depth = depths(merged);
    this.rows = this.size === 0 ? 0 : this.depth[this.size - 1]! + 1; // nodes stand row by row
    this.#order = new Int32Array(this.size);
    for (let node = 0; node < this.size; node++) this.#order[node] = node; // plain loops: there are many nodes, and they draw late otherwise
    this.#start = new Float64Array(this.size);
    this.#ordered = new Uint8Array(this.size);
  }

  /** Children, heaviest first. */
  children(node: number): Int32Array {
    this.#arrangeAbove(node);
    return this.#arrange(node);
  }

  /** Ticks to the left of a node. */
  start(node: number): number {
    this.#arrangeAbove(node);
    return this.#start[node]!;
  }

  /** The nodes from the root down to `node`. */
  lineage(node: number): number[] {
    const nodes: number[] = [];
    for (let at = node; at >= 0; at = this.parent[at]!) nodes.push(at);
    return nodes.reverse();
  }

  frameOf(node: number): FlameFrame {
    return this.frames[this.frame[node]!]!;
  }

  /** The part of everything that a number of ticks is, 0 to 1. */
  share(ticks: number): number {
    const all = this.total[0] ?? 0;
    return all === 0 ? 0 : ticks / all;
  }

  /** Gives the callers their order first: where a node starts follows from theirs. */
  #arrangeAbove(node: number): void {
    const above: number[] = [];
    for (let at = this.parent[node]!; at >= 0 && !this.#ordered[at]; at = this.parent[at]!) above.push(at);
    while (above.length) this.#arrange(above.pop()!);
  }

  #arrange(node: number): Int32Array {
    const children = this.#order.subarray(this.#firstChild[node]!, this.#firstChild[node + 1]!);
    if (this.#ordered[node]) return children;
    if (children.length > 1 && !this.isInTime) children.sort((a, b) => this.total[b]! - this.total[a]! || a - b);
    let at = this.#start[node]!;
    for (const child of children) {
      this.#start[child] = at;
      at += this.total[child]!;
    }
    this.#ordered[node] = 1;
    return children;
  }
}

interface Merged {
  readonly size: number;
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  readonly self: Float64Array;
  /** A node's children are `firstChild[node]` up to `firstChild[node + 1]`. */
  readonly firstChild: Int32Array;
}

/** The nodes as they are, those of a row after those of the row above. */
function rowByRow({ parent, frame, selfTicks }: FlameModel): Merged {
  const size = parent.length;
  const given = childLists(parent);
  const place = new Int32Array(size); // which given node stands where
  const rows = { parent: new Int32Array(size).fill(-1), frame: new Int32Array(size), self: new Float64Array(size) };
  const firstChild = new Int32Array(size + 1).fill(size);
  for (let node = 0, made = 1; node < size; node++) {
    const from = place[node]!;
    rows.frame[node] = frame[from]!;
    rows.self[node] = selfTicks[from]!;
    firstChild[node] = made;
    for (let i = given.first[from]!; i < given.first[from + 1]!; i++) {
      rows.parent[made] = node;
      place[made++] = given.list[i]!;
    }
  }
  return { size, firstChild, ...rows };
}

/** Makes one node of all siblings with the same frame, row by row: what is merged above brings its children together. */
function mergeStacks(model: FlameModel): Merged {
  const { parent, frame, selfTicks, frames } = model;
  const length = parent.length;
  const given = childLists(parent);
  const merged = { parent: new Int32Array(length), frame: new Int32Array(length), self: new Float64Array(length) };
  const firstChild = new Int32Array(length + 1);
  const firstMember = new Int32Array(length).fill(-1); // the given nodes that became one, as linked lists
  const nextMember = new Int32Array(length).fill(-1);
  const madeFor = new Int32Array(frames.length).fill(-1); // for which parent `made` holds, by frame
  const made = new Int32Array(frames.length);
  let size = 0;
  for (const top of topNodes(model, given)) {
    merged.parent[0] = -1;
    merged.frame[0] = frame[top]!;
    nextMember[top] = firstMember[0]!;
    firstMember[0] = top;
    size = 1;
  }
  for (let node = 0; node < size; node++) {
    firstChild[node] = size;
    for (let member = firstMember[node]!; member >= 0; member = nextMember[member]!) {
      merged.self[node]! += selfTicks[member]!;
      for (let i = given.first[member]!; i < given.first[member + 1]!; i++) {
        const child = given.list[i]!;
        const kind = frame[child]!;
        if (madeFor[kind] !== node) {
          madeFor[kind] = node;
          made[kind] = size;
          merged.parent[size] = node;
          merged.frame[size] = kind;
          size += 1;
        }
        nextMember[child] = firstMember[made[kind]!]!;
        firstMember[made[kind]!] = child;
      }
    }
  }
  firstChild[size] = size;
  return { size, firstChild, ...merged };
}

/** The nodes on top: the root, or the calls it holds where they are all of one function and it says nothing beside them. */
function topNodes({ parent, frame, selfTicks }: FlameModel, { list, first }: ChildLists): Iterable<number> {
  if (parent.length === 0) return [];
  const calls = list.subarray(first[0], first[1]);
  const isOne = calls.length > 0 && selfTicks[0] === 0 && calls.every((call) => frame[call] === frame[calls[0]!]);
  return isOne ? calls : [0];
}

interface ChildLists {
  readonly list: Int32Array;
  /** A node's children are `list[first[node]]` up to `list[first[node + 1]]`. */
  readonly first: Int32Array;
}

/** The children of each node, as one list and where each node's part of it begins. */
function childLists(parent: Int32Array): ChildLists {
  const first = new Int32Array(parent.length + 1);
  for (let node = 1; node < parent.length; node++) first[parent[node]! + 1]! += 1;
  for (let i = 1; i < first.length; i++) first[i]! += first[i - 1]!;
  const next = first.slice();
  const list = new Int32Array(parent.length);
  for (let node = 1; node < parent.length; node++) list[next[parent[node]!]!++] = node;
  return { list, first };
}

/** From self ticks rather than from given totals, so that the parts always add up to the whole. */
function totals({ size, parent, self }: Merged): Float64Array {
  const total = self.slice(0, size);
  for (let node = size - 1; node > 0; node--) total[parent[node]!]! += total[node]!;
  return total;
}

function depths({ size, parent }: Merged): Uint16Array {
  const depth = new Uint16Array(size);
  for (let node = 1; node < size; node++) depth[node] = depth[parent[node]!]! + 1;
  return depth;
}
