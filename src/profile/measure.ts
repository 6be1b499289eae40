import { performance } from 'node:perf_hooks';
import type { SampledCalls, TimingSamples } from '../protocol/profiler.ts';
import { median, medianInterval } from './statistics.ts';

/** Calls the target `count` times in a row; arguments are at hand before the clock starts. Gives milliseconds. */
export type TimedCalls = (count: number) => Promise<number>;

/** A batch lasts at least this long, so that the clock's own cost and steps do not show. */
const BATCH_MS = 0.5;
const MOST_SAMPLES = 10_000;
/** Early end: the interval of the median is within this share of it. */
const NARROW = 0.005;

/**
 * The timing pass: batches of calibrated size, first to warm up until two stretches in a row agree within 2 %
 * (at most a third of the time), then measured until `ms` are over, `runs` calls are made, or the median is sure.
 */
export async function measureTiming(call: TimedCalls, ms: number, runs: number | null): Promise<TimingSamples> {
  const started = performance.now();
  const most = runs === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(runs / 20));
  const batch = Math.min(await calibrate(call, ms / 10), most);
  const steady = await warmUp(call, batch, ms / 3);
  const samples: number[] = [];
  const until = started + ms;
  const wanted = runs === null ? MOST_SAMPLES : Math.ceil(runs / batch);
  while (samples.length < wanted && (runs !== null || performance.now() < until || !samples.length)) {
    samples.push((await call(batch)) / batch);
    if (runs === null && samples.length % 100 === 0 && samples.length >= 300 && isSure(samples)) break;
  }
  return { samples: Float64Array.from(samples), batch, unsteady: !steady, windowMs: performance.now() - started };
}

/** Calls for `ms`, at least once, and counts every call that somebody who samples sees; finding the batch's size, too. */
export async function callFor(call: TimedCalls, ms: number): Promise<SampledCalls> {
  let calls = 0;
  let spent = 0;
  const counted: TimedCalls = async (count) => {
    const took = await call(count);
    calls += count;
    spent += took;
    return took;
  };
  const started = performance.now();
  const batch = await calibrate(counted, ms / 10);
  do await counted(batch);
  while (performance.now() < started + ms);
  return { calls, ms: spent, windowMs: performance.now() - started };
}

async function calibrate(call: TimedCalls, ms: number): Promise<number> {
  const until = performance.now() + ms;
  let batch = 1;
  while (performance.now() < until && !(await isLong(call, batch, until))) batch *= 2;
  return batch;
}

/** Whether a batch lasts long enough, three times in a row: once may have been an interruption. */
async function isLong(call: TimedCalls, batch: number, until: number): Promise<boolean> {
  for (let tries = 0; tries < 3; tries++) {
    if ((await call(batch)) < BATCH_MS) return false;
    if (performance.now() >= until) break;
  }
  return true;
}

/** Whether the calls became steady before `ms` were over. */
async function warmUp(call: TimedCalls, batch: number, ms: number): Promise<boolean> {
  const until = performance.now() + ms;
  let before = Number.NaN;
  while (performance.now() < until) {
    const stretch = new Float64Array(11);
    for (let i = 0; i < stretch.length && performance.now() < until; i++) stretch[i] = await call(batch);
    const now = median(stretch);
    if (Math.abs(now - before) <= 0.02 * before) return true;
    before = now;
  }
  return false;
}

function isSure(samples: readonly number[]): boolean {
  const values = Float64Array.from(samples);
  const interval = medianInterval(values);
  return interval !== null && interval[1] - interval[0] <= NARROW * median(values);
}
