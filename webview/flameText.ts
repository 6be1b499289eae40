import { formatCount } from '../src/base/format.ts';
import type { FlameBox } from './flameBoxes.ts';
import type { FlameMatches } from './flameSearch.ts';
import type { FlameTree } from './flameTree.ts';
import { percentText, placeText } from './profilePageText.ts';

/** What the texts of a flame chart need beside its tree. */
export interface FlameScale {
  /** A number of the tree in words: `83.1 ms`, `4.1 MB`. */
  readonly cost: (ticks: number) => string;
  /** Of what parts of the whole are: `time`, `bytes`. */
  readonly whole: string;
  /** Whether the tree's numbers are samples, which are told then. */
  readonly isSamples: boolean;
  readonly paths: Readonly<Record<string, string>>;
  /** What two profiles took for the tree's nodes, where it is their difference; the tree then shows the larger of the two. */
  readonly change?: FlameChange;
}

/** Trees of the same nodes with the times of two profiles. */
export interface FlameChange {
  readonly before: FlameTree;
  readonly after: FlameTree;
}

/** How much longer a node takes than before, with what it calls. */
export function changeOf({ before, after }: FlameChange, node: number): number {
  return after.total[node]! - before.total[node]!;
}

/** The lines of the box beside the pointer, by name. */
export function boxTooltip(tree: FlameTree, { node, merged }: FlameBox, scale: FlameScale): Record<string, string> {
  if (merged > 0) return { Frames: `${formatCount(merged, 'frame')} too narrow to draw`, '': 'Zoom in to see them' };
  const frame = tree.frameOf(node);
  return {
    Function: frame.name,
    Where: whereText(tree, node, scale),
    ...(scale.change
      ? changeTexts(scale.change, node, scale)
      : { Self: costText(tree, tree.self[node]!, scale), Total: costText(tree, tree.total[node]!, scale) }),
    ...(scale.isSamples && { Samples: `${samples(tree.self[node]!)} self, ${samples(tree.total[node]!)} total` }),
  };
}

/** One sentence on a frame, for who cannot see the chart. */
export function spokenFrame(tree: FlameTree, node: number, scale: FlameScale): string {
  const { name } = tree.frameOf(node);
  const callees = tree.children(node).length;
  return [
    name,
    ...(scale.change
      ? Object.entries(changeTexts(scale.change, node, scale)).map(([what, text]) => `${what.toLowerCase()} ${text}`)
      : [`${costText(tree, tree.total[node]!, scale)} total`, `${costText(tree, tree.self[node]!, scale)} self`]),
    whereText(tree, node, scale),
    `level ${tree.depth[node]! + 1}`,
    callees === 0 ? 'calls nothing' : `calls ${formatCount(callees, 'function')}`,
  ].join(', ');
}

export function matchesText(tree: FlameTree, matches: FlameMatches | null, { whole }: FlameScale): string {
  if (!matches) return '';
  if (matches.count === 0) return 'No frame has this in its name.';
  return `${formatCount(matches.count, 'frame')}, ${percentText(100 * tree.share(matches.ticks))} of the ${whole}`;
}

export function whereText(tree: FlameTree, node: number, { paths }: FlameScale): string {
  const { file, line, origin } = tree.frameOf(node);
  if (file !== null) return placeText(paths, file, line);
  if (node === 0) return 'all samples';
  return origin === 'gc' ? 'garbage collection' : origin === 'node' ? 'Node.js' : 'built in';
}

function changeTexts(change: FlameChange, node: number, { cost }: FlameScale): Record<string, string> {
  const delta = changeOf(change, node);
  const sign = delta < 0 ? '−' : '+';
  return {
    Then: cost(change.before.total[node]!),
    Now: cost(change.after.total[node]!),
    Change: `${sign}${cost(Math.abs(delta))} ${delta < 0 ? 'faster' : 'slower'}`,
  };
}

/** Shared-out samples come in fractions, which say nothing to a reader. */
function samples(ticks: number): string {
  return Math.round(ticks).toLocaleString('en-US');
}

function costText(tree: FlameTree, ticks: number, { cost }: FlameScale): string {
  return `${cost(ticks)} (${percentText(100 * tree.share(ticks))})`;
}
