import type { CallCounts, FunctionCount, LineCount } from '../protocol/profileResult.ts';
import { BundleLocations, isHarness, type ScriptLocations } from './locations.ts';
import { isPackage, type Sources } from './sources.ts';

/** A function as V8's coverage tells it: its own range first, then blocks in it that ran another number of times. */
export interface CountedFunction {
  readonly functionName: string;
  readonly ranges: readonly CountedRange[];
}

interface CountedRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** Exact counts per call, of functions and of the lines of the user's own files. */
export function countsOf(
  { calls, functions }: { readonly calls: number; readonly functions: readonly CountedFunction[] },
  locations: ScriptLocations,
  sources: Sources,
): CallCounts | null {
  if (!(locations instanceof BundleLocations)) return null; // in a program's own process nothing is counted
  const called = functions.flatMap((one) => functionCount(one, calls, locations, sources) ?? []);
  const byCount = (a: LineCount, b: LineCount) => b.count - a.count;
  return { calls, functions: called.sort(byCount), lines: lineCounts(functions, calls, locations).sort(byCount) };
}

function functionCount(
  { functionName, ranges: [whole] }: CountedFunction,
  calls: number,
  locations: BundleLocations,
  sources: Sources,
): FunctionCount | null {
  const place = whole?.count && whole.startOffset > 0 ? locations.ofOffset(whole.startOffset) : null;
  if (!place || isHarness(place.file)) return null;
  const info = sources.functionAt(place.file, place.line, place.column);
  const name = info?.name ?? (functionName || '(anonymous)');
  const origin = isPackage(place.file) ? 'package' : 'own';
  return { name, file: place.file, line: info?.line ?? place.line, origin, count: whole!.count / calls };
}

/** Lines run as often as the innermost range around their first character. */
function lineCounts(functions: readonly CountedFunction[], calls: number, locations: BundleLocations): LineCount[] {
  const ranges = functions.flatMap((one) => one.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const counts = new Map<string, LineCount>();
  const around: CountedRange[] = [];
  let next = 0;
  for (const { offset, place } of locations.begins()) {
    while (next < ranges.length && ranges[next]!.startOffset <= offset) around.push(ranges[next++]!);
    while (around.length && around.at(-1)!.endOffset <= offset) around.pop();
    const inner = around.findLast(({ endOffset }) => endOffset > offset);
    const { file, line } = place;
    if (!inner?.count || inner.startOffset === 0 || isPackage(file) || isHarness(file)) continue;
    const count = Math.max(inner.count / calls, counts.get(`${file}:${line}`)?.count ?? 0);
    counts.set(`${file}:${line}`, { file, line, count });
  }
  return [...counts.values()];
}
