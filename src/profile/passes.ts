import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { toErrorData } from '../base/errors.ts';
import {
  type FirstCall,
  type LoadRequest,
  type PassReply,
  type ProfilerMethods,
  SAMPLED_INSTANCE,
  type SampledCalls,
  type SamplerOptions,
  type SamplingRequest,
  type TimingSamples,
  type Waits,
} from '../protocol/profiler.ts';
import type { Handlers } from '../protocol/rpc.ts';
import { type Call, drain, prepareCall, readArguments, snapshot } from './call.ts';
import type { Harness } from './harness.ts';
import { callFor, measureTiming, type TimedCalls } from './measure.ts';
import { measureAllocation, measureBlocking, measureRetained } from './memory.ts';
import type { Sidecar } from './sidecar.ts';
import { watchTouched } from './watch.ts';

export interface PassesOptions {
  readonly sidecar: Sidecar;
  /** Loads a target; an `instance` of its own when one is named. */
  load(bundle: string, instance: string): Promise<Harness>;
  /** Has V8 inline nothing from now on. */
  stopInlining(): void;
}

/** The passes over one target, where it lives: in the profiler's process, or in the program that asks. */
export class Passes {
  readonly #options: PassesOptions;
  /** The sampler for the next pass. */
  #armed: Promise<void> = Promise.resolve();
  #harness: Harness | null = null;
  #call: Call | null = null;
  #first: FirstCall | null = null;
  #exit: { readonly code: number; readonly error: Error } | null = null;
  /** Ends the current pass with an error that nobody awaited. */
  #fail: (error: unknown) => void = () => {};

  readonly handlers: Handlers<ProfilerMethods> = {
    arm: (options) => this.#arm(options),
    load: (target) => this.#attempt('load', () => this.#load(target)),
    first: () => this.#firstCall(),
    time: ({ ms, runs }) => this.#attempt('call', () => this.#time(ms, runs)),
    sample: (request) => this.#attempt('call', () => this.#sample(request)),
    wait: ({ bundle, ms }) => this.#attempt('call', () => this.#wait(bundle, ms)),
    allocate: ({ ms, intervalBytes }) =>
      this.#attempt('call', () => this.#heap(intervalBytes, true, () => measureAllocation(this.#timed(), ms))),
    count: ({ bundle, ms }) => this.#attempt('call', () => this.#count(bundle, ms)),
    block: ({ ms }) => this.#attempt('call', () => measureBlocking(this.#timed(), ms)),
    retain: ({ intervalBytes }) =>
      this.#attempt('call', () => this.#heap(intervalBytes, false, () => measureRetained(this.#timed()))),
  };

  constructor(options: PassesOptions) {
    this.#options = options;
  }

  /** Something threw where no pass could see it. */
  fail(error: unknown): void {
    this.#fail(error);
  }

  /** The target wants the process to end. */
  exit(code: number, error: Error): void {
    this.#exit = { code, error };
    this.#fail(error);
  }

