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

/** Whose code a function or line is. */
export type CodeOrigin = 'own' | 'package' | 'node' | 'native' | 'gc';

/** Timing of single calls, in milliseconds. */
export interface Timing {
  /** Calls that were measured. */
  readonly runs: number;
  /** Calls per measured batch; above 1 for calls too short to be timed one by one. */
  readonly batch: number;
  readonly medianMs: number;
  readonly meanMs: number;
  readonly p95Ms: number;
  /** 95 % interval of the median from order statistics; null below six samples, where there is none. */
  readonly ci95: readonly [number, number] | null;
  /** Median absolute deviation from the median, not scaled. */
  readonly mad: number;
  /** Milliseconds per call of single batches in the order they ran, at most 200, evenly picked. */
  readonly samples: readonly number[];
}

/** A source line, times in CPU milliseconds per call. */
export interface LineCost {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly ticks: number;
  readonly selfMs: number;
  readonly totalMs: number;
  /** Self share of all ticks, 0 to 100. */
  readonly percent: number;
  /** Half the width of the 95 % interval of `percent`, in points. */
  readonly plusMinus: number;
  readonly origin: CodeOrigin;
}

/** A function, times in CPU milliseconds per call. */
export interface FunctionCost extends Omit<LineCost, 'file' | 'line'> {
  readonly name: string;
  /** Null for code that has no source: built-in, garbage collection. */
  readonly file: string | null;
  readonly line: number | null;
  readonly totalPercent: number;
}

export interface CpuCosts {
  /** Samples that fell into the function and what it called. */
  readonly ticks: number;
  readonly intervalUs: number;
  readonly calls: number;
  readonly lines: readonly LineCost[];
  readonly functions: readonly FunctionCost[];
}

/** What a function allocates, in bytes per call. */
export interface AllocationCost {
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly origin: CodeOrigin;
  readonly selfBytes: number;
  readonly totalBytes: number;
  /** Self share of all bytes, 0 to 100. */
  readonly percent: number;
}

/** Allocation, sampled in a pass of its own. V8 knows the function that allocates, not its line. */
export interface MemoryCosts {
  readonly calls: number;
  /** Bytes allocated on the heap per call, whether collected since or not; an estimate from samples. */
  readonly bytesPerCall: number;
  /** Half the width of its 95 % interval. */
  readonly plusMinus: number;
  readonly samples: number;
  /** Objects of at least 128 kB among the samples, per call, and the largest of them. */
  readonly large: { readonly perCall: number; readonly largestBytes: number };
  readonly functions: readonly AllocationCost[];
}

/** Pauses for garbage collection during the memory pass. */
export interface CollectorCosts extends CollectorPauses {
  readonly calls: number;
}

export interface EventLoopCosts {
  /** The longest time that the event loop could not turn while calls ran one by one. */
  readonly longestMs: number;
}

export interface LeakCosts {
  /** Bytes that a call leaves behind for good; 0 where none are proven. */
  readonly bytesPerCall: number;
  /** 95 % interval of the slope. */
  readonly ci95: readonly [number, number];
  readonly calls: number;
  /** Who allocated what is still alive, in bytes per call; empty where nothing leaks. */
  readonly sites: readonly AllocationCost[];
}

/** A line that waits, in milliseconds per call. Waits that overlap, as in `Promise.all`, count each. */
export interface LineWait {
  readonly file: string;
  readonly line: number;
  readonly kind: WaitKind;
  readonly waitMs: number;
  /** Times per call. */
  readonly count: number;
}

export interface WaitingCosts {
  readonly calls: number;
  /** Of a call, on the clock. */
  readonly wallMs: number;
  readonly lines: readonly LineWait[];
}

/** How often a line ran, per call. */
export interface LineCount {
  readonly file: string;
  readonly line: number;
  readonly count: number;
}

/** How often a function was called, per call of the target. */
export interface FunctionCount extends LineCount {
  readonly name: string;
  readonly origin: CodeOrigin;
}

/** Exact counts, from a pass in which nothing is timed. */
export interface CallCounts {
  readonly calls: number;
  /** The most frequent first. */
  readonly functions: readonly FunctionCount[];
  /** Lines of the user's own files, the most frequent first. */
  readonly lines: readonly LineCount[];
}

