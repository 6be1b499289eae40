import { relative } from 'node:path';
import { formatBytes, formatCount, formatDuration, ratioInWords } from '../base/format.ts';
import type {
  AllocationCost,
  CostDifference,
  FunctionCost,
  LineCost,
  LineWait,
  ProfileComparison,
  ProfileResult,
} from '../protocol/profileResult.ts';

/** A profile for a terminal. */
export function profileText({ target, outcome, timing, cpu, error, notes, ...costs }: ProfileResult): string {
  const blocks = [`${target.name}  ${place(target.file, target.line)}`];
  if (error) blocks.push(error.stack ?? `${error.name}: ${error.message}`);
  if (timing && outcome !== 'deadline') {
    const { medianMs, ci95, p95Ms, runs } = timing;
    const interval = ci95 ? ` (95 % between ${formatDuration(ci95[0])} and ${formatDuration(ci95[1])})` : '';
    blocks.push(`median ${formatDuration(medianMs)}${interval}, p95 ${formatDuration(p95Ms)}, ${runs} runs`);
  }
  if (cpu?.lines.length) blocks.push(table('line', cpu.lines, ({ file, line }) => place(file, line)));
  if (cpu?.functions.length) {
    blocks.push(
      table('function', cpu.functions, ({ name, file, line }) => (file ? `${name}  ${place(file, line)}` : name)),
    );
  }
  return [...blocks, ...memoryText(costs), ...countsText(costs), ...notes].join('\n\n');
}

function memoryText({
  waiting,
  memory,
  gc,
  eventLoop,
  leak,
}: Pick<ProfileResult, 'waiting' | 'memory' | 'gc' | 'eventLoop' | 'leak'>): string[] {
  const blocks: string[] = [];
  if (waiting?.lines.length) {
    const head = `waits, of ${formatDuration(waiting.wallMs)} on the clock per call`;
    blocks.push([head, ...waiting.lines.slice(0, 8).map(waitText)].join('\n'));
  }
  if (memory) {
    const sum = `allocates ${formatBytes(memory.bytesPerCall)} ± ${formatBytes(memory.plusMinus)} per call`;
    blocks.push([sum, ...memory.functions.slice(0, 8).map(allocationText)].join('\n'));
  }
  if (gc) {
    const pauses = `${gc.count} garbage collections in ${formatCount(gc.calls, 'call')}`;
    blocks.push(`${pauses}, ${formatDuration(gc.pauseMs)} together, the longest ${formatDuration(gc.longestMs)}`);
  }
  if (eventLoop) blocks.push(`blocks the event loop for up to ${formatDuration(eventLoop.longestMs)}`);
  if (leak && leak.bytesPerCall === 0) blocks.push(`leaves nothing behind in ${formatCount(leak.calls, 'call')}`);
  else if (leak) {
    const [low, high] = leak.ci95.map(formatBytes);
    const sum = `leaves ${formatBytes(leak.bytesPerCall)} behind per call (95 % between ${low} and ${high}), allocated in`;
    blocks.push([sum, ...leak.sites.slice(0, 5).map(allocationText)].join('\n'));
  }
  return blocks;
}

/** How often functions and lines ran per call. */
function countsText({ counts }: Pick<ProfileResult, 'counts'>): string[] {
  if (!counts) return [];
  const times = (count: number) => `×${Number(count.toPrecision(4))}`.padStart(14);
  const functions = counts.functions
    .slice(0, 12)
    .map((one) => `${times(one.count)}  ${one.name}  ${place(one.file, one.line)}`);
  const lines = counts.lines.slice(0, 12).map(({ file, line, count }) => `${times(count)}  ${place(file, line)}`);
  const head = `counted exactly in ${formatCount(counts.calls, 'call')}: functions, then lines, per call`;
  return [[head, ...functions].join('\n'), lines.join('\n')];
}

function waitText({ file, line, kind, waitMs, count }: LineWait): string {
  const times = Number(count.toPrecision(2));
  return `${formatDuration(waitMs).padStart(14)}${`×${times}`.padStart(8)}  ${kind}  ${place(file, line)}`;
}

function allocationText({ name, file, line, percent, selfBytes }: AllocationCost): string {
  const share = `${percent.toFixed(1)} %`.padStart(14);
  return `${share}${formatBytes(selfBytes).padStart(14)}  ${name}${file ? `  ${place(file, line)}` : ''}`;
}

function table<T extends LineCost | FunctionCost>(
  title: string,
  costs: readonly T[],
  label: (cost: T) => string,
): string {
  const rows = costs.slice(0, 12).map((cost) => {
    const share = `${cost.percent.toFixed(1)} % ±${cost.plusMinus.toFixed(1)}`;
    return (
      [share, formatDuration(cost.selfMs), formatDuration(cost.totalMs)].map((cell) => cell.padStart(14)).join('') +
      `  ${label(cost)}`
    );
  });
  return [`${['self', 'self', 'total'].map((cell) => cell.padStart(14)).join('')}  ${title}`, ...rows].join('\n');
}

function place(file: string, line: number | null): string {
  const short = relative(process.cwd(), file);
  return `${short.startsWith('..') ? file : short}${line === null ? '' : `:${line}`}`;
}

/** What changed, for a terminal. */
export function comparisonText({ before, after, ratio, verdict, functions }: ProfileComparison): string {
  if (!ratio) return 'One of the two was not timed, so there is nothing to compare.';
  const { value, low, high, as } = ratioInWords(ratio);
  const medians = `${formatDuration(before.medianMs ?? Number.NaN)} before, ${formatDuration(after.medianMs ?? Number.NaN)} now`;
  const words = { faster: 'faster than before', slower: 'slower than before', same: 'no change for sure' };
  const head = `${value} × as ${as} (95 % between ${low} and ${high}): ${verdict === 'unknown' ? '' : words[verdict]}, ${medians}`;
  const changed = functions.filter(({ verdict: one }) => one !== 'same').slice(0, 10);
  return [head, ...changed.map(differenceText)].join('\n');
}

function differenceText({ name, file, line, deltaMs, plusMinusMs, verdict }: CostDifference): string {
  const delta = `${deltaMs < 0 ? '−' : '+'}${formatDuration(Math.abs(deltaMs))} ± ${formatDuration(plusMinusMs)}`;
  return `${delta.padStart(28)}  ${verdict}  ${name}${file ? `  ${place(file, line)}` : ''}`;
}
