import { formatBytes, formatDuration } from '../base/format.ts';
import type { LineCost, ProfileResult } from '../protocol/profileResult.ts';

/** What an editor says about one line. */
export interface HeatLine {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Share of the whole, 0 to 100, by which heat goes; null where an error was thrown. */
  readonly percent: number | null;
  /** For the line's end: `82 % ± 1`, or the error. */
  readonly text: string;
  /** For the hover, Markdown. */
  readonly details: string;
}

/** What heat can go by. */
export type HeatKind = 'cpu' | 'waiting' | 'allocation';

/** What a profile has heat for, the usual first. */
export function heatKinds({ cpu, waiting, memory }: ProfileResult): HeatKind[] {
  const kinds: HeatKind[] = cpu?.lines.length ? ['cpu'] : [];
  if (waiting?.lines.length) kinds.push('waiting');
  if (memory?.functions.length) kinds.push('allocation');
  return kinds;
}

/** The lines of a profile by their share of CPU time, waiting or allocation, and the line of its error. */
export function heatLines(result: ProfileResult, kind: HeatKind): HeatLine[] {
  const lines = { cpu: cpuLines, waiting: waitingLines, allocation: allocationLines }[kind](result);
  const { error, target } = result;
  if (!error?.file || error.line === null) return lines;
  const text = `${error.name}: ${error.message.split('\n')[0]}`;
  const details = `Thrown while \`${target.name}\` was profiled.`;
  return [...lines, { file: error.file, line: error.line, percent: null, text, details }];
}

function cpuLines({ target, cpu }: ProfileResult): HeatLine[] {
  return (cpu?.lines ?? []).map((cost) => ({
    file: cost.file,
    line: cost.line,
    percent: cost.percent,
    text: shareOf(cost),
    details: detailsOf(cost, target.name),
  }));
}

/** Shares of the time on the clock; waits that overlap come to more than all of it. */
function waitingLines({ target, waiting }: ProfileResult): HeatLine[] {
  const { lines = [], wallMs = 1 } = waiting ?? {};
  return lines.map(({ file, line, kind, waitMs, count }) => {
    const text = `waits ${formatDuration(waitMs)} for ${kind}`;
    const details = `A call of \`${target.name}\` ${text} here, ${Number(count.toPrecision(2))} times, of ${formatDuration(wallMs)} on the clock.`;
    return { file, line, percent: Math.min(100, (waitMs / wallMs) * 100), text, details };
  });
}

/** At the first line of each function: V8 does not know the line that allocates. */
function allocationLines({ target, memory }: ProfileResult): HeatLine[] {
  return (memory?.functions ?? []).flatMap(({ name, file, line, origin, percent, selfBytes }) => {
    if (file === null || line === null || (origin !== 'own' && origin !== 'package')) return [];
    const text = `${Math.round(percent)} % of the bytes, ${formatBytes(selfBytes)} per call`;
    return [{ file, line, percent, text, details: `\`${name}\` allocates ${text} of \`${target.name}\`.` }];
  });
}

/** A part of a text, lines and columns from 0. */
interface Range {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number };
}

/** The lines where they stand after an edit has put text with `added` line ends in the place of `range`. */
export function movedLines(lines: readonly HeatLine[], { start, end }: Range, added: number): HeatLine[] {
  return lines.flatMap((line) => {
    const at = line.line - 1;
    const isBefore = at === start.line && (start.character > 0 || start.line !== end.line);
    if (at < start.line || isBefore) return [line];
    return at < end.line ? [] : [{ ...line, line: line.line + start.line + added - end.line }];
  });
}

function shareOf({ percent, plusMinus }: LineCost): string {
  return `${Math.round(percent)} % ± ${Math.max(1, Math.round(plusMinus))}`;
}

function detailsOf(cost: LineCost, name: string): string {
  const { selfMs, totalMs, ticks } = cost;
  return [
    `**${shareOf(cost)}** of the CPU time of \`${name}\``,
    `Self ${formatDuration(selfMs)}, with what it calls ${formatDuration(totalMs)} per call; ${ticks} samples.`,
  ].join('\n\n');
}