export interface ProfileTarget {
  readonly file: string;
  readonly name: string;
  /** Lines of the function, from 1. */
  readonly line: number;
  readonly endLine: number;
  readonly args: string;
}

/** An error of the profiled code and the place in its sources where it was thrown. */
export interface ProfileError extends ErrorData {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/**
 * How profiling went: measured as planned; called only once (not repeated, or too long for it); or ended early,
 * with `error` or a note that tells.
 */
export type ProfileOutcome = 'measured' | 'once' | 'threw' | 'deadline' | 'outOfMemory' | 'exited' | 'lost';

/** The result of profiling a function: plain data. */
export interface ProfileResult {
  readonly target: ProfileTarget;
  readonly outcome: ProfileOutcome;
  readonly error: ProfileError | null;
  readonly timing: Timing | null;
  readonly cpu: CpuCosts | null;
  /** Where an async function waits; null for others. */
  readonly waiting: WaitingCosts | null;
  /** Null where these passes were not asked for, or did not come to their end. */
  readonly memory: MemoryCosts | null;
  readonly gc: CollectorCosts | null;
  readonly eventLoop: EventLoopCosts | null;
  readonly leak: LeakCosts | null;
  /** Null where it was not asked for. */
  readonly counts: CallCounts | null;
  readonly touched: readonly Touched[];
  /** What measuring took beside the passes themselves, in milliseconds: starting a process, bundling, reading profiles. */
  readonly overheadMs: number;
  /** SHA-256 of the files that costs were found in, as they were measured, by absolute path. */
  readonly sources: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

export type ComparisonVerdict = 'faster' | 'slower' | 'same';

/** What changed from one profile to another. */
export interface ProfileComparison {
  readonly before: ComparedProfile;
  readonly after: ComparedProfile;
  /** How many times as long a call takes, with its 95 % interval; null where one of the two was not timed. */
  readonly ratio: { readonly value: number; readonly ci95: readonly [number, number] } | null;
  readonly verdict: ComparisonVerdict | 'unknown';
  readonly functions: readonly CostDifference[];
}

export interface ComparedProfile {
  readonly target: ProfileTarget;
  readonly medianMs: number | null;
}

/** A function's CPU time per call in both, in milliseconds; 0 where it was not seen. */
export interface CostDifference {
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly origin: CodeOrigin;
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly deltaMs: number;
  /** Half the width of the 95 % interval of `deltaMs`. */
  readonly plusMinusMs: number;
  readonly verdict: ComparisonVerdict;
}

/** A call tree in columns, one entry per node; a parent stands before its children, node 0 is the root. */
export interface FlameModel {
  readonly frames: readonly FlameFrame[];
  /** Index into the nodes; -1 at the root. */
  readonly parent: Int32Array;
  /** Index into `frames`. */
  readonly frame: Int32Array;
  /** Fractions where ticks of a line are shared out among its callers. */
  readonly selfTicks: Uint32Array | Float64Array;
  readonly totalTicks: Uint32Array | Float64Array;
}

/** Two call trees as one, in columns; milliseconds per call of each node itself. */
export interface StackDifference extends Pick<FlameModel, 'frames' | 'parent' | 'frame'> {
  readonly before: Float64Array;
  readonly after: Float64Array;
}

export interface FlameFrame {
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly origin: CodeOrigin;
}

/** A CPU profile as V8 writes it and `.cpuprofile` files hold it. */
export interface CpuProfile {
  readonly nodes: readonly CpuProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface CpuProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly scriptId: string;
    readonly url: string;
    /** From 0; -1 where there is none. */
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly hitCount: number;
  readonly children?: readonly number[];
  /** Lines from 1. */
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
}

/** Sampled allocations as V8 writes them and `.heapprofile` files hold them. */
export interface HeapProfile {
  readonly head: HeapProfileNode;
  readonly samples?: readonly { readonly size: number; readonly nodeId: number }[];
}

export interface HeapProfileNode {
  readonly id: number;
  readonly callFrame: CpuProfileNode['callFrame'];
  /** Bytes. */
  readonly selfSize: number;
  readonly children: readonly HeapProfileNode[];
}
