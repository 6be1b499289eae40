const growth = 1.02; // each bucket ends 2 % above the last
const logGrowth = Math.log(growth);
const limit = 2000; // buckets reach from 1.02^-2000 to 1.02^2000, 6e-18 to 2e17, on either side of zero
const zero = 0;
const middle = limit + 1;

/** How far a quantile may be from the exact one, as a share of it. */
export const relativeError = (growth - 1) / (growth + 1);

/**
 * The distribution of any number of values in bounded memory: counts by buckets of constant relative width, so that
 * every quantile is right within 1 %. The method is DDSketch with fixed bounds (Masson, Rim and Lee: "DDSketch: A Fast
 * and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019). Merging is exact: it adds counts.
 */
export class Sketch {
  readonly #counts = new Map<number, number>();
  #total = 0;

  /** How many values there are. */
  get count(): number {
    return this.#total;
  }

  add(value: number): void {
    this.#addTo(bucketOf(value), 1);
  }

  merge(other: Sketch): void {
    for (const [bucket, count] of other.#counts) this.#addTo(bucket, count);
  }

  /** The value that a share `q` of all values does not exceed, within 1 %; NaN where there are none. */
  quantile(q: number): number {
    if (this.#total === 0) return Number.NaN;
    const rank = Math.floor(q * (this.#total - 1));
    let passed = 0;
    let bucket = zero;
    for (bucket of [...this.#counts.keys()].sort((a, b) => a - b)) {
      passed += this.#counts.get(bucket)!;
      if (passed > rank) break;
    }
    return midpoint(bucket);
  }

  /** Buckets and counts, one after the other: what `fromJSON` takes. */
  toJSON(): number[] {
    return [...this.#counts].sort(([a], [b]) => a - b).flat();
  }

  static fromJSON(numbers: readonly number[]): Sketch {
    const sketch = new Sketch();
    for (let at = 0; at + 1 < numbers.length; at += 2) sketch.#addTo(numbers[at]!, numbers[at + 1]!);
    return sketch;
  }

  #addTo(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#total += count;
  }
}

/** Buckets are numbered in the order of their values; those of negative values are negative. */
function bucketOf(value: number): number {
  if (value === 0) return zero;
  const power = Math.ceil(Math.log(Math.abs(value)) / logGrowth);
  const bucket = middle + Math.max(-limit, Math.min(limit, power));
  return value < 0 ? -bucket : bucket;
}

/** The value in a bucket whose relative distance from both ends is the same. */
function midpoint(bucket: number): number {
  if (bucket === zero) return 0;
  return (Math.sign(bucket) * 2 * growth ** (Math.abs(bucket) - middle)) / (growth + 1);
}
