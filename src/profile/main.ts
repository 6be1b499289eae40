import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { toErrorData } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import {
  type FirstCall,
  type PassReply,
  type ProfilerMethods,
  SAMPLED_INSTANCE,
  type SampledCalls,
  type SamplingRequest,
} from '../protocol/profiler.ts';
import { type Handlers, Peer, type Port } from '../protocol/rpc.ts';
import { type Call, drain, prepareCall, readArguments, snapshot } from './call.ts';
import type { Harness } from './harness.ts';
import { callFor, measureTiming, type TimedCalls } from './measure.ts';
import { runSidecar, Sidecar } from './sidecar.ts';
import { watchTouched } from './watch.ts';

/** The profiler's process: loads one target and measures it, pass by pass. */
class ProfilerChild {
  readonly #sidecar = new Sidecar(fileURLToPath(import.meta.url));
  /** The sampler for the next pass. */
  #armed: Promise<void> = Promise.resolve();
  #harness: Harness | null = null;
  #call: Call | null = null;
  #first: FirstCall | null = null;
  #exit: { readonly code: number; readonly error: Error } | null = null;
  /** Ends the current pass with an error that nobody awaited. */
  #fail: (error: unknown) => void = () => {};

  constructor(port: Port) {
    new Peer(port, this.#handlers());
    process.on('uncaughtException', (error) => this.#fail(error));
    process.on('unhandledRejection', (error) => this.#fail(error));
    const leave = (code?: number | string | null): never => {
      const error = new Error('The function called process.exit.');
      this.#exit = { code: Number(code ?? process.exitCode ?? 0), error };
      this.#fail(error);
      throw error;
    };
    Object.assign(process, { exit: leave, reallyExit: leave });
  }

  #handlers(): Handlers<ProfilerMethods> {
    return {
      arm: async ({ intervalUs, inlining }) => {
        if (!inlining) for (const flag of WITHOUT_INLINING) setFlagsFromString(flag);
        this.#armed = this.#sidecar.start(intervalUs);
        await this.#armed;
        return null;
      },
      load: ({ bundle, cwd }) =>
        this.#attempt('load', async () => {
          process.chdir(cwd);
          await this.#armed;
          this.#harness = await loadHarness(bundle);
          return null;
        }),
      first: () => this.#firstCall(),
      time: ({ ms, runs }) => this.#attempt('call', () => measureTiming(this.#timed(), ms, runs)),
      sample: (request) => this.#attempt('call', () => this.#sample(request)),
    };
  }

  async #firstCall(): Promise<PassReply<FirstCall>> {
    const prepared = await this.#attempt('arguments', () => prepareCall(this.#harness!));
    if (prepared.status !== 'done') return prepared;
    this.#call = prepared.value;
    const { target, self, list } = prepared.value;
    const before = snapshot(list);
    const watch = watchTouched();
    const reply = await this.#attempt('call', async () => {
      const started = performance.now();
      const kind = await drain(Reflect.apply(target, self, list));
      return { ms: performance.now() - started, kind };
    });
    const touched = watch.end();
    await this.#sidecar.stop();
    if (reply.status !== 'done') return reply;
    const mutates = before !== null && !snapshot(list)?.equals(before);
    this.#first = { ...reply.value, touched, mutates };
    return { status: 'done', value: this.#first };
  }

  /**
   * Samples an instance of the module none of whose functions is compiled yet. V8's profiler does not know code that was
   * optimised in the middle of a loop before it began: its ticks would go to whoever called it.
   */
  async #sample({ bundle, warmMs, ms }: SamplingRequest): Promise<SampledCalls> {
    await this.#armed;
    this.#harness = await loadHarness(bundle, SAMPLED_INSTANCE);
    this.#call = await prepareCall(this.#harness);
    const sampled = await callFor(this.#timed(), warmMs + ms);
    await this.#sidecar.stop();
    return sampled;
  }

  /** Calls in the way that the first one has shown. */
  #timed(): TimedCalls {
    const { target, self, list } = this.#call!; // after `first`
    const { kind, mutates } = this.#first!;
    const loop = this.#harness!.loops[kind];
    return async (count) => {
      const lists = mutates ? await this.#freshLists(count) : [list];
      const started = performance.now();
      const pending = loop(target, self, lists, count);
      if (kind === 'async' || kind === 'asyncGenerator') await pending;
      return performance.now() - started;
    };
  }

  async #freshLists(count: number): Promise<(readonly unknown[])[]> {
    const lists: (readonly unknown[])[] = [];
    for (let i = 0; i < count; i++) lists.push(readArguments(await this.#harness!.given()).list);
    return lists;
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

const WITHOUT_INLINING = ['--no-turbo-inlining', '--no-maglev-inlining'];

async function loadHarness(bundle: string, instance = ''): Promise<Harness> {
  const { $harness } = (await import(`${pathToFileURL(bundle)}${instance}`)) as { $harness: Harness }; // see bundle.ts
  return $harness;
}

function hostPort(): Port {
  const messages = new Emitter<unknown>();
  const closed = new Emitter<string>();
  const send = process.send!.bind(process); // forked with a channel; the target may replace process.send
  const { kill } = process;
  process.on('message', (message) => messages.fire(message));
  process.on('disconnect', () => kill(process.pid, 'SIGKILL')); // nobody is left to work for
  return { post: (message) => send(message), onMessage: messages.event, onClose: closed.event };
}

if (isMainThread) new ProfilerChild(hostPort());
else runSidecar();
