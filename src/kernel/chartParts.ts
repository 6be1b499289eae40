import type { Json } from './chartChannel.ts';

/** What a step between bins leaves out, as Vega has it. */
const EPSILON = 1e-14;

/** Parts of a time that Vega-Lite's units are made of. */
const UNITS: Readonly<Record<string, (time: string) => string>> = {
  year: (time) => `year(${time})`,
  quarter: (time) => `quarter(${time})`,
  month: (time) => `month(${time})`,
  week: (time) => `strftime(${time}, '%U')`,
  dayofyear: (time) => `dayofyear(${time})`,
  date: (time) => `day(${time})`,
  day: (time) => `dayofweek(${time})`,
  hours: (time) => `hour(${time})`,
  minutes: (time) => `minute(${time})`,
  seconds: (time) => `second(${time})`,
};

/**
 * By what rows of one unit of time are told from those of others; null for units that only the page can tell: local ones,
 * since nobody here knows where it is read.
 */
export function unitParts(unit: unknown, time: string): readonly string[] | null {
  if (
    typeof unit !== 'string' ||
    !/^utc(year)?(quarter|month|week|dayofyear)?(date|day)?(hours)?(minutes)?(seconds)?$/.test(unit)
  )
    return null;
  const names = unit.slice(3).match(/dayofyear|year|quarter|month|week|date|day|hours|minutes|seconds/g) ?? [];
  return names.length ? names.map((name) => UNITS[name]!(time)) : null;
}

/** How many bins Vega-Lite makes at most, where a chart does not say. */
export function mostBins(channel: string): number {
  if (channel === 'strokeDash') return 4;
  return /^(row|column|size|color|fill|stroke|strokeWidth|opacity|fillOpacity|strokeOpacity|shape)$/.test(channel)
    ? 6
    : 10;
}

/** The bin of a number, counted from the least one. */
export function binPart({ start, stop, step }: Bins, number: string): string {
  const inside = `greatest(${literal(start)}, least(${number}::DOUBLE, ${literal(stop - step)}))`;
  return `CASE WHEN ${number} IS NOT NULL THEN floor(${literal(EPSILON)} + (${inside} - ${literal(start)}) / ${literal(step)}) END`;
}

export interface Bins {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** Whether bins are asked for in terms that can be worked out here. */
export function isPlainBin(bin: unknown): bin is true | Json {
  if (bin === true) return true;
  const known = ['maxbins', 'step', 'base', 'divide', 'minstep', 'nice'];
  return typeof bin === 'object' && bin !== null && Object.keys(bin).every((key) => known.includes(key));
}

function literal(number: number): string {
  return `${number}::DOUBLE`;
}
