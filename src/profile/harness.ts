/** The name by which the harness stands in source maps. */
export const HARNESS = 'memoir-harness.js';

/** What the bundle of a target offers to the profiler's child. */
export interface Harness {
  /** Evaluates the arguments anew: a list, or `{this, args}`. */
  given(): Promise<unknown>;
  /** Whether what `given` gives is new each time. */
  readonly renews: boolean;
  /** The class whose instance `this` must be, or null. */
  instanceClass(): (new () => object) | null;
  /** The object that a function is called on by its own nature. */
  ownSelf(): unknown;
  /** The function itself; `self` is the instance for methods. */
  target(self: unknown): (...args: never[]) => unknown;
  readonly loops: { readonly [kind in 'sync' | 'async' | 'generator' | 'asyncGenerator']: Loop };
}

/** Calls `fn` on `self` `count` times, with the argument lists in turn. */
export type Loop = (
  fn: (...args: never[]) => unknown,
  self: unknown,
  lists: readonly (readonly unknown[])[],
  count: number,
) => unknown;

/**
 * The loops stand in the target's own bundle: where V8 inlines a function into a caller from another script,
 * its ticks get the lines of the wrong script.
 */
export const HARNESS_LOOPS = `
let $sink;
const $loops = {
  sync(fn, self, lists, count) {
    const last = lists.length - 1;
    for (let i = 0, at = 0; i < count; i++, at = at < last ? at + 1 : 0) $sink = fn.apply(self, lists[at]);
  },
  async async(fn, self, lists, count) {
    const last = lists.length - 1;
    for (let i = 0, at = 0; i < count; i++, at = at < last ? at + 1 : 0) $sink = await fn.apply(self, lists[at]);
  },
  generator(fn, self, lists, count) {
    const last = lists.length - 1;
    for (let i = 0, at = 0; i < count; i++, at = at < last ? at + 1 : 0) for (const value of fn.apply(self, lists[at])) $sink = value;
  },
  async asyncGenerator(fn, self, lists, count) {
    const last = lists.length - 1;
    for (let i = 0, at = 0; i < count; i++, at = at < last ? at + 1 : 0) for await (const value of fn.apply(self, lists[at])) $sink = value;
  },
};
`;
