import { mulberry32 } from '../base/random.ts';
import type {
  ComparisonVerdict,
  CostDifference,
  FunctionCost,
  ProfileComparison,
  ProfileResult,
  Timing,
} from '../protocol/profileResult.ts';
import { keyOf } from './stackDifference.ts';
import { median } from './statistics.ts';

/**
 * What changed from one profile of a function to another: the ratio of the medians, and each function's CPU time per call.
 * The ratio's 95 % interval comes from 2,000 resamplings of the single measurements (percentile bootstrap); that of a
 * function's difference from the intervals of its shares. Only what an interval keeps clear of no change is called faster
 * or slower.
 * @param before the baseline, as `profile` or `memoir profile --json` gives it
 * @param after what is compared with it
 * @returns plain data; `ratio` above 1 is slower than before; null where one of the two was not timed
 * @example
 * const { ratio, verdict, functions } = compareProfiles(baseline, await profile('src/report.ts#summarise'));
 */
export function compareProfiles(before: ProfileResult, after: ProfileResult): ProfileComparison {
  const ratio = before.timing && after.timing ? ratioOf(before.timing, after.timing) : null;
  return {
    before: { target: before.target, medianMs: before.timing?.medianMs ?? null },
    after: { target: after.target, medianMs: after.timing?.medianMs ?? null },
    ratio,
    verdict: ratio ? verdictOf(ratio.ci95[0] - 1, ratio.ci95[1] - 1) : 'unknown',
    functions: differences(before, after),
  };
}

function ratioOf(before: Timing, after: Timing): NonNullable<ProfileComparison['ratio']> {
  const random = mulberry32(1);
  const resampled = (samples: readonly number[]) =>
    median(Float64Array.from(samples, () => samples[Math.floor(random() * samples.length)]!));
  const draws = Float64Array.from({ length: 2000 }, () => resampled(after.samples) / resampled(before.samples)).sort();
  const ci95 = [draws[50]!, draws[1949]!] as const;
  return { value: after.medianMs / before.medianMs, ci95 };
}

/** Functions of both profiles, the largest change first. */
function differences(before: ProfileResult, after: ProfileResult): CostDifference[] {
  const earlier = new Map(before.cpu?.functions.map((cost) => [keyOf(cost, before), cost]));
  const later = new Map(after.cpu?.functions.map((cost) => [keyOf(cost, after), cost]));
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .map((key) => difference(earlier.get(key), later.get(key)))
    .sort((a, b) => Math.abs(b.deltaMs) - Math.abs(a.deltaMs));
}

function difference(before: FunctionCost | undefined, after: FunctionCost | undefined): CostDifference {
  const { name, file, line, origin } = (after ?? before)!; // one of the two is there
  const [beforeMs, afterMs] = [before?.selfMs ?? 0, after?.selfMs ?? 0];
  const deltaMs = afterMs - beforeMs;
  const plusMinusMs = Math.hypot(marginOf(before), marginOf(after));
  const verdict = verdictOf(deltaMs - plusMinusMs, deltaMs + plusMinusMs);
  return { name, file, line, origin, beforeMs, afterMs, deltaMs, plusMinusMs, verdict };
}

/** Half the width of the 95 % interval of a function's time. */
function marginOf(cost: FunctionCost | undefined): number {
  return cost && cost.percent > 0 ? (cost.plusMinus / cost.percent) * cost.selfMs : 0;
}

function verdictOf(low: number, high: number): ComparisonVerdict {
  return high < 0 ? 'faster' : low > 0 ? 'slower' : 'same';
}
