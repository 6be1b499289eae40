/** A duration a person reads, three significant digits: `0.42 ms`, `83 ms`, `1.24 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 0.995) return `${Number(ms.toPrecision(2))} ms`;
  if (ms < 999.5) return `${Number(ms.toPrecision(3)) >= 100 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`;
  if (ms < 59_950) return `${Number((ms / 1000).toPrecision(3))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** A size a person reads, powers of 1,000: `512 B`, `4.1 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : Number(value.toPrecision(3))} ${units[unit]}`;
}

/** `1 cell`, `3 cells`, `1,204 rows`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
}

/** A share as a whole percentage: `91 %`. */
export function formatPercent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : '–';
}

/** A ratio of times as a reader takes it, with its interval: above 1, `fast` or `long`, whichever way it went. */
export function ratioInWords({ value, ci95: [low, high] }: { value: number; ci95: readonly [number, number] }) {
  const digits = (ratio: number) => ratio.toPrecision(3);
  return value < 1
    ? { value: digits(1 / value), low: digits(1 / high), high: digits(1 / low), as: 'fast' }
    : { value: digits(value), low: digits(low), high: digits(high), as: 'long' };
}
