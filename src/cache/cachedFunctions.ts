import type { AnyFunction } from './cachedProgram.ts';

const behind = new WeakMap<object, AnyFunction>();

/** Notes that `wrapper` remembers what `fn` gives. */
export function noteCached(wrapper: object, fn: AnyFunction): void {
  behind.set(wrapper, fn);
}

/** The function that a cached one stands for; undefined for any other. */
export function functionBehind(wrapper: object): AnyFunction | undefined {
  return behind.get(wrapper);
}
