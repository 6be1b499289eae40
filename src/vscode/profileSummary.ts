import { formatDuration, formatPercent } from '../base/format.ts';
import { compareProfiles } from '../profile/compare.ts';
import type { ProfileResult } from '../protocol/profileResult.ts';
import type { KeptProfile } from './profileHistory.ts';

/** A profile in a few words: how long a call takes, or how it went otherwise. */
export function summaryOf({ timing, outcome }: ProfileResult): string {
  if (!timing) return OUTCOMES[outcome];
  const { medianMs, ci95 } = timing;
  return formatDuration(medianMs) + (ci95 ? ` ± ${formatDuration((ci95[1] - ci95[0]) / 2)}` : '');
}

/** How a profile differs from an earlier one, in a few words; nothing where that is not sure. */
export function changeText(before: KeptProfile, { result }: KeptProfile): string {
  const { ratio, verdict } = compareProfiles(before.result, result);
  const than = before.pinned ? 'the baseline' : 'before';
  if (!ratio) return '';
  if (verdict === 'same') return `as ${than === 'before' ? 'before' : 'in the baseline'}`;
  return `${formatPercent(Math.abs(ratio.value - 1))} ${verdict} than ${than}`;
}

/** Values as small bars, from nothing to the largest. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))]).join('');
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

const OUTCOMES = {
  measured: 'measured',
  once: 'called once',
  threw: 'threw an error',
  deadline: 'stopped at its deadline',
  outOfMemory: 'ran out of memory',
  exited: 'ended its process',
  lost: 'was lost',
} as const;
