import type { Disposable } from '../base/disposable.ts';
import { formatDuration } from '../base/format.ts';
import type { CpuProfile, HeapProfile } from '../protocol/profileResult.ts';
import {
  COUNTS_FILE,
  HEAP_FILE,
  type HeapSamples,
  type PassReply,
  PROFILE_FILE,
  type Touched,
} from '../protocol/profiler.ts';
import type { CountedFunction } from './counts.ts';
import { type Measured, timingOf } from './measured.ts';
import { PassWatch } from './passWatch.ts';
import type { PassRunner } from './profilerProcess.ts';

/** Where profiling is, for whoever waits. */
export type ProfilePhase =
  | 'preparing'
  | 'first call'
  | 'timing'
  | 'sampling'
  | 'memory'
  | 'leaks'
  | 'waiting'
  | 'counting'
  | 'callers';

export interface MeasurementOptions {
  readonly runner: PassRunner;
  /** Working directory of the function. */
  readonly cwd: string;
  /** False for what can be called only once, such as a whole file. */
  readonly repeats: boolean;
  readonly seconds: number;
  readonly runs: number | null;
  readonly memoryMB: number;
  /** Passes that are taken only when asked for. */
  readonly memory: boolean;
  readonly leak: boolean;
  readonly onPhase: (phase: ProfilePhase) => void;
  readonly onConsent: (touched: readonly Touched[]) => Promise<boolean>;
}

const WANTED_TICKS = 3000;
const MOST_TICKS = 20_000;
/** Within these, sampling costs a few percent up to a fifth. */
const SHORTEST_INTERVAL_US = 200;
const LONGEST_INTERVAL_US = 1000;
/** For what runs once, nobody knows how long. */
const ONCE_INTERVAL_US = 500;
/** Shares of the time left after the first call. */
const TIMING_SHARE = 0.35;
const SAMPLING_SHARE = 0.35;
const STACKS_SHARE = 0.2;
/** Beyond the others' shares: who asks for more has more time. */
const MEMORY_SHARE = 0.2;
const LONGEST_MEMORY_MS = 1000;
const COUNTING_MS = 100;
const LONGEST_LEAK_MS = 10_000;
/** Bytes between samples: enough of them, and little slowdown. */
const ALLOCATION_INTERVAL = 8192;
const RETENTION_INTERVAL = 1024;
/** Of the share for stacks: code that is still cold calls in other proportions. */
const WARM_UP = 0.3;
const LONGEST_SAMPLING_MS = 4000;

/** Conducts the passes of one measurement in its process: first call, timing, sampling, callers; never mixed. */
export class Measurement implements Disposable {
  readonly #options: MeasurementOptions;
  readonly #measured: Measured;
  readonly #watch: PassWatch;
  /** What is left for repeated calls, and what one call took. */
  #leftMs = 0;
  #firstMs = 0;
  #armed: Promise<unknown> = Promise.resolve();

  constructor(options: MeasurementOptions) {
    this.#options = options;
    const intervalUs = options.repeats
      ? Math.max(LONGEST_INTERVAL_US, (options.seconds * 1e6) / MOST_TICKS)
      : ONCE_INTERVAL_US;
    const none = {
      error: null,
      timing: null,
      profile: null,
      sampled: null,
      touched: [],
      isAsync: false,
      windowMs: 0,
      notes: [],
    };
    const heap = { allocated: null, blockedMs: null, waits: null, counted: null, retained: null };
    this.#measured = { ...none, ...heap, outcome: 'measured', loaded: false, intervalUs };
    this.#watch = new PassWatch(options.runner, options, this.#measured);
  }

  /** Starts the sampler of the first pass, or of the callers' pass, while its bundle is still being made. */
  arm(intervalUs = this.#measured.intervalUs, inlining = true): void {
    const { runner } = this.#options;
    this.#armed = Promise.race([runner.call('arm', { intervalUs, inlining }), runner.ended]);
    this.#armed.catch(() => {}); // whoever awaits it hears
  }

