import type { CpuProfileNode } from '../protocol/profileResult.ts';
import { type Frames, Numbers } from './flameColumns.ts';
import { JsonBytes, NotAsExpected } from './jsonBytes.ts';

/** A CPU profile in columns: nodes by their place in the file. */
export interface CpuColumns {
  /** Per node, who called it; -1 for the root. */
  readonly parent: Int32Array;
  /** Per node, its function's place in the frames. */
  readonly frame: Int32Array;
  /** Per sample, the node that ran. */
  readonly ran: Int32Array;
  /** Per sample, the microseconds since the one before; may be shorter than the samples. */
  readonly deltas: Float64Array;
}

/**
 * Reads a CPU profile from its bytes without an object for each of its nodes, of which there may be millions.
 * @throws NotAsExpected for anything else
 */
export function cpuColumns(bytes: Uint8Array, frames: Frames): CpuColumns {
  const json = new JsonBytes(bytes);
  const nodes = new NodeColumns(json, frames);
  let samples = new Float64Array();
  let deltas = new Float64Array();
  json.object((from, to) => {
    if (json.is('nodes', from, to)) json.list(() => nodes.read());
    else if (json.is('samples', from, to)) samples = json.numbers();
    else if (json.is('timeDeltas', from, to)) deltas = json.numbers();
    else json.skip();
  });
  if (!nodes.size) throw new NotAsExpected();
  const placeOf = nodes.places();
  const ran = new Int32Array(samples.length);
  for (let i = 0; i < ran.length; i++) ran[i] = placeOf(samples[i]!) ?? 0;
  return { ...nodes.columns(placeOf), ran, deltas };
}

/** The nodes of a profile, read one after the other. */
class NodeColumns {
  readonly #json: JsonBytes;
  readonly #calls: KnownCalls;
  readonly #ids = new Numbers(Int32Array);
  readonly #frames = new Numbers(Int32Array);
  /** Ids of callees, those of a node after those of the one before, and where each node's end. */
  readonly #children = new Numbers(Int32Array);
  readonly #ends = new Numbers(Int32Array);

  constructor(json: JsonBytes, frames: Frames) {
    this.#json = json;
    this.#calls = new KnownCalls(json, frames);
  }

  get size(): number {
    return this.#ends.size;
  }

  read(): void {
    this.#json.object(this.#member);
    this.#ends.add(this.#children.size);
    if (this.#ids.size !== this.size || this.#frames.size !== this.size) throw new NotAsExpected();
  }

  /** V8 counts nodes from 1: a table then finds them faster than a Map. */
  places(): (id: number) => number | undefined {
    const ids = this.#ids.taken();
    const largest = ids.reduce((most, id) => Math.max(most, id), 0);
    if (largest > 8 * ids.length + 1000) {
      const known = new Map(Array.from(ids, (id, at) => [id, at]));
      return (id) => known.get(id);
    }
    const table = new Int32Array(largest + 1);
    for (let at = 0; at < ids.length; at++) table[ids[at]!] = at;
    return (id) => table[id];
  }

  columns(placeOf: (id: number) => number | undefined): Pick<CpuColumns, 'parent' | 'frame'> {
    const children = this.#children.taken();
    const ends = this.#ends.taken();
    const parent = new Int32Array(this.size); // whom nobody calls, the root does
    for (let node = 0, at = 0; node < ends.length; node++)
      for (; at < ends[node]!; at++) parent[placeOf(children[at]!) ?? 0] = node;
    parent[0] = -1;
    return { parent, frame: this.#frames.taken() };
  }

  readonly #member = (from: number, to: number): void => {
    const json = this.#json;
    if (json.is('id', from, to)) this.#ids.add(json.number());
    else if (json.is('callFrame', from, to)) this.#frames.add(this.#calls.read());
    else if (json.is('children', from, to)) json.list(this.#child);
    else json.skip();
  };

  readonly #child = (): void => this.#children.add(this.#json.number());
}

/** The functions of nodes: there are many more nodes than functions, and a known text stands for a known function. */
class KnownCalls {
  readonly #json: JsonBytes;
  readonly #frames: Frames;
  /** By the text's hint: where such a text begins and ends, and its frame. */
  readonly #known = new Map<number, { readonly from: number; readonly to: number; readonly frame: number }[]>();

  constructor(json: JsonBytes, frames: Frames) {
    this.#json = json;
    this.#frames = frames;
  }

  read(): number {
    const json = this.#json;
    const hint = json.hint();
    const alike = this.#known.get(hint) ?? [];
    for (const { from, to, frame } of alike) if (json.passSame(from, to)) return frame;
    const from = json.at;
    json.skip();
    const to = json.at;
    const frame = this.#frames.indexOf(JSON.parse(json.text(from, to)) as CpuProfileNode['callFrame']); // as V8 writes it
    this.#known.set(hint, [...alike, { from, to, frame }]);
    return frame;
  }
}
