/** What is known of an entry when one must go. Times are milliseconds since 1970. */
export interface Use {
  readonly bytes: number;
  /** What a hit saves, in milliseconds. */
  readonly savedMs: number;
  /** How often it was used since it was made. */
  readonly hits: number;
  readonly createdAt: number;
  readonly lastUsed: number;
}

const day = 86_400_000;

/** How much an entry is worth its place: the time that it saved or will save at least once, per byte, less with each day without use. */
export function worthOf(use: Use, now: number): number {
  return ((use.savedMs + 1) * timesOf(use, now)) / (use.bytes + 100);
}

/** How often an entry was asked for, also when it was made; half as often after a day without use. */
export function timesOf({ hits, lastUsed }: Pick<Use, 'hits' | 'lastUsed'>, now: number): number {
  const idle = Math.max(0, now - lastUsed) / day;
  return (1 + hits) / (1 + idle);
}

const smallBytes = 64_000; // what is smaller is loaded in no time worth speaking of
const loadMs = 0.1;
const loadBytesPerMs = 200_000; // reading, verifying and decoding, measured

/** About how long it takes to load a value of some size from disk, in milliseconds. */
export function loadTime(bytes: number): number {
  return loadMs + bytes / loadBytesPerMs;
}

/** Whether a value is worth a place on disk: it is small, or loading it is faster than computing it. */
export function isWorthKeeping(bytes: number, computeMs: number): boolean {
  return bytes <= smallBytes || loadTime(bytes) < computeMs;
}

const networkBytesPerMs = 20_000; // of what is encoded, over a network of 100 Mbit/s

/** Whether a value is worth sending to others: fetching it is faster than computing it. */
export function isWorthSharing(bytes: number, computeMs: number): boolean {
  return loadTime(bytes) + bytes / networkBytesPerMs < computeMs;
}
