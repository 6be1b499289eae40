import { join } from 'node:path';
import { inspect } from 'node:util';
import { UserError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import type { ProfileResult } from '../protocol/profileResult.ts';

/**
 * How `profile` measures.
 * @example
 * await profile(summarise, [[3, 1, 2]], { seconds: 5, memory: true, leak: true });
 */
export interface ProfileOptions {
  /** Calls to time; by default as many as make the median sure. */
  readonly runs?: number;
  /** How long measuring may take; 10 by default. */
  readonly seconds?: number;
  /** Also what a call allocates, how the garbage collector paused, and the longest block of the event loop; false by default. */
  readonly memory?: boolean;
  /** Also how many bytes a call leaves behind, and where they were allocated; false by default. */
  readonly leak?: boolean;
  /** Also how often functions and lines run in a call, exactly; for `'file#function'` only; false by default. */
  readonly counts?: boolean;
  /** Whether a function that wrote files, used the network or started processes may be called again; false by default. */
  readonly repeat?: boolean;
  /** Ends the measurement; `profile` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * What `profile` takes arguments from: a list, or, for `'file#function'`, an expression in the scope of the function's module.
 * @example
 * await profile(summarise, [[3, 1, 2]]);
 * await profile('src/report.ts#summarise', '[sampleRows()]');
 */
export type ProfileArguments = readonly unknown[] | string;

/**
 * Measures how long a call of a function takes, and on which lines the time goes.
 *
 * A function named as `'file#function'` is measured in a process of its own, bundled with its packages: what it does
 * cannot harm the program, an endless loop is stopped, and every line is right. A list of arguments travels there as a
 * structured clone; instances of classes do not survive that, so give them as an expression: `'[new Money(3)]'`.
 *
 * A function itself is measured where it is, with its closure and with arguments of any kind. Then nobody can stop an
 * endless loop, whatever else the program does meanwhile counts too, lines of functions that V8 has inlined across
 * modules may be wrong, and compiled code shows its sources only under `node --enable-source-maps`.
 *
 * The function is called once and watched. If it wrote files, used the network or started processes, it is called
 * again only with `repeat: true`. How it fares itself, also when it throws, is in the result's `outcome` and `error`.
 * @param target the function, or `'file#function'`, the file relative to the working directory
 * @param args its arguments; none by default
 * @returns plain data; times in milliseconds
 * @throws UserError when there is nothing to call: no such function, or arguments that cannot be had
 * @example
 * const { timing, cpu } = await profile('src/report.ts#summarise', [[3, 1, 2]], { seconds: 5 });
 * console.log(timing?.medianMs, cpu?.lines[0]);
 */
export async function profile(
  target: string | ((...args: never[]) => unknown),
  args: ProfileArguments = [],
  options: ProfileOptions = {},
): Promise<ProfileResult> {
  const script = join(import.meta.dirname, 'profile.js');
  const { repeat = false, ...limits } = options;
  const onConsent = async () => repeat;
  if (typeof target === 'function') {
    if (typeof args === 'string') throw new UserError('Give the arguments of a function as a list.');
    const { profileInProcess } = await import('./inProcess.ts');
    return (await profileInProcess(target, args, { ...limits, onConsent }, script)).result;
  }
  const { file, name } = readTarget(target);
  const { profileFunction } = await import('./profiler.ts');
  const given = typeof args === 'string' ? { args } : await clonable(args);
  const environment = { script, memoir: join(import.meta.dirname, 'library.js'), nodePath: null, log: silentLog };
  const request = { file, target: { name }, cwd: process.cwd(), ...limits, ...given, onConsent };
  return (await profileFunction(request, environment)).result;
}

/** @throws UserError for values that would arrive as something else */
async function clonable(values: readonly unknown[]): Promise<{ values: readonly unknown[]; args: string }> {
  const { encode, NotEncodable } = await import('../cache/codec.ts');
  try {
    encode(values);
  } catch (error) {
    if (!(error instanceof NotEncodable)) throw error;
    throw new UserError(
      `The arguments cannot go to the profiler's process: ${error.path} is ${error.reason}. Give them as an expression, such as '[new Money(3)]'.`,
    );
  }
  return { values, args: inspect(values, { breakLength: Number.POSITIVE_INFINITY }) };
}

/**
 * `file#function` in its parts; a private name holds a # of its own: `file#Class.#name`.
 * @throws UserError when it is nothing of the kind
 */
export function readTarget(text: string): { file: string; name: string } {
  const at = text.search(/#[^\\/]*$/);
  const first = at < 0 ? -1 : text.slice(0, at).endsWith('.') ? text.lastIndexOf('#', at - 1) : at;
  if (first < 1) throw new UserError(`Name a function as in file.ts#name; got "${text}".`);
  return { file: text.slice(0, first), name: text.slice(first + 1) };
}
