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

/** Gathers the columns of a model, in arrays that grow. */
export class Columns {
  readonly #frames: Frames;
  #parent = new Int32Array(4096);
  #frame = new Int32Array(4096);
  #self = new Float64Array(4096);
  #size = 0;

  constructor(frames: Frames) {
    this.#frames = frames;
  }

  add(parent: number, frame: number, self: number): number {
    if (this.#size === this.#parent.length) this.#grow();
    this.#parent[this.#size] = parent;
    this.#frame[this.#size] = frame;
    this.#self[this.#size] = self;
    return this.#size++;
  }

  weigh(node: number, more: number): void {
    this.#self[node]! += more;
  }

  finish(): FlameModel {
    const parent = this.#parent.slice(0, this.#size);
    const selfTicks = this.#self.slice(0, this.#size);
    const totalTicks = selfTicks.slice();
    for (let node = totalTicks.length - 1; node > 0; node--) totalTicks[parent[node]!]! += totalTicks[node]!;
    return { frames: this.#frames.all, parent, frame: this.#frame.slice(0, this.#size), selfTicks, totalTicks };
  }

  #grow(): void {
    const [parent, frame, self] = [this.#parent, this.#frame, this.#self];
    this.#parent = new Int32Array(parent.length * 2);
    this.#frame = new Int32Array(parent.length * 2);
    this.#self = new Float64Array(parent.length * 2);
    this.#parent.set(parent);
    this.#frame.set(frame);
    this.#self.set(self);
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
