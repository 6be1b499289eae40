import type { ErrorData } from '../base/errors.ts';

/** What a function touched that repeating it would do again. */
export type Touched = 'files written' | 'network' | 'child processes';

/** How a function is called until it is done. */
export type CallKind = 'sync' | 'async' | 'generator' | 'asyncGenerator';

/** What is known after the first, watched call. */
export interface FirstCall {
  readonly ms: number;
  readonly kind: CallKind;
  readonly touched: readonly Touched[];
  /** The call changed its arguments, so every call gets new ones. */
  readonly mutates: boolean;
}

/** What a pass in the child came to: its result, or the error that ended it. */
export type PassReply<T> =
  | { readonly status: 'done'; readonly value: T }
  | { readonly status: 'threw'; readonly error: ErrorData; readonly during: 'load' | 'arguments' | 'call' }
  | { readonly status: 'exited'; readonly code: number; readonly error: ErrorData };

/** Raw durations of the timing pass. */
export interface TimingSamples {
  /** Milliseconds per call, one of each batch. */
  readonly samples: Float64Array;
  /** Calls in a batch. */
  readonly batch: number;
  /** Warm-up ended because the time was up, not because the calls had become steady. */
  readonly unsteady: boolean;
  /** How long the pass took with everything. */
  readonly windowMs: number;
}

export interface SampledCalls {
  readonly calls: number;
  /** Time spent in the calls. */
  readonly ms: number;
  /** How long the pass took with everything. */
  readonly windowMs: number;
}

/** A sampling pass: calls for `warmMs` and `ms` together, sampled from the first call on, in an instance of `bundle` of its own. */
export interface SamplingRequest {
  readonly bundle: string;
  readonly warmMs: number;
  readonly ms: number;
}

/** A target, and the folder it runs in. */
export interface LoadRequest {
  readonly bundle: string;
  readonly cwd: string;
}

export interface SamplerOptions {
  readonly intervalUs: number;
  /** Whether V8 may inline; without, stacks are whole and costs are not the real ones. For good: no other pass can follow. */
  readonly inlining: boolean;
}

/** What the garbage collector did during a pass. */
export interface CollectorPauses {
  readonly count: number;
  /** All pauses together. */
  readonly pauseMs: number;
  readonly longestMs: number;
}

/** A pass whose allocations are sampled; the samples are in the child's folder. */
export interface HeapSamples {
  readonly calls: number;
  readonly windowMs: number;
  readonly collector: CollectorPauses;
}

/** The leak pass: what was retained before and after each batch of `calls`. */
export interface RetainedBytes {
  readonly calls: number;
  readonly bytes: readonly number[];
  readonly windowMs: number;
}

/** What an `await` waits for: what was begun while its expression was evaluated, or the user's own async code. */
export type WaitKind = 'files' | 'network' | 'names' | 'timers' | 'child processes' | 'other code';

/** How long a place awaited in all calls together. */
export interface PlaceWait {
  /** `file:line` */
  readonly place: string;
  readonly kind: WaitKind;
  readonly ms: number;
  readonly count: number;
}

/** The waiting pass. */
export interface Waits extends SampledCalls {
  readonly waits: readonly PlaceWait[];
}

/** The global function that notes how long something is awaited, `(value, place)`. */
export const WAIT = '$memoirWait';

/** What the URL of an instance for sampling ends with. */
export const SAMPLED_INSTANCE = '?sampled';

/** What the host asks of the profiler's child. Passes that sample leave their CPU profile in the child's folder. */
export type ProfilerMethods = {
  /** Starts the sampler, which takes its time, for the pass that follows. */
  arm(params: SamplerOptions): Promise<null>;
  load(params: LoadRequest): Promise<PassReply<null>>;
  /** Calls once, watched and sampled. */
  first(params: Record<string, never>): Promise<PassReply<FirstCall>>;
  /** Warms up, then measures for `ms`, or for `runs` calls. */
  time(params: { readonly ms: number; readonly runs: number | null }): Promise<PassReply<TimingSamples>>;
  sample(params: SamplingRequest): Promise<PassReply<SampledCalls>>;
  /** Calls an instance whose awaits tell their places. */
  wait(params: { readonly bundle: string; readonly ms: number }): Promise<PassReply<Waits>>;
  /** Samples allocations, one in `intervalBytes`, of calls for `ms`. */
  allocate(params: { readonly ms: number; readonly intervalBytes: number }): Promise<PassReply<HeapSamples>>;
  /** The longest time that calls one by one keep the event loop from turning, in milliseconds. */
  block(params: { readonly ms: number }): Promise<PassReply<number>>;
  /** Counts calls of an instance of its own, exactly; what was counted is in the child's folder. */
  count(params: { readonly bundle: string; readonly ms: number }): Promise<PassReply<SampledCalls>>;
  /** Samples what is still alive after batches of calls. */
  retain(params: { readonly intervalBytes: number }): Promise<PassReply<RetainedBytes>>;
};

/** The environment variable with the folder of a profiler's child, and the name of the CPU profile there. */
export const PROFILE_FOLDER = 'MEMOIR_PROFILE_FOLDER';
export const PROFILE_FILE = 'last.cpuprofile';
export const HEAP_FILE = 'last.heapprofile';
export const COUNTS_FILE = 'last.coverage';
