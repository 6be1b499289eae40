import type { LeakCosts } from '../protocol/profileResult.ts';
import type { RetainedBytes } from '../protocol/profiler.ts';

/**
 * How many bytes a call leaves behind: the slope of what is retained over the batches (Theil–Sen), with its 95 % interval
 * from Kendall's statistic (Sen 1968). It is 0 where the interval holds zero, where what is left is no object's size, or
 * where all calls together left no more than the engine itself may keep.
 */
export function leakOf({ calls, bytes }: RetainedBytes): Pick<LeakCosts, 'bytesPerCall' | 'ci95' | 'calls'> {
  const slopes: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    for (let j = i + 1; j < bytes.length; j++) slopes.push((bytes[j]! - bytes[i]!) / ((j - i) * calls));
  }
  slopes.sort((a, b) => a - b);
  const n = bytes.length;
  const spread = Z95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18); // standard deviation of Kendall's S
  const low = slopes[Math.max(0, Math.floor((slopes.length - spread) / 2))]!;
  const high = slopes[Math.min(slopes.length - 1, Math.ceil((slopes.length + spread) / 2))]!;
  const slope = slopes[slopes.length >> 1]!;
  const left = slope * calls * (n - 1);
  const isSure = low > 0 && slope >= SMALLEST_OBJECT && left >= ENGINE_BYTES;
  return { bytesPerCall: isSure ? slope : 0, ci95: [low, high], calls: calls * (n - 1) };
}

const Z95 = 1.959964;
/** An object without properties takes some more; less per call is the engine's own affair. */
const SMALLEST_OBJECT = 8;
/** Compiled code and feedback of a handful of calls. */
const ENGINE_BYTES = 16_000;
