import { type CallKey, callKey } from './callKey.ts';
import type { FileDependencies } from './fileDependencies.ts';

/** What calls of one function are known by. */
export interface CallKeyer {
  /** Whether the arguments alone make the key, as they are. */
  readonly isPlain: boolean;
  keyOf(self: unknown, args: readonly unknown[]): CallKey;
  /** What counts of a call, to be compared with other calls. */
  partsOf(self: unknown, args: readonly unknown[]): readonly unknown[];
}

/** Keys calls by what `key` makes of their arguments, by `this` where the function reads it, and by files. */
export function keyerOf(
  fn: (...args: never[]) => unknown,
  key: ((...args: readonly unknown[]) => unknown) | null,
  files: FileDependencies | null,
): CallKeyer {
  const readsThis = key === null && READS_THIS.test(Function.prototype.toString.call(fn));
  const partsOf = (self: unknown, args: readonly unknown[]) => {
    if (key) return [key(...args)];
    return readsThis && self !== undefined && self !== globalThis ? [...args, self] : args;
  };
  const keyOf = (self: unknown, args: readonly unknown[]): CallKey => {
    const parts = partsOf(self, args);
    const keyed = callKey(parts);
    if ('problem' in keyed) return key || parts === args ? keyed : withThis(self, keyed);
    const kind = parts === args ? '' : key ? 'key ' : 'this ';
    return files || kind ? { key: `${files ? `${files.digest()} ` : ''}${kind}${keyed.key}` } : keyed;
  };
  return { isPlain: !key && !files && !readsThis, keyOf, partsOf };
}

/** Methods see the object that they are called on, built-in ones too. That the words stand in a text or comment does no harm. */
const READS_THIS = /\b(this|super|eval)\b|\[native code\]/;

function withThis(self: unknown, keyed: { readonly problem: string }): CallKey {
  const own = callKey([self]);
  return 'problem' in own ? { problem: own.problem.replace('arguments[0]', '`this`') } : keyed;
}
