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

/**
 * As notebooks ask: 40 notebooks of 5 to 40 cells, one after the other edited for a while. An edit makes a new key for the
 * cell and those below it in part, an undo brings old keys back, sliders go back and forth. Cells cost 1 ms to 30 s.
 */
function notebooks(): Trace {
  const random = generator(6);
  const accesses: Access[] = [];
  const sizes = Array.from({ length: 40 }, () => 5 + Math.floor(random() * 35));
  const versions = sizes.map((cells) => Array.from({ length: cells }, () => 0));
  while (accesses.length < length) {
    const notebook = Math.floor(random() ** 2 * sizes.length);
    const cells = versions[notebook]!;
    for (let edits = 0; edits < 30; edits += 1) {
      const edited = Math.floor(random() * cells.length);
      const back = random() < 0.6; // a slider put back, an undo
      for (let cell = edited; cell < cells.length; cell += 1) {
        if (cell === edited || random() < 0.3) cells[cell] = back ? cells[cell]! % 3 : cells[cell]! + 1;
        const key = notebook * 1e6 + cell * 1e4 + cells[cell]!;
        const what = notebook * 100 + cell;
        accesses.push({
          key,
          cost: 10 ** (4.5 * uniform(what, 1)),
          bytes: Math.round(10 ** (2.5 + 3.5 * uniform(what, 2))),
        });
      }
    }
  }
  return { name: 'notebooks', accesses, maxBytes: 20e6, costsDiffer: true };
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
