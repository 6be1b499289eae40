import { UserError } from '../base/errors.ts';
import type {
  CpuProfile,
  CpuProfileNode,
  FlameModel,
  HeapProfile,
  HeapProfileNode,
} from '../protocol/profileResult.ts';
import { Columns, Frames } from './flameColumns.ts';

/** What a profile from anywhere holds, ready to be drawn. */
export interface ProfileFile {
  /** What its numbers are: microseconds, or bytes. */
  readonly unit: 'us' | 'bytes';
  /** Equal stacks as one; time with nothing to do left out. */
  readonly stacks: FlameModel;
  /** Stacks in the order in which they ran; null where the file does not tell. */
  readonly timeline: FlameModel | null;
  readonly samples: number;
}

/**
 * Reads a `.cpuprofile` or `.heapprofile`.
 * @throws UserError when it is neither
 */
export function readProfileFile(text: string): ProfileFile {
  const found = parse(text);
  if (found && 'head' in found) return heapFile(found as HeapProfile);
  if (found && 'nodes' in found && 'samples' in found) return cpuFile(found as CpuProfile);
  throw new UserError('This file holds no CPU profile and no heap profile.');
}

function parse(text: string): object | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' ? found : null;
  } catch {
    return null;
  }
}

function heapFile({ head, samples = [] }: HeapProfile): ProfileFile {
  const frames = new Frames();
  const columns = new Columns(frames);
  const pending: { node: HeapProfileNode; parent: number }[] = [{ node: head, parent: -1 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const at = columns.add(next.parent, frames.indexOf(next.node.callFrame), next.node.selfSize);
    for (const node of next.node.children) pending.push({ node, parent: at });
  }
  return { unit: 'bytes', stacks: columns.finish(), timeline: null, samples: samples.length };
}

/** Plain loops over typed arrays: files have millions of samples. */
function cpuFile({ nodes, samples, timeDeltas }: CpuProfile): ProfileFile {
  const indexOf = indexOfIds(nodes);
  const frames = new Frames();
  const frameOf = new Int32Array(nodes.length);
  const parents = new Int32Array(nodes.length).fill(-1);
  for (let at = 0; at < nodes.length; at++) {
    const { callFrame, children = [] } = nodes[at]!;
    frameOf[at] = frames.indexOf(callFrame);
    for (const id of children) parents[indexOf(id)] = at;
  }
  const ran = new Int32Array(samples.length);
  const lasted = new Float64Array(samples.length);
  const self = new Float64Array(nodes.length);
  for (let i = 0; i < ran.length; i++) {
    ran[i] = indexOf(samples[i]!);
    lasted[i] = Math.max(0, timeDeltas[i + 1] ?? 0); // a sample lasts until the next
    self[ran[i]!]! += lasted[i]!;
  }
  return {
    unit: 'us',
    stacks: stacksOf(nodes, indexOf, self, new Columns(frames), frameOf),
    timeline: timelineOf(parents, ran, lasted, new Columns(frames), frameOf),
    samples: samples.length,
  };
}

/** V8 counts nodes from 1: a table then finds them faster than a Map. */
function indexOfIds(nodes: readonly CpuProfileNode[]): (id: number) => number {
  const largest = nodes.reduce((most, { id }) => Math.max(most, id), 0);
  if (largest > 8 * nodes.length + 1000) {
    const known = new Map(nodes.map(({ id }, at) => [id, at]));
    return (id) => known.get(id) ?? 0;
  }
  const table = new Int32Array(largest + 1);
  for (let at = 0; at < nodes.length; at++) table[nodes[at]!.id] = at;
  return (id) => table[id] ?? 0;
}

function stacksOf(
  nodes: readonly CpuProfileNode[],
  indexOf: (id: number) => number,
  self: Float64Array,
  columns: Columns,
  frameOf: Int32Array,
): FlameModel {
  const pending: number[] = [0];
  const above: number[] = [-1];
  while (pending.length) {
    const index = pending.pop()!;
    const parent = above.pop()!;
    const { callFrame, children = [] } = nodes[index]!;
    if (callFrame.functionName === '(idle)') continue;
    const at = columns.add(parent, frameOf[index]!, self[index]!);
    for (const id of children) {
      pending.push(indexOf(id));
      above.push(at);
    }
  }
  return columns.finish();
}

/** One node for each time that a function ran without a break. */
function timelineOf(
  parents: Int32Array,
  ran: Int32Array,
  lasted: Float64Array,
  columns: Columns,
  frameOf: Int32Array,
): FlameModel {
  const columnOf = new Int32Array(parents.length).fill(-1); // of the nodes on the stack
  const called: number[] = [];
  let top = -1;
  for (let i = 0; i < ran.length; i++) {
    const now = ran[i]!;
    if (now !== top) {
      let shared = now; // where the stacks of both samples part
      for (; shared >= 0 && columnOf[shared]! < 0; shared = parents[shared]!) called.push(shared);
      for (; top !== shared; top = parents[top]!) columnOf[top] = -1;
      for (let above = shared < 0 ? -1 : columnOf[shared]!; called.length; above = columnOf[top]!) {
        top = called.pop()!;
        columnOf[top] = columns.add(above, frameOf[top]!, 0);
      }
    }
    columns.weigh(columnOf[now]!, lasted[i]!);
  }
  return columns.finish();
}
