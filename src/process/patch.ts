export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
export type Patchable = Record<string, unknown>;

/**
 * Has `note` told of every call of a function, which otherwise does what it did; nothing where there is no such function.
 * What it gives puts the function back.
 */
export function patch(target: Patchable, name: string, note: (args: readonly unknown[]) => void): () => void {
  const original = target[name];
  if (typeof original !== 'function') return () => {};
  const patched: AnyFunction = function (...args) {
    note(args);
    return (original as AnyFunction).apply(this, args);
  };
  target[name] = Object.defineProperties(patched, Object.getOwnPropertyDescriptors(original));
  return () => {
    target[name] = original;
  };
}

/** The same for a class: told of whatever is made of it. */
export function patchClass(target: Patchable, name: string, note: (args: readonly unknown[]) => void): void {
  const original = target[name];
  if (typeof original !== 'function') return;
  target[name] = new Proxy(original, {
    construct(made, args, newTarget) {
      note(args);
      return Reflect.construct(made, args, newTarget) as object;
    },
  });
}
