/** Draws whole numbers from 0 up to what it is given. */
export type Random = (below: number) => number;

/** A small generator (mulberry32), so that a seed says everything about a value. */
function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * An argument list by its seed: small and from a small stock, so that equal and nearly equal ones are frequent. With
 * `otherwise` it is the same list, put together in another order and at other places of memory.
 */
export function randomArguments(seed: number, otherwise = false): unknown[] {
  const maker = new Maker(randomFrom(seed), otherwise);
  return maker.list(1 + maker.random(3), 0);
}

const numbers = [0, -0, 1, -1, 2, 10, 1000, 1.5, 1e21, 2 ** 31, 2 ** 32, 2 ** 53, Number.NaN, Infinity, -Infinity];
const texts = ['', '0', '1', '1000', 'a', 'b', 'ab', 'a,b', 'null', 'NaN', 'n1,', 's1:a', '\u00e9', '\ud800', '\ufffd'];
const keys = ['a', 'b', 'c', 'ab', '0', '1', '10', '__proto__', 'length', 'constructor', '\u00e9', ''];
const views = [Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int32Array, Float32Array, Float64Array];

class Maker {
  readonly random: Random;
  readonly #otherwise: boolean;
  readonly #made: object[] = [];

  constructor(random: Random, otherwise: boolean) {
    this.random = random;
    this.#otherwise = otherwise;
  }

  list(length: number, depth: number): unknown[] {
    const list: unknown[] = [];
    for (let index = 0; index < length; index++) list.push(this.#value(depth));
    return this.#otherwise ? Array.from(list) : list;
  }

  #value(depth: number): unknown {
    const kind = this.random(depth > 2 ? 6 : 14);
    if (kind === 0) return this.#pick([undefined, null, true, false]);
    if (kind === 1) return this.#pick(numbers);
    if (kind === 2) return this.random(3) ? this.random(1_000_000) : this.random(1_000_000) / 8;
    if (kind === 3) return this.#pick(texts);
    if (kind === 4) return this.#text();
    if (kind === 5) return BigInt(this.random(5) - 2);
    return this.#object(kind, depth + 1);
  }

  #object(kind: number, depth: number): unknown {
    if (kind === 13 && this.#made.length > 0) return this.#pick(this.#made);
    const object = this.#newObject(kind, depth);
    this.#made.push(object);
    return object;
  }

  #newObject(kind: number, depth: number): object {
    if (kind < 9) return this.#plain({}, depth);
    if (kind === 9) return this.random(4) ? this.list(this.random(4), depth) : this.#withHoles(depth);
    if (kind === 10) return this.random(3) ? this.#leaf() : this.#plain(Object.create(null), depth);
    if (kind === 11) return new Map(this.#entries(depth));
    if (kind === 12) return new Set(this.list(this.random(3), depth));
    return this.#bytes();
  }

  #plain(object: object, depth: number): object {
    const entries = this.#entries(depth);
    if (this.#otherwise) entries.reverse();
    for (const [key, value] of entries) {
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return object;
  }

  #entries(depth: number): [string, unknown][] {
    const entries = new Map<string, unknown>();
    for (let left = this.random(4); left > 0; left--) entries.set(this.#pick(keys), this.#value(depth));
    return [...entries];
  }

  #withHoles(depth: number): unknown[] {
    const list = this.list(3, depth);
    delete list[this.random(3)];
    return list;
  }

  #leaf(): object {
    const kind = this.random(6);
    if (kind === 0) return new Date(this.#pick([0, 1, Number.NaN, 1e12]));
    if (kind === 1) return new RegExp(this.#pick(['a', 'b', 'a|b']), this.#pick(['', 'g', 'i']));
    if (kind === 2) return Object(this.#pick([0, 1, '', 'a', 'ab', false, 1n]));
    if (kind === 3) return new Error(this.#pick(['', 'a', 'b']));
    if (kind === 4) return new URL(`http://${this.#pick(['a', 'b'])}/`);
    return new ArrayBuffer(this.random(3));
  }

  #bytes(): object {
    const view = this.#pick(views);
    const content = this.list(this.random(3), 9).map(Number.isFinite).map(Number);
    return this.#otherwise ? new view([7, ...content]).subarray(1) : new view(content);
  }

  #text(): string {
    let text = '';
    for (let left = this.random(6); left > 0; left--) text += this.#pick(texts);
    return text;
  }

  #pick<T>(stock: readonly T[]): T {
    return stock[this.random(stock.length)]!;
  }
}