  async #arm({ intervalUs, inlining }: SamplerOptions): Promise<null> {
    if (!inlining) this.#options.stopInlining();
    this.#armed = this.#options.sidecar.start(intervalUs);
    await this.#armed;
    return null;
  }

  async #load({ bundle, cwd }: LoadRequest): Promise<null> {
    if (process.cwd() !== cwd) process.chdir(cwd); // a worker may not, and need not
    await this.#armed;
    this.#harness = await this.#options.load(bundle, '');
    return null;
  }

  async #firstCall(): Promise<PassReply<FirstCall>> {
    const prepared = await this.#attempt('arguments', () => prepareCall(this.#harness!));
    if (prepared.status !== 'done') return prepared;
    this.#call = prepared.value;
    const { target, self, lists } = prepared.value;
    const list = lists[0]!; // there is one at least
    const before = snapshot(list);
    const watch = watchTouched();
    const reply = await this.#attempt('call', async () => {
      const started = performance.now();
      const kind = await drain(Reflect.apply(target, self, list));
      return { ms: performance.now() - started, kind };
    });
    const touched = watch.end();
    await this.#options.sidecar.stop();
    if (reply.status !== 'done') return reply;
    const mutates = this.#harness!.renews && before !== null && !snapshot(list)?.equals(before);
    this.#first = { ...reply.value, touched, mutates };
    return { status: 'done', value: this.#first };
  }

  /** Times whole rounds of the lists: calls with different arguments take differently long. */
  async #time(ms: number, runs: number | null): Promise<TimingSamples> {
    const call = this.#timed();
    const round = this.#call!.lists.length; // after `first`
    const rounds = runs === null ? null : Math.max(1, Math.round(runs / round));
    const timing = await measureTiming(async (count) => (await call(count * round)) / round, ms, rounds);
    return { ...timing, batch: timing.batch * round };
  }

  /**
   * Samples an instance of the module none of whose functions is compiled yet. V8's profiler does not know code that was
   * optimised in the middle of a loop before it began: its ticks would go to whoever called it.
   */
  async #sample({ bundle, warmMs, ms }: SamplingRequest): Promise<SampledCalls> {
    await this.#armed;
    this.#harness = await this.#options.load(bundle, SAMPLED_INSTANCE);
    this.#call = await prepareCall(this.#harness);
    const sampled = await callFor(this.#timed(), warmMs + ms);
    await this.#options.sidecar.stop();
    return sampled;
  }

  async #wait(bundle: string, ms: number): Promise<Waits> {
    const { WaitRecorder } = await import('./waits.ts');
    const recorder = new WaitRecorder();
    recorder.start();
    try {
      const harness = await this.#options.load(bundle, SAMPLED_INSTANCE);
      const calls = this.#timed(harness, await prepareCall(harness));
      recorder.clear(); // what loading waited for
      const called = await callFor(calls, ms);
      return { ...called, waits: recorder.end() };
    } finally {
      recorder.end();
    }
  }

  async #count(bundle: string, ms: number): Promise<SampledCalls> {
    const { sidecar, load } = this.#options;
    await sidecar.startCounts();
    const harness = await load(bundle, SAMPLED_INSTANCE);
    const call = await prepareCall(harness);
    await sidecar.resetCounts(); // what loading called
    const counted = this.#timed(harness, call);
    const round = call.lists.length;
    const started = performance.now();
    let calls = 0;
    for (let left = 1; left > 0; left = started + ms - performance.now(), calls += round) await counted(round);
    await sidecar.stopCounts(pathToFileURL(bundle).href);
    const took = performance.now() - started;
    return { calls, ms: took, windowMs: took };
  }

  async #heap<T>(intervalBytes: number, collected: boolean, measure: () => Promise<T>): Promise<T> {
    const { sidecar } = this.#options;
    await sidecar.startHeap(intervalBytes, collected);
    const measured = await measure();
    await sidecar.stopHeap();
    return measured;
  }

  /** Calls in the way that the first one has shown. */
  #timed(harness = this.#harness!, call = this.#call!): TimedCalls {
    const { target, self } = call;
    const { kind, mutates } = this.#first!; // after `first`
    const loop = harness.loops[kind];
    let turn = 0;
    return async (count) => {
      const from = turn % call.lists.length;
      const inTurn = from === 0 ? call.lists : [...call.lists.slice(from), ...call.lists.slice(0, from)];
      const lists = mutates ? await freshLists(harness, count, turn) : inTurn;
      turn += count;
      const started = performance.now();
      const pending = loop(target, self, lists, count);
      if (kind === 'async' || kind === 'asyncGenerator') await pending;
      return performance.now() - started;
    };
  }

  async #attempt<T>(during: 'load' | 'arguments' | 'call', action: () => Promise<T>): Promise<PassReply<T>> {
    try {
      const failure = new Promise<never>((_, reject) => {
        this.#fail = reject;
      });
      failure.catch(() => {}); // it may come after the race
      const value = await Promise.race([action(), failure]);
      return this.#exited() ?? { status: 'done', value };
    } catch (error) {
      return this.#exited() ?? { status: 'threw', error: toErrorData(error), during };
    }
  }

  /** The call of process.exit, also when the target has swallowed what it throws. */
  #exited(): PassReply<never> | null {
    return this.#exit && { status: 'exited', code: this.#exit.code, error: toErrorData(this.#exit.error) };
  }
}

/** New lists for so many calls, of which the first is the `turn`th of all. */
async function freshLists(harness: Harness, count: number, turn: number): Promise<Call['lists']> {
  const fresh: (readonly unknown[])[] = [];
  while (fresh.length < count) {
    const { lists } = readArguments(await harness.given());
    fresh.push(lists[(turn + fresh.length) % lists.length]!);
  }
  return fresh;
}
