// The one shape in which every suite tells what it measured.
import { formatDuration } from '../src/base/format.ts';
import { mulberry32 } from '../src/base/random.ts';
import { cpuSince, cpuTimes } from './cpu.ts';

/** How long something took, in milliseconds. */
export interface Measure {
  readonly what: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The median of what all processes together computed meanwhile: it hardly depends on what else the machine does. */
  readonly cpuP50Ms?: number;
  /** What `p50Ms` should not exceed. */
  readonly goalMs?: number;
  readonly runs: number;
}

/** One run of something, in milliseconds; `cpuMs` is null where the system does not tell. */
export interface Taken {
  readonly ms: number;
  readonly cpuMs: number | null;
}

/** How many times longer `what` took than `than`: the ratio of the medians of runs taken in turns, with its interval. */
export interface Ratio {
  readonly what: string;
  readonly than: string;
  readonly ratio: number;
  readonly ci95: readonly [number, number];
  readonly runs: number;
}

export interface Report {
  readonly suite: string;
  readonly node: string;
  readonly measures: readonly Measure[];
  readonly ratios: readonly Ratio[];
  /** What a reader must know to judge the figures. */
  readonly notes: readonly string[];
}

/** Prints a report: as one JSON document with `--json`, else as a table. */
export function print(report: Report, json = process.argv.includes('--json')): void {
  console.log(json ? JSON.stringify(report, null, 2) : table(report));
}

function table({ measures, ratios, notes }: Report): string {
  const width = Math.max(...[...measures, ...ratios].map(({ what }) => what.length));
  const cpu = measures.some(({ cpuP50Ms }) => cpuP50Ms !== undefined);
  const line = (what: string, ...columns: readonly string[]) => [what.padEnd(width), ...columns].join('  ').trimEnd();
  const duration = (ms?: number) => (ms === undefined ? '' : formatDuration(ms)).padStart(8);
  return [
    line('', '  median', '99 % below', ...(cpu ? ['     CPU'] : []), 'runs'),
    ...measures.map(({ what, p50Ms, p99Ms, cpuP50Ms, goalMs, runs }) =>
      line(
        what,
        duration(p50Ms),
        duration(p99Ms).padStart(10),
        ...(cpu ? [duration(cpuP50Ms)] : []),
        String(runs).padStart(4),
        goalMs === undefined ? '' : `goal ${formatDuration(goalMs)}`,
      ),
    ),
    ...ratios.map(({ what, than, ratio, ci95: [low, high], runs }) =>
      line(what, `${ratio.toFixed(3)} × ${than} (${low.toFixed(3)} to ${high.toFixed(3)}, ${runs} pairs)`),
    ),
    ...notes.map((note) => `\n${note}`),
  ].join('\n');
}

/** A measure of times taken elsewhere. */
export function measureOf(what: string, times: readonly (number | Taken)[], goalMs?: number): Measure {
  const sorted = times.map((one) => (typeof one === 'number' ? one : one.ms)).toSorted((a, b) => a - b);
  const cpu = times.flatMap((one) => (typeof one === 'number' ? [] : (one.cpuMs ?? [])));
  return {
    ...{ what, runs: times.length, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) },
    ...(cpu.length > 0 && { cpuP50Ms: median(cpu) }),
    ...(goalMs !== undefined && { goalMs }),
  };
}

/** The ratio of two medians, run by run in pairs; its interval comes from 2,000 resamplings of the pairs. */
export function ratioOf(what: string, times: readonly number[], than: string, others: readonly number[]): Ratio {
  const runs = times.length;
  const random = mulberry32(1);
  const draws = Array.from({ length: 2000 }, () => {
    const picks = Array.from({ length: runs }, () => Math.floor(random() * runs));
    return median(picks.map((at) => times[at]!)) / median(picks.map((at) => others[at]!));
  }).sort((a, b) => a - b);
  const ci95 = [quantile(draws, 0.025), quantile(draws, 0.975)] as const;
  return { what, than, runs, ratio: median(times) / median(others), ci95 };
}

/** Resolves with the milliseconds that `work` takes. */
export async function time(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** As `time`, with what this process and those it started computed meanwhile. */
export async function timed(work: () => unknown): Promise<Taken> {
  const before = cpuTimes();
  const ms = await time(work);
  return { ms, cpuMs: cpuSince(before) };
}

function median(times: readonly number[]): number {
  return quantile(
    times.toSorted((a, b) => a - b),
    0.5,
  );
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at % 1);
}
