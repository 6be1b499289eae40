import type { FlameTree } from './flameTree.ts';

/** The part of the chart that is seen across, in ticks. */
export interface FlameRange {
  readonly from: number;
  readonly to: number;
}

/** A frame where it is drawn, in pixels across and rows down. */
export interface FlameBox {
  readonly node: number;
  readonly row: number;
  readonly x: number;
  readonly width: number;
  /** How many siblings, too narrow to be drawn, this box stands for; 0 for a frame of its own. */
  readonly merged: number;
}

/** Narrower frames are drawn together. */
const NARROWEST = 0.5;

/** What is to be drawn of `range` on `width` pixels, in the rows from `first` to `last`; the rest costs nothing. */
export function visibleBoxes(
  tree: FlameTree,
  range: FlameRange,
  width: number,
  rows: { readonly first: number; readonly last: number } = { first: 0, last: tree.rows - 1 },
): FlameBox[] {
  const scale = width / (range.to - range.from);
  const boxes: FlameBox[] = [];
  const waiting: number[] = [];
  const place: Place = (node, start, ticks, merged) => {
    const left = Math.max(0, (start - range.from) * scale);
    const right = Math.min(width, (start + ticks - range.from) * scale);
    const row = tree.depth[node]!;
    if (right - left < NARROWEST) return; // cut by the edge
    if (row >= rows.first && row <= rows.last) boxes.push({ node, row, x: left, width: right - left, merged });
    if (merged === 0 && row < rows.last) waiting.push(node);
  };
  if (tree.size > 0) place(0, 0, tree.total[0]!, 0);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    placeChildren(tree, node, range, NARROWEST / scale, place);
  }
  return boxes;
}

type Place = (node: number, start: number, ticks: number, merged: number) => void;

/** Neighbours that are too narrow become one box; ordered by weight, those are all that follow the first. */
function placeChildren(tree: FlameTree, node: number, range: FlameRange, narrowest: number, place: Place): void {
  const children = tree.children(node);
  const end = tree.start(node) + tree.total[node]! - tree.self[node]!;
  let at = tree.start(node);
  let narrow = 0; // neighbours before this child
  let since = at;
  const merge = (before: number) => {
    if (narrow > 0 && at > range.from) place(children[before - 1]!, since, at - since, narrow);
    narrow = 0;
  };
  for (let i = 0; i < children.length && at < range.to; i++) {
    const child = children[i]!;
    const ticks = tree.total[child]!;
    if (ticks < narrowest && !tree.isInTime) {
      place(child, at, end - at, children.length - i);
      return;
    }
    if (ticks < narrowest) {
      if (narrow === 0) since = at;
      narrow += 1;
    } else {
      merge(i);
      if (at + ticks > range.from) place(child, at, ticks, 0);
    }
    at += ticks;
    if (i === children.length - 1) merge(children.length);
  }
}
