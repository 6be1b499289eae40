import { fileURLToPath } from 'node:url';
import type { CodeOrigin, CpuProfile, CpuProfileNode, FlameFrame, FlameModel } from '../protocol/profiler.ts';
import type { FunctionInfo } from './functionSurvey.ts';
import { type BundleLocations, isHarness, isPackage } from './locations.ts';
import type { Sources } from './sources.ts';

/** A function in the model, with its declaration where it is the user's own. */
export interface ModelFrame extends FlameFrame {
  readonly info: FunctionInfo | null;
}

/** Ticks by source line of one node. */
export interface LineTicks {
  readonly file: string;
  readonly line: number;
  readonly ticks: number;
}

/** The profiled calls as a tree: what the harness, Node's own machinery and the making of arguments cost is left out. */
export interface ProfileModel extends FlameModel {
  readonly frames: readonly ModelFrame[];
  /** Per node, self ticks by line. */
  readonly lines: readonly (readonly LineTicks[])[];
  readonly ticks: number;
  /** CPU time of the counted ticks in milliseconds. */
  readonly cpuMs: number;
}

/** What a node of the raw profile means for the model. */
type Meaning = 'through' | 'excluded' | ModelFrame;

/** Builds the model in one walk over the raw tree. */
export function buildModel(profile: CpuProfile, locations: BundleLocations, sources: Sources): ProfileModel {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const reader = new NodeReader(locations, sources);
  const tree = new TreeBuilder();
  const counted = new Set<number>();
  const pending: { node: CpuProfileNode; at: number }[] = [{ node: profile.nodes[0]!, at: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node } = next;
    const meaning = reader.meaning(node, next.at === 0);
    if (meaning === 'excluded') continue;
    const at = meaning === 'through' ? next.at : tree.child(next.at, meaning);
    if (at !== 0 && node.hitCount > 0) {
      tree.addTicks(at, node.hitCount, reader.lineTicks(node));
      counted.add(node.id);
    }
    for (const id of node.children ?? []) pending.push({ node: byId.get(id)!, at });
  }
  const cpuUs = profile.samples.reduce(
    (sum, id, i) => (counted.has(id) ? sum + (profile.timeDeltas[i + 1] ?? 0) : sum),
    0,
  );
  return { ...tree.finish(), cpuMs: cpuUs / 1000 };
}

/** Reads nodes of the raw profile in terms of the sources. */
class NodeReader {
  readonly #locations: BundleLocations;
  readonly #sources: Sources;
  readonly #frames = new Map<string, ModelFrame>();

  constructor(locations: BundleLocations, sources: Sources) {
    this.#locations = locations;
    this.#sources = sources;
  }

  /** @param outside no code of the target has been met on the way down */
  meaning({ callFrame }: CpuProfileNode, outside: boolean): Meaning {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    if (functionName === '(garbage collector)') return this.#frame(functionName, null, null, 'gc');
    if (/^\((root|program|idle)\)$/.test(functionName)) return 'through';
    if (url === '') return outside ? 'through' : this.#frame(functionName || '(built-in)', null, null, 'native');
    if (url.startsWith('node:')) return outside ? 'through' : this.#frame(functionName, url, lineNumber + 1, 'node');
    if (url !== this.#locations.url) return this.#foreign(functionName, url, lineNumber + 1, outside);
    const place = this.#locations.of(lineNumber + 1, columnNumber + 1);
    if (/^(given|\$memoirArgs)$/.test(functionName)) return 'excluded';
    if (!place || isHarness(place.file) || place.line > this.#sources.lineCount(place.file)) return 'through';
    if (isPackage(place.file)) return this.#frame(functionName, place.file, place.line, 'package');
    const info = this.#sources.functionAt(place.file, place.line, place.column);
    return this.#frame(info?.name ?? functionName, place.file, info?.line ?? place.line, 'own', info);
  }

  lineTicks({ callFrame, positionTicks = [] }: CpuProfileNode): readonly LineTicks[] {
    if (callFrame.url !== this.#locations.url) return [];
    return positionTicks.flatMap(({ line, ticks }) => {
      const place = this.#locations.ofLine(line);
      return place && !isHarness(place.file) ? [{ file: place.file, line: place.line, ticks }] : [];
    });
  }

  /** Code that was loaded from outside of the bundle: a package, or the profiler itself. */
  #foreign(name: string, url: string, line: number, outside: boolean): Meaning {
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    if (isPackage(file)) return this.#frame(name, file, line, 'package');
    return outside ? 'through' : this.#frame(name, file, line, 'node');
  }

  #frame(name: string, file: string | null, line: number | null, origin: CodeOrigin, info: FunctionInfo | null = null) {
    const key = info ? `${file}:${info.start}:${info.end}` : `${file}:${line}:${name}`;
    const frame = this.#frames.get(key) ?? { name: name || '(anonymous)', file, line, origin, info };
    this.#frames.set(key, frame);
    return frame;
  }
}

/** Gathers nodes in columns, and adds totals up at the end. */
class TreeBuilder {
  readonly #frames = new Map<ModelFrame, number>();
  readonly #children: Map<number, number>[] = [new Map()];
  readonly #parent = [-1];
  readonly #frame = [0];
  readonly #self = [0];
  readonly #lines: LineTicks[][] = [[]];

  constructor() {
    this.#frames.set({ name: '(calls)', file: null, line: null, origin: 'native', info: null }, 0);
  }

  child(parent: number, frame: ModelFrame): number {
    if (!this.#frames.has(frame)) this.#frames.set(frame, this.#frames.size);
    const index = this.#frames.get(frame)!;
    const known = this.#children[parent]!.get(index);
    if (known !== undefined) return known;
    const node = this.#parent.length;
    this.#children[parent]!.set(index, node);
    this.#children.push(new Map());
    this.#parent.push(parent);
    this.#frame.push(index);
    this.#self.push(0);
    this.#lines.push([]);
    return node;
  }

  addTicks(node: number, ticks: number, lines: readonly LineTicks[]): void {
    this.#self[node]! += ticks;
    this.#lines[node]!.push(...lines);
  }

  finish(): Omit<ProfileModel, 'cpuMs'> {
    const total = Uint32Array.from(this.#self);
    for (let node = total.length - 1; node > 0; node--) total[this.#parent[node]!]! += total[node]!;
    return {
      frames: [...this.#frames.keys()],
      parent: Int32Array.from(this.#parent),
      frame: Int32Array.from(this.#frame),
      selfTicks: Uint32Array.from(this.#self),
      totalTicks: total,
      lines: this.#lines,
      ticks: total[0]!,
    };
  }
}
