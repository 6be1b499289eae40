import type { CpuProfile, CpuProfileNode, FlameModel } from '../protocol/profileResult.ts';
import type { ScriptLocations } from './locations.ts';
import { type LineTicks, type ModelFrame, NodeReader, type SourceLine } from './nodeReader.ts';
import type { Sources } from './sources.ts';

/** The profiled calls as a tree: what the harness, Node's own machinery and the making of arguments cost is left out. */
export interface ProfileModel extends FlameModel {
  readonly frames: readonly ModelFrame[];
  /** Per node, self ticks by line; a node without lines (built-in code, garbage collection) has none. */
  readonly lines: readonly (readonly LineTicks[])[];
  /** Per node, the line it was called from, where the profile itself tells. */
  readonly calledFrom: readonly (SourceLine | null)[];
  readonly ticks: number;
  /** CPU time of the counted ticks in milliseconds. */
  readonly cpuMs: number;
  /** Time with nothing to compute, in milliseconds. */
  readonly idleMs: number;
}

/**
 * Builds the model in one walk over the raw tree.
 * @param loading modules were still being loaded, so what their bodies do is what was profiled
 */
export function buildModel(
  profile: CpuProfile,
  locations: ScriptLocations,
  sources: Sources,
  loading = false,
): ProfileModel {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const reader = new NodeReader(locations, sources, loading);
  const tree = new TreeBuilder();
  const own = new Set<number>();
  const collections: { id: number; at: number }[] = [];
  const pending: { node: CpuProfileNode; at: number; from: SourceLine | null }[] = [
    { node: profile.nodes[0]!, at: 0, from: null },
  ];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node } = next;
    const meaning = reader.meaning(node, next.at === 0);
    if (meaning === 'excluded') continue;
    const isFrame = meaning !== 'through' && !('marked' in meaning);
    const at = isFrame ? tree.child(next.at, meaning, next.from) : next.at;
    const from = isFrame ? null : meaning === 'through' ? next.from : lineOf(meaning.marked, tree.frameOf(at));
    if (isFrame && meaning.origin === 'gc') collections.push({ id: node.id, at });
    else if (node.hitCount > 0) addTicks(tree, at, node, reader);
    if (at !== 0) own.add(node.id);
    for (const id of node.children ?? []) pending.push({ node: byId.get(id)!, at, from });
  }
  for (const { id, at } of collections) tree.add(at, ticksOnceRunning(profile, id, own), null);
  const model = tree.finish();
  const tickMs = (profile.endTime - profile.startTime) / 1000 / Math.max(1, profile.samples.length);
  const idle = profile.nodes.find(({ callFrame }) => callFrame.functionName === '(idle)')?.hitCount ?? 0;
  return { ...model, cpuMs: model.ticks * tickMs, idleMs: idle * tickMs };
}

function lineOf(line: number, { file }: ModelFrame): SourceLine | null {
  return file === null ? null : { file, line };
}

/** Ticks of a node from the first sample of the target on: what was collected before is not the target's garbage. */
function ticksOnceRunning({ samples }: CpuProfile, id: number, own: ReadonlySet<number>): number {
  const first = samples.findIndex((sample) => sample !== id && own.has(sample));
  return first < 0 ? 0 : samples.slice(first).filter((sample) => sample === id).length;
}

/**
 * Ticks on lines of another function were inlined: they are that function's, also where the harness itself is what
 * the target was inlined into.
 */
function addTicks(tree: TreeBuilder, at: number, node: CpuProfileNode, reader: NodeReader): void {
  let left = node.hitCount;
  for (const tick of reader.lineTicks(node)) {
    const inlined = reader.inlined(tick, tree.frameOf(at));
    const to = inlined ? tree.child(at, inlined, null) : at;
    if (to !== 0) tree.add(to, tick.ticks, tick);
    left -= tick.ticks;
  }
  if (at !== 0) tree.add(at, left, null);
}

/**
 * The ticks of `model` on the stacks of `structure`. V8 leaves inlined functions out of stacks, so a profile that is
 * true to the lines does not know who called; one taken without inlining knows, but its costs are not the real ones.
 * Each line's ticks are shared out among the places where that line stands in `structure`, in proportion to its ticks there.
 */
