import { formatBytes, formatDuration } from '../base/format.ts';
import { loadTime } from './policy.ts';
import type { EntryInfo } from './tier.ts';

/** An entry that is not worth its place, and why. */
export interface Dispensable {
  readonly key: string;
  readonly bytes: number;
  readonly reason: string;
}

/** What `optimize` found. */
export interface Optimization {
  readonly drop: readonly Dispensable[];
  /** What dropping them gives back. */
  readonly bytes: number;
  /** Whether they have been dropped. */
  readonly applied: boolean;
}

const day = 86_400_000;
const unusedDays = 30;
/** The entries that are not worth their place, the largest first. */
export function findDispensable(entries: Iterable<EntryInfo>, now: number): Dispensable[] {
  return [...entries]
    .flatMap(({ key, meta }) => {
      const reason = reasonToDrop(meta, now);
      return reason ? [{ key, bytes: meta.bytes, reason }] : [];
    })
    .sort((a, b) => b.bytes - a.bytes);
}

function reasonToDrop({ bytes, savedMs, lastUsed }: EntryInfo['meta'], now: number): string | null {
  if (now - lastUsed > unusedDays * day) return `It was not used for ${Math.floor((now - lastUsed) / day)} days.`;
  const load = loadTime(bytes);
  if (savedMs === 0 || savedMs >= load) return null; // not measured, or worth it
  return `Computing it takes ${formatDuration(savedMs)}, loading its ${formatBytes(bytes)} from disk about ${formatDuration(load)}.`;
}
