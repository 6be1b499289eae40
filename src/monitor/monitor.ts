import { callSite } from '../base/callSite.ts';
import type { Disposable } from '../base/disposable.ts';
import { messageOf } from '../base/errors.ts';
import { type Alert, findAlerts, type Thresholds, thresholdDefaults } from './alert.ts';
import type { CallNews } from './calls.ts';
import { type Figures, figuresOf } from './figures.ts';
import { callsWith, type Kind } from './ledger.ts';
import { Counter, Gauge, Histogram, type MetricSink, Timer } from './metric.ts';
import { ProcessGauges } from './processGauges.ts';
import { type Recommendation, recommend } from './recommend.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';
import { Repetition } from './repetition.ts';
import { reportText } from './report.ts';
import { measureResources, type ResourceUse } from './resources.ts';
import type { WatchedProcess } from './sharedRows.ts';
import type { SharedStore } from './sharedStore.ts';
import type { RunDetails } from './tally.ts';

export interface MonitorOptions extends Partial<RecorderOptions> {
  /** False measures nothing. */
  readonly enabled?: boolean;
}

/** A run of an operation that was measured elsewhere. */
export interface OperationRun extends RunDetails {
  /** How long it took. */
  readonly ms: number;
}

export interface TimeOptions {
  /** Words by which operations can be told apart in `summary`. */
  readonly tags?: readonly string[];
}

/**
 * Measures operations and keeps counts. Everything is known at once in this process, and within a second, or when it
 * ends, to `memoir status` and the sidebar. Functions are bound, so they can be taken from it.
 */
export class Monitor implements Disposable {
  readonly #recorder: Recorder;
  readonly #now: () => number;
  readonly #known = new Map<string, RunDetails>();
  readonly #processes = new Set<WatchedProcess>();
  #enabled: boolean;
  #gauges: ProcessGauges | null = null;

  /** Measurements were handed on: something may look different now. */
  get onFlush() {
    return this.#recorder.onFlush;
  }

  constructor({ enabled = true, openStore = () => null, flushEvery = 1000, now = Date.now }: MonitorOptions = {}) {
    this.#enabled = enabled;
    this.#now = now;
    this.#recorder = new Recorder({ openStore, flushEvery, now });
  }

  /** Calls `fn` and notes under `name` how long it took, or how long until its promise settled, and whether it failed. */
  readonly time = <T>(name: string, fn: () => T, { tags }: TimeOptions = {}): T => {
    const details = this.#details(name, this.time);
    return this.#run(name, tags ? { ...details, tags } : details, fn);
  };

