import { fileURLToPath } from 'node:url';
import type { CpuProfileNode, FlameFrame, FlameModel } from '../protocol/profileResult.ts';
import { isPackage } from './sources.ts';

/** Functions, each once. */
export class Frames {
  readonly all: FlameFrame[] = [];
  /** By file, line and name: files have many more nodes than functions. */
  readonly #index = new Map<string, Map<number, Map<string, number>>>();

  indexOf({ functionName, url, lineNumber }: CpuProfileNode['callFrame']): number {
    const ofLine = inMap(inMap(this.#index, url), lineNumber);
    let index = ofLine.get(functionName);
    if (index === undefined) {
      index = this.all.push(frame(functionName, url, lineNumber)) - 1;
      ofLine.set(functionName, index);
    }
    return index;
  }
}

/** What a map of maps holds, made when it is first asked for. */
function inMap<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

/** Numbers, in an array that grows. */
export class Numbers<A extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>> {
  readonly #type: new (
    size: number,
  ) => A;
  #values: A;
  size = 0;

  constructor(type: new (size: number) => A) {
    this.#type = type;
    this.#values = new type(4096);
  }

  add(value: number): void {
    if (this.size === this.#values.length) this.#grow();
    this.#values[this.size++] = value;
  }

  more(at: number, value: number): void {
    this.#values[at]! += value;
  }

  /** All of them; nothing may be added any more. */
  taken(): A {
    return this.#values.subarray(0, this.size) as A;
  }

  #grow(): void {
    const values = this.#values;
    this.#values = new this.#type(values.length * 2);
    this.#values.set(values);
  }
}

/** Gathers the columns of a model. */
export class Columns {
  readonly #frames: Frames;
  readonly #parent = new Numbers(Int32Array);
  readonly #frame = new Numbers(Int32Array);
  readonly #self = new Numbers(Float64Array);

  constructor(frames: Frames) {
    this.#frames = frames;
  }

  add(parent: number, frame: number, self: number): number {
    this.#parent.add(parent);
    this.#frame.add(frame);
    this.#self.add(self);
    return this.#parent.size - 1;
  }

  weigh(node: number, more: number): void {
    this.#self.more(node, more);
  }

  finish(): FlameModel {
    const parent = this.#parent.taken().slice(); // without what it has grown to, as it is sent elsewhere
    const selfTicks = this.#self.taken().slice();
    const totalTicks = selfTicks.slice();
    for (let node = totalTicks.length - 1; node > 0; node--) totalTicks[parent[node]!]! += totalTicks[node]!;
    return { frames: this.#frames.all, parent, frame: this.#frame.taken().slice(), selfTicks, totalTicks };
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
