import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { serialize } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { toErrorData, UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import {
  type CallKind,
  type FirstCall,
  type PassReply,
  type ProfilerMethods,
  SECOND_INSTANCE,
} from '../protocol/profiler.ts';
import { type Handlers, Peer, type Port } from '../protocol/rpc.ts';
import type { Harness } from './harness.ts';
import { callFor, measureTiming, type TimedCalls } from './measure.ts';
import { runSidecar, Sidecar } from './sidecar.ts';
import { watchTouched } from './watch.ts';

type AnyFunction = (...args: never[]) => unknown;

/** A target that is ready to be called. */
interface Call {
  readonly target: AnyFunction;
  readonly self: unknown;
  readonly list: readonly unknown[];
}

/** The profiler's process: loads one target and measures it, pass by pass. */
class ProfilerChild {
  readonly #sidecar = new Sidecar(fileURLToPath(import.meta.url));
  #bundle = '';
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
      load: ({ bundle }) =>
        this.#attempt('load', async () => {
          this.#bundle = pathToFileURL(bundle).href;
          this.#harness = await loadHarness(this.#bundle);
          return null;
        }),
      first: ({ intervalUs }) => this.#firstCall(intervalUs),
      time: ({ ms, runs }) => this.#attempt('call', () => measureTiming(this.#timed(), ms, runs)),
      sample: ({ warmMs, ms, intervalUs }) =>
        this.#attempt('call', async () => {
          await this.#loadAnew();
          await this.#sidecar.start(intervalUs);
          const sampled = await callFor(this.#timed(), warmMs + ms);
          await this.#sidecar.stop();
          return sampled;
        }),
    };
  }

  async #firstCall(intervalUs: number): Promise<PassReply<FirstCall>> {
    const prepared = await this.#attempt('arguments', () => prepare(this.#harness!));
    if (prepared.status !== 'done') return prepared;
    this.#call = prepared.value;
    const { target, self, list } = prepared.value;
    const before = snapshot(list);
    await this.#sidecar.start(intervalUs);
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
   * A second instance of the module, none of whose functions is compiled yet. V8's profiler does not know code that was
   * optimised in the middle of a loop before it began: its ticks would go to whoever called it.
   */
  async #loadAnew(): Promise<void> {
    this.#harness = await loadHarness(`${this.#bundle}${SECOND_INSTANCE}`);
    const prepared = await prepare(this.#harness);
    this.#call = prepared;
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
    for (let i = 0; i < count; i++) lists.push(read(await this.#harness!.given()).list);
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

async function loadHarness(url: string): Promise<Harness> {
  const { $harness } = (await import(url)) as { $harness: Harness }; // see bundle.ts
  return $harness;
}

async function prepare(harness: Harness): Promise<Call> {
  const given = read(await harness.given());
  const self = given.self ?? instance(harness.instanceClass()) ?? harness.ownSelf();
  const target = harness.target(self);
  if (typeof target !== 'function') throw new UserError(`What is called here is ${nameOf(target)}, not a function.`);
  return { target, self, list: given.list };
}

/** Arguments as given: a list, or an object with a list and the `this` to call on. */
function read(given: unknown): { list: readonly unknown[]; self: unknown } {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const { args, this: self } =
    isObject && ('args' in given || 'this' in given)
      ? { args: [], this: undefined, ...given }
      : { args: given, this: undefined };
  if (Array.isArray(args)) return { list: args, self };
  throw new UserError(
    `The arguments must be a list such as [1, "two"], also for a single one; this is ${nameOf(args)}.`,
  );
}

function instance(type: (new () => object) | null): object | null {
  if (!type) return null;
  if (type.length === 0) return new type();
  throw new UserError(
    `${type.name} needs ${type.length} constructor argument${type.length === 1 ? '' : 's'}: give {this: new ${type.name}(…), args: […]}.`,
  );
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  return value.constructor?.name && value.constructor !== Object ? `a ${value.constructor.name}` : 'an object';
}

/** Awaits or runs through what a call gave, and tells what it was. */
async function drain(result: unknown): Promise<CallKind> {
  const tag = Object.prototype.toString.call(result);
  if (tag === '[object Generator]') {
    for (const _ of result as Iterable<unknown>);
    return 'generator';
  }
  if (tag === '[object AsyncGenerator]') {
    for await (const _ of result as AsyncIterable<unknown>);
    return 'asyncGenerator';
  }
  if (typeof (result as { then?: unknown } | null)?.then !== 'function') return 'sync';
  await result;
  return 'async';
}

/** The arguments' content, to see whether a call changes them; null where it cannot be told. */
function snapshot(list: readonly unknown[]): Buffer | null {
  try {
    return serialize(list);
  } catch {
    return null;
  }
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
