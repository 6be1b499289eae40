import type { FlameRange } from './flameBoxes.ts';
import type { FlameTree } from './flameTree.ts';

/** A frame that fills less of the chart than this is brought closer when it is selected. */
const LEGIBLE = 0.04;

export function wholeRange(tree: FlameTree): FlameRange {
  return { from: 0, to: Math.max(1, tree.total[0] ?? 1) };
}

/** The range that a node fills. */
export function rangeOf(tree: FlameTree, node: number): FlameRange {
  const from = tree.start(node);
  return { from, to: from + Math.max(1, tree.total[node]!) };
}

/** Closer (`factor` below 1) or further away, what is at `at` ticks staying where it is; never closer than one tick. */
export function zoomRange(tree: FlameTree, range: FlameRange, at: number, factor: number): FlameRange {
  const whole = wholeRange(tree);
  const span = Math.min(whole.to, Math.max(1, (range.to - range.from) * factor));
  const share = (at - range.from) / (range.to - range.from);
  return clamp(at - share * span, span, whole);
}

/** Moved by a number of ticks, as far as there is something to see. */
export function panRange(tree: FlameTree, range: FlameRange, ticks: number): FlameRange {
  return clamp(range.from + ticks, range.to - range.from, wholeRange(tree));
}

/** The range in which a node can be read: the present one where it will do, else one nearer to it. */
export function revealRange(tree: FlameTree, range: FlameRange, node: number): FlameRange {
  const extent = rangeOf(tree, node);
  const covered = Math.min(extent.to, range.to) - Math.max(extent.from, range.from);
  const span = range.to - range.from;
  if (covered >= Math.min(extent.to - extent.from, span) * 0.999 && covered >= span * LEGIBLE) return range;
  const around = tree
    .lineage(node)
    .map((ancestor) => rangeOf(tree, ancestor))
    .find((it) => (extent.to - extent.from) / (it.to - it.from) >= LEGIBLE);
  return around ?? extent;
}

function clamp(from: number, span: number, whole: FlameRange): FlameRange {
  const start = Math.max(whole.from, Math.min(from, whole.to - span));
  return { from: start, to: start + span };
}
