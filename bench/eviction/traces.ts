import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was asked for, in order, by number; of each key what computing it takes, in milliseconds, and its size. */
export interface Recorded {
  readonly keys: (readonly [ms: number, bytes: number])[];
  readonly accesses: number[];
}

/** One look-up: what is asked for, what it costs to compute, in milliseconds, and how large it is. */
export interface Access {
  readonly key: number;
  readonly cost: number;
  readonly bytes: number;
}

export interface Trace {
  readonly name: string;
  readonly accesses: readonly Access[];
  /** The limit of the cache. */
  readonly maxBytes: number;
  /** Whether what computing costs for its size differs between keys. */
  readonly costsDiffer: boolean;
}

const length = 200_000;
const average = 10_000; // bytes

/** The traces that policies are compared on. Fixed: the same numbers in every run. */
export function traces(): Trace[] {
  return [
    zipf(0.7),
    zipf(1),
    loop(1.2),
    loop(3),
    scans(),
    hotSets(),
    mixed('mixed costs', false),
    mixed('mixed costs and sizes', true),
    mixedLoop(),
    mixedHotSets(),
    notebooks(),
  ];
}

function zipf(skew: number): Trace {
  const random = generator(1);
  const draw = zipfian(10_000, skew, random);
  const accesses = Array.from({ length }, () => plain(draw()));
  return { name: `Zipf ${skew}`, accesses, maxBytes: 1000 * average, costsDiffer: false };
}

function loop(size: number): Trace {
  const keys = Math.round(1000 * size);
  const accesses = Array.from({ length }, (_, at) => plain(at % keys));
  return { name: `loop over ${size} × the limit`, accesses, maxBytes: 1000 * average, costsDiffer: false };
}

/** A popular few, interrupted by reading through much that is never asked for again. */
function scans(): Trace {
  const random = generator(2);
  const draw = zipfian(5000, 0.9, random);
  let fresh = 1e6;
  const accesses = Array.from({ length }, (_, at) => plain(at % 20_000 < 8000 ? fresh++ : draw()));
  return { name: 'scans through popular keys', accesses, maxBytes: 1000 * average, costsDiffer: false };
}

/** What is popular changes all of a sudden. */
function hotSets(): Trace {
  const random = generator(3);
  const draw = zipfian(3000, 0.9, random);
  const accesses = Array.from({ length }, (_, at) => plain(Math.floor(at / 20_000) * 10_000 + draw()));
  return { name: 'changing hot sets', accesses, maxBytes: 700 * average, costsDiffer: false };
}

function mixed(name: string, sizes: boolean): Trace {
  const random = generator(4);
  const draw = zipfian(10_000, 0.8, random);
  const cost = (key: number) => 10 ** (3 * uniform(key, 1)); // 1 ms to 1 s
  const bytes = (key: number) => (sizes ? Math.round(10 ** (3 + 2 * uniform(key, 2))) : average); // 1 kB to 100 kB
  const accesses = Array.from({ length }, () => {
    const key = draw();
    return { key, cost: cost(key), bytes: bytes(key) };
  });
  return { name, accesses, maxBytes: 1000 * average, costsDiffer: true };
}

function mixedLoop(): Trace {
  const accesses = Array.from({ length }, (_, at) => {
    const key = at % 3000;
    return { key, cost: 10 ** (3 * uniform(key, 1)), bytes: average };
  });
  return { name: 'loop with mixed costs', accesses, maxBytes: 1000 * average, costsDiffer: true };
}

function mixedHotSets(): Trace {
  const random = generator(5);
  const draw = zipfian(3000, 0.8, random);
  const accesses = Array.from({ length }, (_, at) => {
    const key = Math.floor(at / 25_000) * 10_000 + draw();
    return { key, cost: 10 ** (3 * uniform(key, 1)), bytes: Math.round(10 ** (3 + 2 * uniform(key, 2))) };
  });
  return { name: 'changing hot sets, mixed costs and sizes', accesses, maxBytes: 400 * average, costsDiffer: true };
}

/** What the examples and notebooks like them asked for, as `record.ts` wrote it down; the limit is a tenth of all that they made. */
function notebooks(): Trace {
  const { keys, accesses }: Recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded.trace'), 'utf8'));
  return {
    name: 'notebooks, recorded',
    accesses: accesses.map((key) => ({ key, cost: keys[key]![0], bytes: keys[key]![1] })),
    maxBytes: keys.reduce((sum, [, bytes]) => sum + bytes, 0) / 10,
    costsDiffer: true,
  };
}

function plain(key: number): Access {
  return { key, cost: 10, bytes: average };
}

/** A number from 0 to 1 that belongs to a key. */
function uniform(key: number, what: number): number {
  return generator(key * 31 + what * 7919 + 17)();
}

function zipfian(keys: number, skew: number, random: () => number): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= keys; rank += 1) {
    sum += rank ** -skew;
    sums.push(sum);
  }
  return () => {
    const at = random() * sum;
    let [low, high] = [0, keys - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function generator(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
