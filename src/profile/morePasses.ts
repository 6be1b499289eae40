import type { HeapProfile } from '../protocol/profileResult.ts';
import { COUNTS_FILE, HEAP_FILE, type HeapSamples, type PassReply } from '../protocol/profiler.ts';
import type { CountedFunction } from './counts.ts';
import type { Measured } from './measured.ts';
import type { MeasurementOptions } from './measurementOptions.ts';
import type { PassTimes } from './passTimes.ts';
import type { PassWatch } from './passWatch.ts';

const COUNTING_MS = 100;
const LONGEST_LEAK_MS = 10_000;
/** Bytes between samples: enough of them, and little slowdown. */
const ALLOCATION_INTERVAL = 8192;
const RETENTION_INTERVAL = 1024;

/** The passes beside timing and CPU samples: memory, leaks, waiting and counts. Each notes what it finds. */
export class MorePasses {
  readonly #options: MeasurementOptions;
  readonly #measured: Measured;
  readonly #times: PassTimes;
  readonly #watch: PassWatch;

  constructor(options: MeasurementOptions, measured: Measured, times: PassTimes, watch: PassWatch) {
    this.#options = options;
    this.#measured = measured;
    this.#times = times;
    this.#watch = watch;
  }

  /** Over a bundle whose awaits tell their places. */
  async waits(bundle: string): Promise<void> {
    const { runner, onPhase } = this.#options;
    const ms = this.#times.memoryMs;
    onPhase('waiting');
    this.#watch.setDeadline(2 * ms + this.#times.graceMs);
    const waited = await this.#watch.take(runner.call('wait', { bundle, ms }));
    this.#watch.liftDeadline();
    if (!waited) return;
    this.#measured.waits = waited.value;
    this.#measured.windowMs += waited.value.windowMs;
  }

  /** Counts calls exactly; they are several times slower in it. */
  async counts(bundle: string): Promise<void> {
    const { runner, onPhase } = this.#options;
    onPhase('counting');
    this.#watch.setDeadline(COUNTING_MS + 20 * this.#times.graceMs);
    const counted = await this.#watch.take(runner.call('count', { bundle, ms: COUNTING_MS }));
    this.#watch.liftDeadline();
    if (!counted) return;
    const functions = await this.#watch.read<CountedFunction[]>(COUNTS_FILE);
    this.#measured.counted = functions && { calls: counted.value.calls, functions };
    this.#measured.windowMs += counted.value.windowMs;
  }

  async memory(): Promise<void> {
    const { runner, onPhase } = this.#options;
    const measured = this.#measured;
    const ms = this.#times.memoryMs;
    onPhase('memory');
    const allocated = await this.#watch.take(this.#allocate(ms));
    if (!allocated) return;
    measured.allocated = { ...allocated.value, profile: await this.#watch.read<HeapProfile>(HEAP_FILE) };
    const blocked = await this.#watch.take(runner.call('block', { ms: ms / 2 }));
    if (!blocked) return;
    measured.blockedMs = blocked.value;
    measured.windowMs += allocated.value.windowMs + ms / 2;
  }

  /** Allocations without inlining: V8 takes an inlined function's for those of the function around it. */
  async allocationOnStacks(): Promise<HeapProfile | null> {
    if (!this.#measured.allocated) return null;
    const allocated = await this.#watch.take(this.#allocate(this.#times.memoryMs / 2));
    if (!allocated) return null;
    this.#measured.windowMs += allocated.value.windowMs;
    return this.#watch.read<HeapProfile>(HEAP_FILE);
  }

  /** Whether the pass ended well. */
  async leak(): Promise<boolean> {
    const { runner, onPhase } = this.#options;
    const measured = this.#measured;
    onPhase('leaks');
    this.#watch.setDeadline(LONGEST_LEAK_MS + 20 * this.#times.graceMs);
    const retained = await this.#watch.take(runner.call('retain', { intervalBytes: RETENTION_INTERVAL }));
    if (!retained) return false;
    measured.retained = { ...retained.value, profile: await this.#watch.read<HeapProfile>(HEAP_FILE) };
    measured.windowMs += retained.value.windowMs;
    return true;
  }

  #allocate(ms: number): Promise<PassReply<HeapSamples>> {
    this.#watch.setDeadline(2 * ms + this.#times.graceMs);
    return this.#options.runner.call('allocate', { ms, intervalBytes: ALLOCATION_INTERVAL });
  }
}
