import type { CallFigures } from './calls.ts';
import { type DatabaseFigures, databaseFigures } from './database.ts';
import type { Ledger } from './ledger.ts';
import type { Place, Run, Tally } from './tally.ts';

/** An operation as it is shown: cells, timed functions, timers, profiled functions. Times are milliseconds. */
export interface OperationFigures {
  readonly name: string;
  readonly count: number;
  /** Median and 95th percentile, right within 1 %; the other figures are exact. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly totalMs: number;
  readonly lastMs: number;
  /** When the last run ended, since 1970. */
  readonly lastAt: number;
  readonly errors: number;
  readonly lastError: string | null;
  readonly where: Place | null;
  readonly tags: readonly string[];
  /** The latest runs, the oldest first. */
  readonly runs: readonly Run[];
  /** When its result last came from the cache, since 1970, and how long that had taken to compute; 0 for never. */
  readonly recoveredAt: number;
  readonly recoveredMs: number;
  /** Runs with arguments that had come before, and how long they took. */
  readonly repeats: number;
  readonly repeatedMs: number;
  /** What runs touched outside their inputs, how many did, and how long they took. */
  readonly impure: readonly string[];
  readonly impureRuns: number;
  readonly impureMs: number;
}

/** A histogram as it is shown. */
export interface HistogramFigures {
  readonly name: string;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
  readonly median: number;
  readonly p95: number;
}

/** How a cache does as a whole: what `memoir cache stats` knows, as far as it matters here. */
export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  readonly hitRate: number;
  /** Misses of what had been kept: it was dropped or has expired. */
  readonly lost: number;
  readonly entries: number;
  readonly bytes: number;
  readonly savedMs: number;
  readonly errors: number;
  readonly tiers: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly entries: number;
    /** What keeps it from working, as a sentence. */
    readonly problem?: string;
  }[];
}

/** Everything that was measured, as plain data. */
export interface Figures {
  readonly operations: readonly OperationFigures[];
  /** What `cached` functions did. */
  readonly calls: readonly CallFigures[];
  readonly counters: readonly { readonly name: string; readonly value: number }[];
  readonly gauges: readonly { readonly name: string; readonly value: number }[];
  readonly histograms: readonly HistogramFigures[];
  /** What queries on tables did; null where there were none. */
  readonly database: DatabaseFigures | null;
}

/** Measurements as they are shown; operations by what they took altogether, the longest first. */
export function figuresOf(ledger: Ledger, calls: readonly CallFigures[]): Figures {
  const list = <T>(kind: Parameters<Ledger['tallies']>[0], show: (name: string, tally: Tally) => T) =>
    [...ledger.tallies(kind)].filter(([, { count }]) => count > 0).map(([name, tally]) => show(name, tally));
  const figures = {
    operations: list('operation', operationFigures).sort((a, b) => b.totalMs - a.totalMs),
    calls,
    counters: list('counter', (name, { sum }) => ({ name, value: sum })),
    gauges: list('gauge', (name, { last }) => ({ name, value: last })),
    histograms: list('histogram', histogramFigures),
  };
  return { ...figures, database: databaseFigures(figures) };
}

function operationFigures(name: string, tally: Tally): OperationFigures {
  const { count, sum, min, max, last, lastAt, errors, lastError, place, tags, repeats, repeatedMs } = tally;
  return {
    name,
    count,
    medianMs: within(tally.sketch.quantile(0.5), tally),
    p95Ms: within(tally.sketch.quantile(0.95), tally),
    meanMs: sum / count,
    minMs: min,
    maxMs: max,
    totalMs: sum,
    lastMs: last,
    ...{ lastAt, errors, lastError, where: place, tags, runs: tally.runs.slice(-20), repeats, repeatedMs },
    ...{
      impure: tally.impure,
      impureRuns: tally.impureRuns,
      impureMs: tally.impureMs,
      recoveredAt: tally.recoveredAt,
      recoveredMs: tally.recoveredMs,
    },
  };
}

function histogramFigures(name: string, tally: Tally): HistogramFigures {
  const { count, sum, min, max, last, sketch } = tally;
  return {
    ...{ name, count, sum, min, max, last },
    median: within(sketch.quantile(0.5), tally),
    p95: within(sketch.quantile(0.95), tally),
  };
}

/** A quantile lies between the smallest and the largest value, which are known exactly. */
function within(quantile: number, { min, max }: Tally): number {
  return Math.min(max, Math.max(min, quantile));
}
