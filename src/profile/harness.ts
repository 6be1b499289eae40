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

/** Calls `fn` on `self` `count` times, with the one argument list of `lists`, or with one of its own for each call. */
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
    const step = lists.length > 1 ? 1 : 0;
    for (let i = 0; i < count; i++) $sink = fn.apply(self, lists[i * step]);
  },
  async async(fn, self, lists, count) {
    const step = lists.length > 1 ? 1 : 0;
    for (let i = 0; i < count; i++) $sink = await fn.apply(self, lists[i * step]);
  },
  generator(fn, self, lists, count) {
    const step = lists.length > 1 ? 1 : 0;
    for (let i = 0; i < count; i++) for (const value of fn.apply(self, lists[i * step])) $sink = value;
  },
  async asyncGenerator(fn, self, lists, count) {
    const step = lists.length > 1 ? 1 : 0;
    for (let i = 0; i < count; i++) for await (const value of fn.apply(self, lists[i * step])) $sink = value;
  },
};
`;