  /** Measures from now until its `end`, which gives the milliseconds. */
  readonly timer = (name: string, { tags }: TimeOptions = {}): Timer => {
    const details = this.#details(name, this.timer);
    return new Timer(this.#ended, name, tags ? { ...details, tags } : details);
  };

  /** `fn` with each call measured, under its own name unless given another. Calls with arguments that came before are counted. */
  readonly timed = <A extends unknown[], R>(
    fn: (...args: A) => R,
    name: string = fn.name || 'anonymous function',
    options: TimeOptions = {},
  ): ((...args: A) => R) => {
    const details = { ...options, ...this.#details(name, this.timed, fn.name) };
    const again = { ...details, repeated: true };
    const repetition = new Repetition();
    const run = this.#run.bind(this);
    return function (this: unknown, ...args: A): R {
      return run(name, repetition.note(args) ? again : details, () => fn.apply(this, args));
    };
  };

  /** Something that is counted. */
  readonly counter = (name: string): Counter => new Counter(name, this.#sink);

  /** Something that has a value at any time. */
  readonly gauge = (name: string): Gauge => new Gauge(name, this.#sink);

  /** Something of which the distribution matters. */
  readonly histogram = (name: string): Histogram => new Histogram(name, this.#sink);

  /** Notes a run that was measured elsewhere. */
  readonly operation = (name: string, { ms, ...details }: OperationRun): void => this.#ended(name, ms, details);

  /** Notes that an operation is well without a run: its result came from the cache, and had taken `ms` to compute. */
  readonly recover = (name: string, ms: number): void => {
    if (this.#enabled) this.#recorder.tally('operation', name).recover(ms, this.#now());
  };

  /** Drops what is known of an operation that exists no more. */
  readonly forget = (name: string): void => this.#recorder.pending.forget(name);

  /** Takes over what cached functions did. */
  readonly addCalls = (news: readonly CallNews[]): void => {
    if (this.#enabled) for (const item of news) this.#recorder.pending.addNews(item);
  };

  /** What this process measured: altogether, in the last `seconds` (up to an hour), or of operations with a tag. */
  readonly summary = ({ seconds, tag }: { seconds?: number; tag?: string } = {}): Figures => {
    const now = this.#now();
    const ledger = this.#recorder.measured(seconds === undefined ? undefined : now - seconds * 1000);
    const figures = figuresOf(ledger, callsWith([], ledger.news, 'this', now));
    if (tag === undefined) return figures;
    return { ...figures, operations: figures.operations.filter(({ tags }) => tags.includes(tag)) };
  };

  /** What is not well in this process. */
  readonly alerts = (thresholds: Partial<Thresholds> = {}): Alert[] =>
    findAlerts({ ...this.summary(), cache: null }, { ...thresholdDefaults, ...thresholds }, this.#now());

  /** What would likely pay in this process. */
  readonly recommendations = (thresholds: Partial<Thresholds> = {}): Recommendation[] =>
    recommend({ ...this.summary(), cache: null }, { ...thresholdDefaults, ...thresholds });

  /** What this process, and those that it watches, use: CPU measured over a quarter of a second. */
  readonly resources = (): Promise<ResourceUse[]> => {
    const started = Math.round(this.#now() - process.uptime() * 1000);
    return measureResources([{ pid: process.pid, name: 'this process', started }, ...this.#processes]);
  };

  /** Everything about this process as text. */
  readonly report = (): string => reportText(this.summary(), this.alerts(), this.recommendations());

  /** Measures again after `stop`, and notes CPU, memory and event-loop delay of this process every `interval` ms. */
  readonly start = ({ interval = 1000 }: { interval?: number } = {}): void => {
    this.#enabled = true;
    this.#gauges?.dispose();
    this.#gauges = new ProcessGauges((name, value) => this.#add('gauge', name, value), interval);
  };

  /** Measures no more, until `start`. */
  readonly stop = (): void => {
    this.#enabled = false;
    this.#gauges?.dispose();
    this.#gauges = null;
  };

  /** Lists a process that was started from here, for whoever wants to know what it uses, until disposed. */
  watchProcess(name: string, pid: number): Disposable {
    const watched: WatchedProcess = { pid, name, started: this.#now() };
    this.#processes.add(watched);
    void this.store?.addProcess(watched);
    return {
      dispose: () => {
        if (this.#processes.delete(watched)) void this.store?.removeProcess(watched);
      },
    };
  }

  /** What all processes measured; null where nothing is shared. */
  get store(): SharedStore | null {
    return this.#recorder.store;
  }

  /** Hands on what was measured; by itself it does so once a second. */
  flush(): Promise<void> {
    return this.#recorder.flush();
  }

  /** `flush` for a process that is about to end. */
  flushNow(): void {
    this.#recorder.flushNow();
  }

  dispose(): void {
    this.stop();
    this.#recorder.dispose();
  }

  readonly #sink: MetricSink = {
    add: (kind, name, value) => this.#add(kind, name, value),
    value: (kind, name) => this.#recorder.sumOf(kind, name)[kind === 'counter' ? 'sum' : 'last'],
  };

  #add(kind: Kind, name: string, value: number): void {
    if (this.#enabled && Number.isFinite(value)) this.#recorder.tally(kind, name).add(value, this.#now());
  }

  readonly #ended = (name: string, ms: number, details: RunDetails): void => {
    if (this.#enabled && ms >= 0) this.#recorder.tally('operation', name).addRun(ms, this.#now(), details);
  };

  #run<R>(name: string, details: RunDetails, call: () => R): R {
    const started = performance.now();
    let result: R;
    try {
      result = call();
    } catch (error) {
      this.#failed(name, started, details, error);
      throw error;
    }
    if (!isPromise(result)) this.#ended(name, performance.now() - started, details);
    else
      result.then(
        () => this.#ended(name, performance.now() - started, details),
        (error) => this.#failed(name, started, details, error),
      );
    return result;
  }

  #failed(name: string, started: number, details: RunDetails, error: unknown): void {
    this.#ended(name, performance.now() - started, { ...details, ok: false, error: messageOf(error) });
  }

  /** What is told of each run: where it is measured, looked at once, as that costs more than most measurements. */
  #details(name: string, called: (...args: never[]) => unknown, fn?: string): RunDetails {
    const known = this.#known.get(name);
    if (known) return known;
    const site = callSite(called);
    const details: RunDetails = site ? { where: { ...site, ...(fn && { function: fn }) } } : {};
    if (this.#known.size < 10_000) this.#known.set(name, details);
    return details;
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}
