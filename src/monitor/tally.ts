import { Sketch } from './sketch.ts';

/** What a measurement belongs to, so that a reader can go there. */
export interface Place {
  /** Path of the file. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** The cell of a notebook: its number from 0 and its title. */
  readonly cell?: { readonly index: number; readonly label: string };
  /** The function's name. */
  readonly function?: string;
}

/** One of the latest runs of an operation. Times are milliseconds, `at` since 1970. */
export interface Run {
  readonly at: number;
  readonly ms: number;
  readonly ok: boolean;
}

/** What is told of a run beside how long it took. */
export interface RunDetails {
  readonly ok?: boolean;
  /** The message of a run that failed. */
  readonly error?: string;
  readonly where?: Place;
  readonly tags?: readonly string[];
  /** What outside its inputs the run touched, such as `network`. */
  readonly impure?: readonly string[];
  /** Whether a run with the same arguments came before it. */
  readonly repeated?: boolean;
}

/** A tally as plain data, for the store. */
export interface TallyData {
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly last: number;
  readonly lastAt: number;
  readonly errors: number;
  readonly lastError: string | null;
  readonly place: Place | null;
  readonly tags: readonly string[];
  readonly runs: readonly Run[];
  readonly recoveredAt: number;
  readonly recoveredMs: number;
  readonly repeats: number;
  readonly repeatedMs: number;
  readonly impure: readonly string[];
  readonly impureRuns: number;
  readonly impureMs: number;
  readonly sketch: readonly number[];
}

const runsKept = 20;
const tagsKept = 20;

/** Everything that is known of one series of values: exact sums, a sketch of their distribution, the latest runs. */
export class Tally {
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  last = 0;
  lastAt = 0;
  errors = 0;
  lastError: string | null = null;
  place: Place | null = null;
  tags: readonly string[] = [];
  runs: Run[] = [];
  recoveredAt = 0;
  recoveredMs = 0;
  repeats = 0;
  repeatedMs = 0;
  impure: readonly string[] = [];
  impureRuns = 0;
  impureMs = 0;
  sketch = new Sketch();

  /** Adds a value. */
  add(value: number, at: number): void {
    this.count += 1;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.last = value;
    this.lastAt = at;
    this.sketch.add(value);
  }

  /** Adds a run that took `ms`. */
  addRun(ms: number, at: number, { ok = true, error, where, tags, impure, repeated }: RunDetails): void {
    this.add(ms, at);
    this.runs.push({ at, ms, ok });
    if (this.runs.length > 2 * runsKept) this.runs = this.runs.slice(-runsKept); // now and then: shifting each time costs
    if (!ok) this.errors += 1;
    if (!ok) this.lastError = error ?? null;
    if (where) this.place = where;
    if (tags) this.tags = union(this.tags, tags);
    if (repeated) this.repeats += 1;
    if (repeated) this.repeatedMs += ms;
    if (impure) this.#noteImpure(impure, ms);
  }

  /** The operation is well without a run: its result came from the cache, and had taken `ms`. */
  recover(ms: number, at: number): void {
    this.recoveredAt = at;
    this.recoveredMs = ms;
  }

  /** Takes over what happened meanwhile elsewhere; the order of merging does not matter. */
  merge(other: Tally): void {
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.errors += other.errors;
    this.repeats += other.repeats;
    this.repeatedMs += other.repeatedMs;
    this.impureRuns += other.impureRuns;
    this.impureMs += other.impureMs;
    this.tags = union(this.tags, other.tags);
    this.runs = [...this.runs, ...other.runs].sort((a, b) => a.at - b.at).slice(-runsKept);
    if (other.recoveredAt > this.recoveredAt) this.recover(other.recoveredMs, other.recoveredAt);
    this.sketch.merge(other.sketch);
    if (other.lastAt < this.lastAt) return;
    this.lastError = other.lastError ?? this.lastError;
    this.place = other.place ?? this.place;
    this.impure = other.impureRuns > 0 ? other.impure : this.impure;
    if (other.count > 0) this.last = other.last;
    this.lastAt = other.lastAt;
  }

  toData(): TallyData {
    const finite = (value: number) => (Number.isFinite(value) ? value : null);
    const { count, sum, last, lastAt, errors, lastError, place, tags, repeats, repeatedMs, impure } = this;
    return {
      ...{ count, sum, min: finite(this.min), max: finite(this.max), last, lastAt, errors, lastError, place, tags },
      ...{
        recoveredAt: this.recoveredAt,
        recoveredMs: this.recoveredMs,
        repeats,
        repeatedMs,
        impure,
        impureRuns: this.impureRuns,
        impureMs: this.impureMs,
      },
      runs: this.runs.slice(-runsKept),
      sketch: this.sketch.toJSON(),
    };
  }

  static fromData({ min, max, sketch, ...data }: TallyData): Tally {
    return Object.assign(new Tally(), data, {
      min: min ?? Number.POSITIVE_INFINITY,
      max: max ?? Number.NEGATIVE_INFINITY,
      runs: [...data.runs],
      sketch: Sketch.fromJSON(sketch),
    });
  }

  #noteImpure(impure: readonly string[], ms: number): void {
    this.impure = impure;
    if (impure.length === 0) return;
    this.impureRuns += 1;
    this.impureMs += ms;
  }
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  if (b.every((tag) => a.includes(tag))) return a;
  return [...new Set([...a, ...b])].slice(0, tagsKept);
}
