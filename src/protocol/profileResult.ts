import type { ErrorData } from '../base/errors.ts';
import type { CollectorPauses, Touched, WaitKind } from './profiler.ts';

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

/**
 * The result of profiling a function: plain data.
 * @example
 * const { outcome, timing, cpu }: ProfileResult = await profile('src/report.ts#summarise', [[3, 1, 2]]);
 * if (outcome === 'measured') console.log(timing?.medianMs, cpu?.lines[0]);
 */
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

/**
 * What changed from one profile to another.
 * @example
 * const { verdict, ratio } = compareProfiles(before, after);
 * console.log(verdict, ratio?.value); // 'faster' 0.4
 */
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
