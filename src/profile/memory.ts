import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { collector } from '../base/collector.ts';
import type { CollectorPauses, HeapSamples, RetainedBytes } from '../protocol/profiler.ts';
import { callFor, type TimedCalls } from './measure.ts';

/** Batches of the leak pass, between which garbage is collected. */
const LEAK_BATCHES = 10;
const LEAK_BATCH_MS = 40;
const LEAK_BATCH_CALLS = 1000;

/** Calls for `ms` while allocations are sampled, and tells what the garbage collector did meanwhile. */
export async function measureAllocation(call: TimedCalls, ms: number): Promise<HeapSamples> {
  const pauses: number[] = [];
  const note = (entries: readonly PerformanceEntry[]) => pauses.push(...entries.map(({ duration }) => duration));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  const { calls, windowMs } = await callFor(call, ms);
  await delay(5); // the last entries come with a later turn of the loop
  note(observer.takeRecords());
  observer.disconnect();
  return { calls, windowMs, collector: summaryOf(pauses) };
}

/** Calls one at a time for `ms`, and tells how long the event loop was blocked at most. */
export async function measureBlocking(call: TimedCalls, ms: number): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const until = performance.now() + ms;
  do {
    await call(1);
    await nextTurn();
  } while (performance.now() < until);
  delays.disable();
  return Math.max(0, delays.max / 1e6 - 1); // a timer of 1 ms is what is delayed
}

/** Bytes on the heap and beside it after each of some batches of calls, garbage collected. */
export async function measureRetained(call: TimedCalls): Promise<RetainedBytes> {
  const collect = collector();
  const started = performance.now();
  const calls = await batchOf(call);
  const bytes: number[] = [];
  for (let batch = 0; batch <= LEAK_BATCHES; batch++) {
    if (batch > 0) await call(calls);
    await nextTurn();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    bytes.push(heapUsed + external);
  }
  return { calls, bytes, windowMs: performance.now() - started };
}

/** As many calls as make a batch; making sure is warming up, too. */
async function batchOf(call: TimedCalls): Promise<number> {
  let calls = 1;
  while (calls < LEAK_BATCH_CALLS && (await call(calls)) < LEAK_BATCH_MS) calls = Math.min(LEAK_BATCH_CALLS, calls * 4);
  return calls;
}

function summaryOf(pauses: readonly number[]): CollectorPauses {
  return {
    count: pauses.length,
    pauseMs: pauses.reduce((sum, ms) => sum + ms, 0),
    longestMs: pauses.reduce((most, ms) => Math.max(most, ms), 0),
  };
}
