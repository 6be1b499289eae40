import { formatCount, formatDuration } from '../base/format.ts';
import type { Condition, Thresholds } from './alert.ts';
import type { CallFigures } from './calls.ts';
import type { OperationFigures } from './figures.ts';
import type { Place } from './tally.ts';

/** Something that would likely pay, with what speaks for it. */
export interface Recommendation {
  readonly id: string;
  readonly kind: 'cache-function' | 'raise-limit' | 'raise-ttl' | 'cache-cell' | 'profile-function';
  /** What to do, in one sentence. */
  readonly what: string;
  readonly where: Place | null;
  /** What was measured, in one sentence, and the numbers. */
  readonly why: string;
  readonly evidence: Readonly<Record<string, number>>;
  /** Milliseconds that would have been saved; null where it takes a profile to say. */
  readonly predictedMs: number | null;
}

const worthwhileMs = 1000; // less is not worth a change of code
const oftenEnough = 10;

/** What would likely pay, the greatest saving first. */
export function recommend({ operations, calls }: Condition, thresholds: Thresholds): Recommendation[] {
  const found = [
    ...operations.flatMap(
      (operation) => repeated(operation) ?? refetched(operation) ?? slow(operation, thresholds) ?? [],
    ),
    ...calls.flatMap((figures) => forgetful(figures) ?? []),
  ];
  return found.sort((a, b) => (b.predictedMs ?? 0) - (a.predictedMs ?? 0));
}

/** A timed function that was called again with arguments it had before. */
function repeated({ name, where, count, repeats, repeatedMs }: OperationFigures): Recommendation | null {
  if (repeats < oftenEnough || repeatedMs < worthwhileMs) return null;
  return {
    ...{ id: `cache-function ${name}`, kind: 'cache-function', where },
    what: `Wrap ${name} in cached(), if its result depends on nothing but its arguments.`,
    why: `${formatCount(repeats, 'call')} of ${count} had the same arguments as one before; they took ${formatDuration(repeatedMs)}.`,
    evidence: { calls: count, repeats, repeatedMs },
    predictedMs: repeatedMs,
  };
}

/** A cell that is run again and again because of what it reads from outside. */
function refetched({ name, where, impure, impureRuns, impureMs, medianMs }: OperationFigures): Recommendation | null {
  const predictedMs = impureMs - medianMs;
  if (!where?.cell || impureRuns < 5 || predictedMs < worthwhileMs) return null;
  return {
    ...{ id: `cache-cell ${name}`, kind: 'cache-cell', where },
    what: `Give the cell the option {"cache": {"ttl": "1h"}}, if a result of the last hour is good enough.`,
    why: `It ran ${formatCount(impureRuns, 'time')} using ${impure.join(' and ')}, ${formatDuration(impureMs)} altogether.`,
    evidence: { impureRuns, impureMs },
    predictedMs,
  };
}

/** A function that is slow each time: nothing but a profile tells more. */
function slow(
  { name, where, count, medianMs, lastMs }: OperationFigures,
  { slowOperationMs }: Thresholds,
): Recommendation | null {
  if (where?.cell || count < 3 || medianMs <= slowOperationMs || lastMs <= slowOperationMs) return null;
  return {
    ...{ id: `profile-function ${name}`, kind: 'profile-function', where },
    what: `Profile ${name}.`,
    why: `Half of its ${formatCount(count, 'run')} took ${formatDuration(medianMs)} or more.`,
    evidence: { count, medianMs, lastMs },
    predictedMs: null,
  };
}

/** A cached function that computes again what it had kept. */
function forgetful({ name, place, sums }: CallFigures): Recommendation | null {
  const { lost, lostMs, evictions } = sums;
  if (lost < oftenEnough || lostMs < worthwhileMs) return null;
  const crowded = evictions >= lost / 2;
  return {
    ...{ id: `keep-longer ${name}`, kind: crowded ? 'raise-limit' : 'raise-ttl', where: place },
    what: crowded
      ? `Raise maxEntries or maxBytes of ${name}.`
      : `Raise the ttl of ${name}, if older values are good enough.`,
    why: `${formatCount(lost, 'value')} had been kept, were ${crowded ? 'dropped for others' : 'too old'}, and were computed again in ${formatDuration(lostMs)}.`,
    evidence: { lost, lostMs, evictions },
    predictedMs: lostMs,
  };
}
