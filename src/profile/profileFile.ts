import { UserError } from '../base/errors.ts';
import type { FlameModel, HeapProfile, HeapProfileNode } from '../protocol/profileResult.ts';
import { type CpuColumns, cpuColumns } from './cpuColumns.ts';
import { Columns, Frames } from './flameColumns.ts';
import { NotAsExpected } from './jsonBytes.ts';

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
export function readProfileFile(bytes: Uint8Array): ProfileFile {
  const frames = new Frames();
  return (
    attempt(() => cpuFile(cpuColumns(bytes, frames), frames)) ??
    attempt(() => heapFile(JSON.parse(new TextDecoder().decode(bytes)) as HeapProfile)) ??
    refuse()
  );
}

/** Null where the text is something else. */
function attempt(read: () => ProfileFile): ProfileFile | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotAsExpected || error instanceof SyntaxError) return null;
    throw error;
  }
}

function refuse(): never {
  throw new UserError('This file holds no CPU profile and no heap profile.');
}

function heapFile(found: HeapProfile | null): ProfileFile {
  if (!found?.head) throw new NotAsExpected();
  const { head, samples = [] } = found;
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
function cpuFile({ parent, frame, ran, deltas }: CpuColumns, frames: Frames): ProfileFile {
  const lasted = new Float64Array(ran.length);
  const self = new Float64Array(parent.length);
  for (let i = 0; i < ran.length; i++) {
    lasted[i] = Math.max(0, deltas[i + 1] ?? 0); // a sample lasts until the next
    self[ran[i]!]! += lasted[i]!;
  }
  const isIdle = frames.all.map(({ name }) => name === '(idle)');
  return {
    unit: 'us',
    stacks: stacksOf(parent, frame, self, new Columns(frames), isIdle),
    timeline: timelineOf(parent, ran, lasted, new Columns(frames), frame),
    samples: ran.length,
  };
}

/** In the order of the file, but callers before those they call. */
function stacksOf(
  parents: Int32Array,
  frameOf: Int32Array,
  self: Float64Array,
  columns: Columns,
  isIdle: readonly boolean[],
): FlameModel {
  const columnOf = new Int32Array(parents.length).fill(UNSEEN);
  const waiting: number[] = [];
  for (let node = 0; node < parents.length; node++) {
    for (let at = node; at >= 0 && columnOf[at] === UNSEEN; at = parents[at]!) {
      columnOf[at] = WAITING;
      waiting.push(at);
    }
    while (waiting.length) {
      const next = waiting.pop()!;
      const above = next === 0 ? -1 : columnOf[parents[next]!]!;
      if (above === WAITING) throw new NotAsExpected(); // it calls itself: no tree
      const isOut = above === LEFT_OUT || isIdle[frameOf[next]!];
      columnOf[next] = isOut ? LEFT_OUT : columns.add(above, frameOf[next]!, self[next]!);
    }
  }
  return columns.finish();
}

const UNSEEN = -2;
const WAITING = -3;
const LEFT_OUT = -4;

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
