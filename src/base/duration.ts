import { UserError } from './errors.ts';

/** Milliseconds of "250ms", "90s", "10m", "1h", "7d" or of a number of milliseconds; null for anything else. */
export function parseDuration(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null;
  if (typeof value !== 'string') return null;
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h|d)$/.exec(value.trim());
  return match ? Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS] : null;
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of what somebody wrote for the option `name`; `Infinity` is allowed.
 * @throws UserError
 */
export function durationOf(name: string, value: unknown): number {
  const ms = value === Number.POSITIVE_INFINITY ? value : parseDuration(value);
  if (ms !== null) return ms;
  const given = typeof value === 'string' ? `"${value}"` : String(value);
  throw new UserError(
    `${name} must be a time such as "90s", "10m" or "1h", or a number of milliseconds, but is ${given}.`,
  );
}