export function onStacksOf(structure: ProfileModel, model: ProfileModel): ProfileModel {
  const places = placesByKey(structure);
  const tree = TreeBuilder.like(structure);
  const ownNode: number[] = [0]; // of a node of `model`, made where `structure` has never seen its line
  const ensure = (node: number): number => {
    ownNode[node] ??= tree.child(
      ensure(model.parent[node]!),
      model.frames[model.frame[node]!]!,
      model.calledFrom[node]!,
    );
    return ownNode[node];
  };
  for (let node = 1; node < model.parent.length; node++) {
    for (const { key, ticks, line } of ticksOf(model, node)) {
      const found = places.get(key);
      if (!found) tree.add(ensure(node), ticks, line && { ...line, ticks });
      for (const place of found?.places ?? []) {
        const share = (ticks * place.ticks) / found!.total;
        tree.add(place.node, share, line && { ...line, ticks: share });
      }
    }
  }
  return { ...tree.finish(), cpuMs: model.cpuMs, idleMs: model.idleMs };
}

function placesByKey(model: ProfileModel) {
  const byKey = new Map<string, { total: number; places: { node: number; ticks: number }[] }>();
  for (let node = 1; node < model.parent.length; node++) {
    for (const { key, ticks } of ticksOf(model, node)) {
      const entry = byKey.get(key) ?? { total: 0, places: [] };
      entry.total += ticks;
      entry.places.push({ node, ticks });
      byKey.set(key, entry);
    }
  }
  return byKey;
}

/** Self ticks of a node by what they are spent on: a line, or a function without lines. */
function* ticksOf(
  model: ProfileModel,
  node: number,
): Generator<{ key: string; ticks: number; line: LineTicks | null }> {
  let left = model.selfTicks[node]!;
  for (const line of model.lines[node]!) {
    left -= line.ticks;
    yield { key: `${line.file}:${line.line}`, ticks: line.ticks, line };
  }
  const { name, file, origin } = model.frames[model.frame[node]!]!;
  if (left > 1e-9) yield { key: `${origin} ${file} ${name}`, ticks: left, line: null };
}

/** Gathers nodes in columns, and adds totals up at the end. */
class TreeBuilder {
  readonly #frames: ModelFrame[] = [{ name: '(calls)', file: null, line: null, origin: 'native', info: null, key: '' }];
  readonly #frameIndex = new Map<string, number>();
  readonly #nodes = new Map<string, number>();
  readonly #parent = [-1];
  readonly #frame = [0];
  readonly #self = [0];
  readonly #lines: LineTicks[][] = [[]];
  readonly #calledFrom: (SourceLine | null)[] = [null];

  /** A tree of the same nodes, without ticks. */
  static like(model: ProfileModel): TreeBuilder {
    const tree = new TreeBuilder();
    for (let node = 1; node < model.parent.length; node++) {
      tree.child(model.parent[node]!, model.frames[model.frame[node]!]!, model.calledFrom[node]!);
    }
    return tree;
  }

  child(parent: number, frame: ModelFrame, from: SourceLine | null): number {
    const index = this.#indexOf(frame);
    const key = `${parent} ${index} ${from ? `${from.file}:${from.line}` : ''}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = this.#parent.push(parent) - 1;
    this.#nodes.set(key, node);
    this.#frame.push(index);
    this.#self.push(0);
    this.#lines.push([]);
    this.#calledFrom.push(from);
    return node;
  }

  add(node: number, ticks: number, line: LineTicks | null): void {
    this.#self[node]! += ticks;
    if (line) this.#lines[node]!.push(line);
  }

  frameOf(node: number): ModelFrame {
    return this.#frames[this.#frame[node]!]!;
  }

  finish(): Omit<ProfileModel, 'cpuMs' | 'idleMs'> {
    const total = Float64Array.from(this.#self);
    for (let node = total.length - 1; node > 0; node--) total[this.#parent[node]!]! += total[node]!;
    return {
      frames: this.#frames,
      parent: Int32Array.from(this.#parent),
      frame: Int32Array.from(this.#frame),
      selfTicks: Float64Array.from(this.#self),
      totalTicks: total,
      lines: this.#lines,
      calledFrom: this.#calledFrom,
      ticks: Math.round(total[0]!),
    };
  }

  #indexOf(frame: ModelFrame): number {
    const known = this.#frameIndex.get(frame.key);
    if (known !== undefined) return known;
    const index = this.#frames.push(frame) - 1;
    this.#frameIndex.set(frame.key, index);
    return index;
  }
}
