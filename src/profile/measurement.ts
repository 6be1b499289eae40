import type { Disposable } from '../base/disposable.ts';
import { formatDuration } from '../base/format.ts';
import type { CpuProfile, HeapProfile } from '../protocol/profileResult.ts';
import { PROFILE_FILE, type Touched } from '../protocol/profiler.ts';
import { type Measured, timingOf } from './measured.ts';
import type { MeasurementOptions } from './measurementOptions.ts';
import { MorePasses } from './morePasses.ts';
import { PassTimes } from './passTimes.ts';
import { PassWatch } from './passWatch.ts';

/** Of the share for stacks: code that is still cold calls in other proportions. */
const WARM_UP = 0.3;

/** Conducts the passes of one measurement in its process: first call, timing, sampling, callers; never mixed. */
export class Measurement implements Disposable {
  readonly #options: MeasurementOptions;
  readonly #measured: Measured;
  readonly #times: PassTimes;
  readonly #watch: PassWatch;
  readonly more: MorePasses;
  #armed: Promise<unknown> = Promise.resolve();

  constructor(options: MeasurementOptions) {
    this.#options = options;
    this.#times = new PassTimes(options.seconds);
    const intervalUs = this.#times.firstIntervalUs(options.repeats);
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
    this.more = new MorePasses(options, this.#measured, this.#times, this.#watch);
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
    return this.#measured;
  }

  /** The samples of the pass that was sampled last; null where none was. */
  readProfile(): Promise<CpuProfile | null> {
    return this.#watch.read<CpuProfile>(PROFILE_FILE);
  }

  /** One more sampling pass, armed without inlining, of who calls whom, over a bundle with marked calls; null when it does not come to its end. */
  async sampleStacks(bundle: string): Promise<{ profile: CpuProfile | null; heap: HeapProfile | null } | null> {
    const ms = this.#times.stacksMs;
    this.#options.onPhase('callers');
    await this.#armed;
    this.#watch.setDeadline(ms + this.#times.graceMs);
    const reply = this.#options.runner.call('sample', { bundle, warmMs: ms * (1 - WARM_UP), ms: ms * WARM_UP });
    reply.catch(() => {}); // when the process ends, `ended` says it
    const settled = await Promise.race([reply, this.#options.runner.ended]);
    this.#watch.liftDeadline();
    if (!('status' in settled) || settled.status !== 'done') return null;
    this.#measured.windowMs += settled.value.windowMs;
    return { profile: await this.readProfile(), heap: await this.more.allocationOnStacks() };
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
    this.#times.noteFirst(ms);
    measured.windowMs += ms;
    measured.touched = touched;
    measured.isAsync = kind === 'async' || kind === 'asyncGenerator';
    measured.sampled = { calls: 1, ms, windowMs: ms };
    measured.timing = timingOf({ samples: Float64Array.of(ms), batch: 1, unsteady: true, windowMs: ms });
    if (!this.#options.repeats) {
      measured.notes.push('A whole file is run once. For timing and the other passes, profile a function of it.');
    } else if (touched.length && !(await this.#mayRepeat(touched))) {
      measured.notes.push(`It was called once and not again (${touched.join(', ')}). ${ONCE}`);
    } else if (!this.#times.mayRepeat) {
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
    if (this.#options.leak && !(await this.more.leak())) return; // first: what leaks may not live through the rest
    this.#watch.setDeadline(this.#times.leftMs + this.#times.graceMs);
    onPhase('timing');
    const timed = await this.#watch.take(this.#options.runner.call('time', { ms: this.#times.timingMs, runs }));
    if (!timed) return;
    measured.timing = timingOf(timed.value);
    measured.windowMs += timed.value.windowMs;
    if (timed.value.unsteady && runs === null)
      measured.notes.push('The calls had not become steady when timing began.');
    onPhase('sampling');
    measured.intervalUs = this.#times.intervalUs;
    this.arm(measured.intervalUs);
    await this.#armed;
    const sampled = await this.#watch.take(
      this.#options.runner.call('sample', { bundle, warmMs: 0, ms: this.#times.samplingMs }),
    );
    if (!sampled) return;
    measured.sampled = sampled.value;
    measured.windowMs += sampled.value.windowMs;
    if (this.#options.memory) await this.more.memory();
  }
}

const ONCE = 'A single call includes what warming up costs.';
