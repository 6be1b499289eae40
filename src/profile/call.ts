import { serialize } from 'node:v8';
import { UserError } from '../base/errors.ts';
import type { CallKind } from '../protocol/profiler.ts';
import type { Harness } from './harness.ts';

export type AnyFunction = (...args: never[]) => unknown;

/** A target that is ready to be called. */
export interface Call {
  readonly target: AnyFunction;
  readonly self: unknown;
  /** Argument lists that calls take in turn; at least one. */
  readonly lists: readonly (readonly unknown[])[];
}

/**
 * Evaluates the arguments and finds what they are for.
 * @throws UserError when they are no arguments, or there is nothing to call
 */
export async function prepareCall(harness: Harness): Promise<Call> {
  const given = readArguments(await harness.given());
  const self = given.self ?? instance(harness.instanceClass()) ?? harness.ownSelf();
  const target = harness.target(self);
  if (typeof target !== 'function') throw new UserError(`What is called here is ${nameOf(target)}, not a function.`);
  return { target, self, lists: given.lists };
}

/** Arguments as given: a list, an object with a list and the `this` to call on, or several lists of captured calls. */
export function readArguments(given: unknown): { lists: Call['lists']; self: unknown } {
  const captured = (given as { readonly $captured?: Call['lists'] } | null)?.$captured; // see bundle.ts
  if (captured) return { lists: captured, self: undefined };
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const { args, this: self } =
    isObject && ('args' in given || 'this' in given)
      ? { args: [], this: undefined, ...given }
      : { args: given, this: undefined };
  if (Array.isArray(args)) return { lists: [args], self };
  throw new UserError(
    `The arguments must be a list such as [1, "two"], also for a single one; this is ${nameOf(args)}.`,
  );
}

/** Awaits or runs through what a call gave, and tells what it was. */
export async function drain(result: unknown): Promise<CallKind> {
  const tag = Object.prototype.toString.call(result);
  if (tag === '[object Generator]') {
    for (const _ of result as Iterable<unknown>);
    return 'generator';
  }
  if (tag === '[object AsyncGenerator]') {
    for await (const _ of result as AsyncIterable<unknown>);
    return 'asyncGenerator';
  }
  if (typeof (result as { then?: unknown } | null)?.then !== 'function') return 'sync';
  await result;
  return 'async';
}

/** The arguments' content, to see whether a call changes them; null where it cannot be told. */
export function snapshot(list: readonly unknown[]): Buffer | null {
  try {
    return serialize(list);
  } catch {
    return null;
  }
}

function instance(type: (new () => object) | null): object | null {
  if (!type) return null;
  if (type.length === 0) return new type();
  throw new UserError(
    `${type.name} needs ${type.length} constructor argument${type.length === 1 ? '' : 's'}: give {this: new ${type.name}(…), args: […]}.`,
  );
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  return value.constructor?.name && value.constructor !== Object ? `a ${value.constructor.name}` : 'an object';
}
