import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from '../base/errors.ts';

/** The command line was not understood; exit code 2. */
export class UsageError extends Error {}

/**
 * Reads options and exactly `count` words.
 * @throws UsageError
 */
export function readArguments<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  count: number,
) {
  const parsed = parse(args, options);
  if (parsed.positionals.length < count) throw new UsageError('An argument is missing.');
  if (parsed.positionals.length > count) throw new UsageError(`"${parsed.positionals[count]}" is too much.`);
  return parsed;
}

function parse<const T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const [problem] = messageOf(error).split(/\. (?=To specify)/); // then Node tells of positional arguments
    throw new UsageError(`${problem!.replace(/\.$/, '')}.`);
  }
}

/** `name=value` pairs; a value that is JSON is taken as such, anything else as text. */
export function readAssignments(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--set wants name=value; got "${pair}".`);
      return [pair.slice(0, at), jsonOrText(pair.slice(at + 1))];
    }),
  );
}

/** A whole number. */
export function readInteger(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new UsageError(`--${option} wants a whole number; got "${text}".`);
  return number;
}

/** A point in time, as milliseconds since the epoch. */
export function readTime(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time)) throw new UsageError(`--${option} wants a time such as 2026-01-31T12:00:00Z; got "${text}".`);
  return time;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
