import { formatBytes, formatCount, formatDuration, formatPercent } from '../base/format.ts';
import type { CallFigures } from './calls.ts';
import { isQuery } from './database.ts';
import type { CacheFigures, Figures, OperationFigures } from './figures.ts';
import type { Place } from './tally.ts';

/** From where on something is worth a reader's attention. */
export interface Thresholds {
  readonly slowOperationMs: number;
  /** From 0 to 1. */
  readonly minHitRate: number;
  /** How many look-ups it takes to judge a hit rate. */
  readonly minLookUps: number;
  readonly cacheSizeMB: number;
}

/** What counts where nothing else is asked for. */
export const thresholdDefaults: Thresholds = {
  slowOperationMs: 1000,
  minHitRate: 0.5,
  minLookUps: 20,
  cacheSizeMB: 100,
};

/** Something that is not well. It is gone once its condition is: an operation's last run was fast, or succeeded. */
export interface Alert {
  /** The same as long as it is about the same thing. */
  readonly id: string;
  readonly rule: 'slow-operation' | 'failed-operation' | 'low-hit-rate' | 'cache-size';
  readonly severity: 'error' | 'warning';
  /** What is wrong, in one sentence. */
  readonly what: string;
  readonly where: Place | null;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The numbers that it follows from. */
  readonly evidence: Readonly<Record<string, number | string>>;
  /** What to do, in one sentence. */
  readonly advice: string;
  /** Whether somebody has seen it. */
  readonly acknowledged: boolean;
}

/** What alerts follow from. */
export interface Condition extends Pick<Figures, 'operations' | 'calls'> {
  readonly cache: CacheFigures | null;
}

const dayMs = 86_400_000;

/** What is not well now, the worst and the newest first; since when, as far as it can be told from the measurements. */
export function findAlerts(condition: Condition, thresholds: Thresholds, now: number): Alert[] {
  // a slow query is listed among those of the database, and slows whoever asks it, which is told of
  const recent = condition.operations.filter((it) => now - it.lastAt < dayMs && !isQuery(it));
  const alerts = [
    ...recent.flatMap((operation) => failed(operation) ?? slow(operation, thresholds) ?? []),
    ...condition.calls.filter(({ lastAt }) => now - lastAt < dayMs).flatMap((calls) => poor(calls, thresholds) ?? []),
    ...(condition.cache
      ? [...lossy(condition.cache, thresholds, now), ...large(condition.cache, thresholds, now)]
      : []),
  ];
  const rank = ({ severity }: Alert) => (severity === 'error' ? 0 : 1);
  return alerts.sort((a, b) => rank(a) - rank(b) || b.since - a.since);
}

function failed(operation: OperationFigures): Alert | null {
  const { name, where, runs, count, errors, lastError, recoveredAt } = operation;
  const last = runs.at(-1);
  if (!last || last.ok || last.at <= recoveredAt) return null;
  return {
    ...{ id: `failed-operation ${name}`, rule: 'failed-operation', severity: 'error', where, acknowledged: false },
    what: `${name} failed${lastError ? `: ${lastError}` : '.'}`,
    since: streakStart(operation, ({ ok }) => !ok),
    evidence: { runs: count, errors, ...(lastError && { lastError }) },
    advice: 'Look at the error where it happened; this goes away when the next run succeeds.',
  };
}

function slow(operation: OperationFigures, { slowOperationMs }: Thresholds): Alert | null {
  const { name, where, runs, count, lastMs, medianMs, maxMs, recoveredAt, recoveredMs } = operation;
  const last = runs.at(-1);
  if (!last || last.ms <= slowOperationMs) return null;
  if (recoveredAt > last.at && recoveredMs <= slowOperationMs) return null; // what it shows now was fast
  return {
    ...{ id: `slow-operation ${name}`, rule: 'slow-operation', severity: 'warning', where, acknowledged: false },
    what: `${name} took ${formatDuration(lastMs)}; more than ${formatDuration(slowOperationMs)} is slow.`,
    since: streakStart(operation, ({ ms }) => ms > slowOperationMs),
    evidence: { lastMs, medianMs, maxMs, runs: count, thresholdMs: slowOperationMs },
    advice: where?.cell
      ? 'Split the cell, so that less of it runs after an edit, or profile the function that it spends its time in.'
      : 'Profile it to see where the time goes; if it is called with the same arguments again, wrap it in cached().',
  };
}

/** A cached function that mostly computes. Arguments met for the first time in its first process do not count. */
function poor({ name, place, recent, sums, since }: CallFigures, thresholds: Thresholds): Alert | null {
  const lookUps = recent.hits + recent.misses;
  const hitRate = recent.hits / lookUps;
  if (lookUps < thresholds.minLookUps || hitRate >= thresholds.minHitRate) return null;
  const { hits, misses, first, lost, evictions } = sums;
  return {
    ...{ id: `low-hit-rate ${name}`, rule: 'low-hit-rate', severity: 'warning', where: place, acknowledged: false },
    what: `${formatPercent(hitRate)} of the latest look-ups of ${name} were hits; under ${formatPercent(thresholds.minHitRate)} is poor.`,
    since,
    evidence: { hitRate, lookUps: Math.round(lookUps), hits, misses, first, lost, evictions },
    advice: adviceFor(sums),
  };
}

function adviceFor({ first, lost, evictions }: CallFigures['sums']): string {
  if (first > lost) {
    return 'Its arguments are mostly new: give a `key` of what matters in them; `persist: true` if they come again in the next run; or do without cached().';
  }
  if (evictions > 0) return 'Values are dropped before they are used again: raise maxEntries or maxBytes.';
  return 'Values expire before they are used again: raise the ttl.';
}

/** The cache of a workspace that loses what is still wanted. What it never had is not counted against it. */
function lossy({ hits, lost }: CacheFigures, thresholds: Thresholds, now: number): Alert[] {
  const lookUps = hits + lost;
  const hitRate = hits / lookUps;
  if (lookUps < thresholds.minLookUps || hitRate >= thresholds.minHitRate) return [];
  return [
    {
      ...{ id: 'low-hit-rate cache', rule: 'low-hit-rate', severity: 'warning', where: null, acknowledged: false },
      what: `${formatPercent(hitRate)} of the look-ups of results that had been kept were hits; under ${formatPercent(thresholds.minHitRate)} is poor.`,
      since: now,
      evidence: { hitRate, lookUps, hits, lost },
      advice: 'Results are dropped or expire before they are used again: raise the limits of the cache, or ttl.',
    },
  ];
}

function large({ tiers }: CacheFigures, { cacheSizeMB }: Thresholds, now: number): Alert[] {
  return tiers
    .filter(({ bytes }) => bytes > cacheSizeMB * 1e6)
    .map(({ name, bytes, entries }) => ({
      ...{ id: `cache-size ${name}`, rule: 'cache-size', severity: 'warning', where: null, acknowledged: false },
      what: `The cache holds ${formatBytes(bytes)} ${name === 'memory' ? 'in memory' : `on ${name}`}; more than ${formatBytes(cacheSizeMB * 1e6)} is much.`,
      since: now,
      evidence: { bytes, entries, thresholdBytes: cacheSizeMB * 1e6 },
      advice: `It holds ${formatCount(entries, 'entry', 'entries')}: clear the cache, lower its limits, or raise this threshold.`,
    }));
}

/** When the first of the latest runs ended that all are alike; as far back as runs are remembered. */
function streakStart({ runs }: OperationFigures, isAlike: (run: OperationFigures['runs'][number]) => boolean): number {
  const before = runs.findLastIndex((run) => !isAlike(run));
  return runs[before + 1]?.at ?? 0;
}
