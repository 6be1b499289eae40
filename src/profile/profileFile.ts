import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import type {
  CpuProfile,
  CpuProfileNode,
  FlameFrame,
  FlameModel,
  HeapProfile,
  HeapProfileNode,
} from '../protocol/profiler.ts';
import { isPackage } from './sources.ts';

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
  const columns = new Columns();
  const pending: { node: HeapProfileNode; parent: number }[] = [{ node: head, parent: -1 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const at = columns.add(next.parent, columns.frameOf(next.node.callFrame), next.node.selfSize);
    for (const node of next.node.children) pending.push({ node, parent: at });
  }
  return { unit: 'bytes', stacks: columns.finish(), timeline: null, samples: samples.length };
}

function cpuFile(profile: CpuProfile): ProfileFile {
  const { nodes, samples, timeDeltas } = profile;
  const byId = new Map(nodes.map((node, index) => [node.id, index]));
  const indices = Int32Array.from(samples, (id) => byId.get(id) ?? 0);
  const self = new Float64Array(nodes.length);
  for (let i = 0; i < indices.length; i++) self[indices[i]!]! += Math.max(0, timeDeltas[i + 1] ?? 0); // a sample lasts until the next
  const parents = parentsOf(nodes, byId);
  return {
    unit: 'us',
    stacks: stacksOf(nodes, byId, self),
    timeline: timelineOf(nodes, parents, indices, timeDeltas),
    samples: samples.length,
  };
}

function parentsOf(nodes: readonly CpuProfileNode[], byId: ReadonlyMap<number, number>): Int32Array {
  const parents = new Int32Array(nodes.length).fill(-1);
  for (const [index, { children = [] }] of nodes.entries()) for (const id of children) parents[byId.get(id)!] = index;
  return parents;
}

function stacksOf(nodes: readonly CpuProfileNode[], byId: ReadonlyMap<number, number>, self: Float64Array): FlameModel {
  const columns = new Columns();
  const pending: { index: number; parent: number }[] = [{ index: 0, parent: -1 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { callFrame, children = [] } = nodes[next.index]!;
    if (callFrame.functionName === '(idle)') continue;
    const at = columns.add(next.parent, columns.frameOf(callFrame), self[next.index]!);
    for (const id of children) pending.push({ index: byId.get(id)!, parent: at });
  }
  return columns.finish();
}

/** One node for each time that a function ran without a break. */
function timelineOf(
  nodes: readonly CpuProfileNode[],
  parents: Int32Array,
  samples: Int32Array,
  timeDeltas: readonly number[],
): FlameModel {
  const columns = new Columns();
  const frames = nodes.map(({ callFrame }) => columns.frameOf(callFrame));
  const open: { raw: number; at: number }[] = []; // the stack of the sample before, the root first
  const path: number[] = [];
  for (let i = 0; i < samples.length; i++) {
    path.length = 0;
    for (let raw = samples[i]!; raw >= 0; raw = parents[raw]!) path.push(raw);
    path.reverse();
    let depth = 0;
    while (depth < path.length && open[depth]?.raw === path[depth]) depth += 1;
    open.length = depth;
    for (; depth < path.length; depth++) {
      const raw = path[depth]!;
      open.push({ raw, at: columns.add(open[depth - 1]?.at ?? -1, frames[raw]!, 0) });
    }
    columns.weigh(open[open.length - 1]!.at, Math.max(0, timeDeltas[i + 1] ?? 0));
  }
  return columns.finish();
}

/** Gathers the columns of a model. */
class Columns {
  readonly #frames: FlameFrame[] = [];
  readonly #index = new Map<string, number>();
  readonly #parent: number[] = [];
  readonly #frame: number[] = [];
  readonly #self: number[] = [];

  frameOf({ functionName, url, lineNumber }: CpuProfileNode['callFrame']): number {
    const key = `${url}:${lineNumber} ${functionName}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const index = this.#frames.push(frame(functionName, url, lineNumber)) - 1;
    this.#index.set(key, index);
    return index;
  }

  add(parent: number, frame: number, self: number): number {
    this.#parent.push(parent);
    this.#self.push(self);
    return this.#frame.push(frame) - 1;
  }

  weigh(node: number, more: number): void {
    this.#self[node]! += more;
  }

  finish(): FlameModel {
    const selfTicks = Float64Array.from(this.#self);
    const totalTicks = selfTicks.slice();
    for (let node = totalTicks.length - 1; node > 0; node--) totalTicks[this.#parent[node]!]! += totalTicks[node]!;
    const [parent, frame] = [Int32Array.from(this.#parent), Int32Array.from(this.#frame)];
    return { frames: this.#frames, parent, frame, selfTicks, totalTicks };
  }
}

function frame(name: string, url: string, lineNumber: number): FlameFrame {
  const file = url.startsWith('file:') ? fileURLToPath(url) : url || null;
  const shown = name || '(anonymous)';
  if (name === '(garbage collector)') return { name: shown, file: null, line: null, origin: 'gc' };
  if (file === null) return { name: shown, file, line: null, origin: 'native' };
  const origin = file.startsWith('node:') ? 'node' : isPackage(file) ? 'package' : 'own';
  return { name: shown, file, line: lineNumber + 1, origin };
}
