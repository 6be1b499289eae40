/** The keys of objects in the order they are written, and the number that stands for them. */
export interface Shape {
  readonly number: number;
  readonly keys: readonly string[];
}

interface Layout {
  readonly names: readonly string[];
  readonly shape: Shape;
}

/** Finds the shape of an object by its keys; objects made alike share one, so keys are written once. */
export class Shapes {
  readonly #sorted: boolean;
  readonly #byLastKey = new Map<string | undefined, Layout[]>();
  readonly #shapes = new Map<string, Shape>();

  /** With `sorted`, objects that differ only in the order of their keys have one shape. */
  constructor(sorted: boolean) {
    this.#sorted = sorted;
  }

  /** The shape of an object with these keys, and whether it is met for the first time. */
  find(names: readonly string[]): { shape: Shape; isNew: boolean } {
    const known = this.#byLastKey.get(names.at(-1))?.find((layout) => sameNames(layout.names, names));
    return known ? { shape: known.shape, isNew: false } : this.#add(names);
  }

  #add(names: readonly string[]): { shape: Shape; isNew: boolean } {
    const keys = this.#sorted ? names.toSorted() : names;
    const identity = JSON.stringify(keys);
    const known = this.#shapes.get(identity);
    const shape = known ?? { number: this.#shapes.size + 1, keys };
    this.#shapes.set(identity, shape);
    const layouts = this.#byLastKey.get(names.at(-1));
    if (layouts) layouts.push({ names, shape });
    else this.#byLastKey.set(names.at(-1), [{ names, shape }]);
    return { shape, isNew: !known };
  }
}

/** Whether two lists of names are the same, in the same order. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