  /**
   * First call, timing and sampling of a bundle, once the sampler is armed.
   * @throws UserError when the arguments cannot be had
   */
  async run(bundle: string): Promise<Measured> {
    await this.#passes(bundle);
    this.#watch.liftDeadline();
    this.#measured.profile = await this.#watch.read<CpuProfile>(PROFILE_FILE);
    return this.#measured;
  }

  /** One more pass, over a bundle whose awaits tell their places. */
  async measureWaits(bundle: string): Promise<void> {
    const ms = Math.min(this.#leftMs * MEMORY_SHARE, LONGEST_MEMORY_MS);
    this.#options.onPhase('waiting');
    this.#watch.setDeadline(2 * ms + this.#graceMs());
    const waited = await this.#watch.take(this.#options.runner.call('wait', { bundle, ms }));
    this.#watch.liftDeadline();
    if (!waited) return;
    this.#measured.waits = waited.value;
    this.#measured.windowMs += waited.value.windowMs;
  }

  /** One more pass, which counts calls exactly; they are several times slower in it. */
  async measureCounts(bundle: string): Promise<void> {
    this.#options.onPhase('counting');
    this.#watch.setDeadline(COUNTING_MS + 20 * this.#graceMs());
    const counted = await this.#watch.take(this.#options.runner.call('count', { bundle, ms: COUNTING_MS }));
    this.#watch.liftDeadline();
    if (!counted) return;
    const functions = await this.#watch.read<CountedFunction[]>(COUNTS_FILE);
    this.#measured.counted = functions && { calls: counted.value.calls, functions };
    this.#measured.windowMs += counted.value.windowMs;
  }

  /** One more sampling pass, armed without inlining, of who calls whom, over a bundle with marked calls; null when it does not come to its end. */
  async sampleStacks(bundle: string): Promise<{ profile: CpuProfile | null; heap: HeapProfile | null } | null> {
    const ms = this.#leftMs * STACKS_SHARE;
    this.#options.onPhase('callers');
    await this.#armed;
    this.#watch.setDeadline(ms + this.#graceMs());
    const reply = this.#options.runner.call('sample', { bundle, warmMs: ms * (1 - WARM_UP), ms: ms * WARM_UP });
    reply.catch(() => {}); // when the process ends, `ended` says it
    const settled = await Promise.race([reply, this.#options.runner.ended]);
    this.#watch.liftDeadline();
    if (!('status' in settled) || settled.status !== 'done') return null;
    this.#measured.windowMs += settled.value.windowMs;
    return { profile: await this.#watch.read<CpuProfile>(PROFILE_FILE), heap: await this.#allocateOnStacks() };
  }

  /** Allocations without inlining: V8 takes an inlined function's for those of the function around it. */
  async #allocateOnStacks(): Promise<HeapProfile | null> {
    if (!this.#measured.allocated) return null;
    const ms = Math.min(this.#leftMs * MEMORY_SHARE, LONGEST_MEMORY_MS) / 2;
    const allocated = await this.#watch.take(this.#allocate(ms));
    if (!allocated) return null;
    this.#measured.windowMs += allocated.value.windowMs;
    return this.#watch.read<HeapProfile>(HEAP_FILE);
  }

  #allocate(ms: number): Promise<PassReply<HeapSamples>> {
    this.#watch.setDeadline(2 * ms + this.#graceMs());
    return this.#options.runner.call('allocate', { ms, intervalBytes: ALLOCATION_INTERVAL });
  }

  dispose(): void {
    this.#watch.liftDeadline();
  }

  async #passes(bundle: string): Promise<void> {
    const { seconds, cwd, onPhase } = this.#options;
    const measured = this.#measured;
    await this.#armed; // a process that is slow to start is not the function's fault
    this.#watch.setDeadline(seconds * 1000);
    if (!(await this.#watch.take(this.#options.runner.call('load', { bundle, cwd }), 'while its module was loaded')))
      return;
    measured.loaded = true;
    this.#watch.setDeadline(seconds * 1000);
    onPhase('first call');
    const first = await this.#watch.take(this.#options.runner.call('first', {}));
    if (!first) return;
    this.#watch.liftDeadline();
    const { ms, kind, touched, mutates } = first.value;
    this.#firstMs = ms;
    this.#leftMs = seconds * 1000 - ms;
    measured.windowMs += ms;
    measured.touched = touched;
    measured.isAsync = kind === 'async' || kind === 'asyncGenerator';
    measured.sampled = { calls: 1, ms, windowMs: ms };
    measured.timing = timingOf({ samples: Float64Array.of(ms), batch: 1, unsteady: true, windowMs: ms });
    if (!this.#options.repeats) {
      measured.notes.push('A whole file is run once. For timing and the other passes, profile a function of it.');
    } else if (touched.length && !(await this.#mayRepeat(touched))) {
      measured.notes.push(`It was called once and not again (${touched.join(', ')}). ${ONCE}`);
    } else if (ms > this.#leftMs / 2) {
      measured.notes.push(`One call took ${formatDuration(ms)}, too long to repeat in ${seconds} s. ${ONCE}`);
    } else {
      if (mutates) measured.notes.push('The function changes its arguments, so every call got new ones.');
      return this.#repeat(bundle);
    }
    measured.outcome = 'once';
  }

  async #mayRepeat(touched: readonly Touched[]): Promise<boolean> {
    const asked = performance.now();
    const may = await this.#options.onConsent(touched);
    this.#measured.windowMs += performance.now() - asked;
    return may;
  }

  /** The passes after the first call. */
  async #repeat(bundle: string): Promise<void> {
    const { runs, onPhase } = this.#options;
    const measured = this.#measured;
    if (this.#options.leak && !(await this.#measureLeak())) return; // first: what leaks may not live through the rest
    this.#watch.setDeadline(this.#leftMs + this.#graceMs());
    onPhase('timing');
    const timed = await this.#watch.take(this.#options.runner.call('time', { ms: this.#leftMs * TIMING_SHARE, runs }));
    if (!timed) return;
    measured.timing = timingOf(timed.value);
    measured.windowMs += timed.value.windowMs;
    if (timed.value.unsteady && runs === null)
      measured.notes.push('The calls had not become steady when timing began.');
    onPhase('sampling');
    const ms = Math.min(this.#leftMs * SAMPLING_SHARE, LONGEST_SAMPLING_MS);
    const wanted = (ms * 1000) / WANTED_TICKS;
    measured.intervalUs = Math.round(Math.min(LONGEST_INTERVAL_US, Math.max(SHORTEST_INTERVAL_US, wanted)));
    this.arm(measured.intervalUs);
    await this.#armed;
    const sampled = await this.#watch.take(this.#options.runner.call('sample', { bundle, warmMs: 0, ms }));
    if (!sampled) return;
    measured.sampled = sampled.value;
    measured.windowMs += sampled.value.windowMs;
    if (this.#options.memory) await this.#measureMemory();
  }

  async #measureMemory(): Promise<void> {
    const { runner, onPhase } = this.#options;
    const measured = this.#measured;
    const ms = Math.min(this.#leftMs * MEMORY_SHARE, LONGEST_MEMORY_MS);
    onPhase('memory');
    const allocated = await this.#watch.take(this.#allocate(ms));
    if (!allocated) return;
    measured.allocated = { ...allocated.value, profile: await this.#watch.read<HeapProfile>(HEAP_FILE) };
    const blocked = await this.#watch.take(runner.call('block', { ms: ms / 2 }));
    if (!blocked) return;
    measured.blockedMs = blocked.value;
    measured.windowMs += allocated.value.windowMs + ms / 2;
  }

  /** Whether the pass ended well. */
  async #measureLeak(): Promise<boolean> {
    const { runner, onPhase } = this.#options;
    const measured = this.#measured;
    onPhase('leaks');
    this.#watch.setDeadline(LONGEST_LEAK_MS + 20 * this.#graceMs());
    const retained = await this.#watch.take(runner.call('retain', { intervalBytes: RETENTION_INTERVAL }));
    if (!retained) return false;
    measured.retained = { ...retained.value, profile: await this.#watch.read<HeapProfile>(HEAP_FILE) };
    measured.windowMs += retained.value.windowMs;
    return true;
  }

  /** Passes may take this much longer than planned. */
  #graceMs(): number {
    return Math.max(2000, 2 * this.#firstMs);
  }
}

const ONCE = 'A single call includes what warming up costs.';
