import { types } from 'node:util';
import { isNear } from './nearValue.ts';

/** Names of properties in the order that objects made alike have them, and what is found by their values. */
interface Layout<T> {
  readonly names: readonly string[];
  readonly root: Branch<T>;
}

type Branch<T> = Map<unknown, Branch<T> | T>;

/** The way to something, so that it can be taken away again. */
export type Way<T> = readonly (readonly [branch: Branch<T>, value: unknown])[];

const mostNames = 16;
const minusZero = Symbol('-0'); // which a Map takes for 0

/**
 * Finds things by small plain objects that hold plain values: by the values one after the other, so that no text has to be
 * put together. Objects whose keys stand in another order are not found; what is found has the very same content.
 */
export class NearObjects<T extends object> {
  readonly #layouts = new Map<string, Layout<T>[]>();

  find(object: object): T | undefined {
    if (this.#layouts.size === 0) return undefined;
    const names = namesOf(object);
    const layout = names && this.#layoutOf(names);
    if (!layout) return undefined;
    let at: Branch<T> | T | undefined = layout.root;
    for (const name of layout.names) {
      const property = Object.getOwnPropertyDescriptor(object, name);
      if (!property?.enumerable || !('value' in property)) return undefined;
      at = (at as Branch<T>).get(stepOf(property.value)); // only the last name leads to a thing
      if (at === undefined) return undefined;
    }
    return at as T;
  }

  /** Null where the object is not of the kind that can be found. */
  put(object: object, thing: T): Way<T> | null {
    const names = namesOf(object);
    const values = names?.map((name) => Object.getOwnPropertyDescriptor(object, name)?.value as unknown);
    if (!names || !values?.every((value) => value === 0 || isNear(value))) return null;
    const layout = this.#layoutOf(names) ?? this.#addLayout(names);
    const way: [Branch<T>, unknown][] = [];
    let branch = layout.root;
    for (const [depth, value] of values.entries()) {
      const step = stepOf(value);
      way.push([branch, step]);
      if (depth === values.length - 1) branch.set(step, thing);
      else branch = descend(branch, step);
    }
    return way;
  }

  remove(way: Way<T>): void {
    for (const [branch, step] of way.toReversed()) {
      branch.delete(step);
      if (branch.size > 0) break;
    }
  }

  clear(): void {
    this.#layouts.clear();
  }

  #layoutOf(names: readonly string[]): Layout<T> | undefined {
    return this.#layouts.get(names[0]!)?.find((layout) => sameNames(layout.names, names));
  }

  #addLayout(names: readonly string[]): Layout<T> {
    const layout: Layout<T> = { names, root: new Map() };
    const known = this.#layouts.get(names[0]!);
    if (known) known.push(layout);
    else this.#layouts.set(names[0]!, [layout]);
    return layout;
  }
}

function descend<T extends object>(branch: Branch<T>, step: unknown): Branch<T> {
  const known = branch.get(step) as Branch<T> | undefined; // not the last step, so no thing
  if (known) return known;
  const next: Branch<T> = new Map();
  branch.set(step, next);
  return next;
}

/** The names of a plain object's properties; null for any other object, and for one with many. */
function namesOf(object: object): readonly string[] | null {
  if (types.isProxy(object) || Object.getPrototypeOf(object) !== Object.prototype) return null;
  const names = Object.getOwnPropertyNames(object);
  if (names.length === 0 || names.length > mostNames) return null;
  return Object.getOwnPropertySymbols(object).length === 0 ? names : null;
}

function stepOf(value: unknown): unknown {
  return value === 0 && Object.is(value, -0) ? minusZero : value;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
