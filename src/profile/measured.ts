import type { ErrorData } from '../base/errors.ts';
import type { CpuProfile, HeapProfile, ProfileOutcome, Timing } from '../protocol/profileResult.ts';
import type { HeapSamples, RetainedBytes, SampledCalls, TimingSamples, Touched, Waits } from '../protocol/profiler.ts';
import type { CountedFunction } from './counts.ts';
import { mean, median, medianDeviation, medianInterval, quantile } from './statistics.ts';

/** What the passes came to, before lines are known. */
export interface Measured {
  outcome: ProfileOutcome;
  /** Whether the target's module got as far as being loaded. */
  loaded: boolean;
  error: ErrorData | null;
  timing: Timing | null;
  profile: CpuProfile | null;
  sampled: SampledCalls | null;
  intervalUs: number;
  allocated: (HeapSamples & { readonly profile: HeapProfile | null }) | null;
  /** The longest time the event loop was blocked. */
  blockedMs: number | null;
  waits: Waits | null;
  counted: { readonly calls: number; readonly functions: readonly CountedFunction[] } | null;
  retained: (RetainedBytes & { readonly profile: HeapProfile | null }) | null;
  touched: readonly Touched[];
  /** The first call gave a promise. */
  isAsync: boolean;
  /** Time in passes, and time until consent was given or refused, which is nobody's overhead. */
  windowMs: number;
  notes: string[];
}

/** What is told of raw durations. */
export function timingOf({ samples, batch }: TimingSamples): Timing {
  return {
    runs: samples.length * batch,
    batch,
    medianMs: median(samples),
    meanMs: mean(samples),
    p95Ms: quantile(samples.slice().sort(), 0.95),
    ci95: medianInterval(samples),
    mad: medianDeviation(samples),
    samples: picked(samples),
  };
}

/** At most `SAMPLES_SHOWN` values, evenly from the whole. */
function picked(samples: Float64Array): number[] {
  const step = Math.max(1, samples.length / SAMPLES_SHOWN);
  return Array.from({ length: Math.min(samples.length, SAMPLES_SHOWN) }, (_, i) => samples[Math.floor(i * step)]!);
}

const SAMPLES_SHOWN = 200;
