import { UserError } from '../base/errors.ts';
import { digestOf, NotEncodable } from './codec.ts';

/**
 * How a value in memory is handed to several readers: `freeze` hands out one object, frozen deeply, and looks now and then
 * whether what cannot be frozen was changed; `copy` gives each reader a copy; `trust` hands out one object as it is.
 */
export type Sharing = 'freeze' | 'copy' | 'trust';

interface Watched {
  readonly path: string;
  readonly object: object;
  readonly digest: string;
}

const most = 1000; // parts of a value that are watched one by one
const share = 0.02; // of the time may go into looking

/** One value for many readers, none of whom may change it: plain objects and arrays are frozen, the rest is looked at now and then. */
export class FrozenValue {
  readonly #value: unknown;
  readonly #watched: readonly Watched[];
  #lookedAt = 0;
  #lookMs = 0;

  constructor(value: unknown) {
    this.#value = value;
    const started = performance.now();
    this.#watched = freezeDeep(value).flatMap(watch);
    this.#lookedAt = performance.now();
    this.#lookMs = this.#lookedAt - started;
  }

  /**
   * The value. `name` is what it is called in messages.
   * @throws UserError where somebody changed it.
   */
  read(name: string): unknown {
    if (this.#watched.length > 0 && (performance.now() - this.#lookedAt) * share >= this.#lookMs) this.#look(name);
    return this.#value;
  }

  /** Looks whether it is still as it was. */
  #look(name: string): void {
    const started = performance.now();
    for (const { path, object, digest } of this.#watched) {
      if (digestOf(object) === digest) continue;
      throw new UserError(
        `${name}${path}, ${nameOf(object)} that is shared by all who read it from the cache, was changed by one of them. Copy it before changing it, or have \`freeze: 'copy'\` hand out copies.`,
      );
    }
    this.#lookedAt = performance.now();
    this.#lookMs = this.#lookedAt - started;
  }
}

/** Freezes plain objects and arrays, as deep as they go; gives the other objects with the way to them. */
export function freezeDeep(value: unknown): { readonly path: string; readonly object: object }[] {
  const others: { path: string; object: object }[] = [];
  const seen = new Set<object>();
  const visit = (part: unknown, path: () => string): void => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    if (!isPlain(part)) {
      others.push({ path: path(), object: part });
      return;
    }
    Object.freeze(part);
    if (Array.isArray(part)) for (const [at, item] of part.entries()) visit(item, () => `${path()}[${at}]`);
    else for (const key of Object.keys(part)) visit(ownValue(part, key), () => `${path()}.${key}`);
  };
  visit(value, () => '');
  return others;
}

function watch({ path, object }: { readonly path: string; readonly object: object }, at: number): Watched[] {
  try {
    return at < most ? [{ path, object, digest: digestOf(object) }] : [];
  } catch (error) {
    if (error instanceof NotEncodable) return []; // a handle of some kind, which no reader can be kept from using
    throw error;
  }
}

/** The value of a property; getters are not called. */
function ownValue(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

function isPlain(object: object): boolean {
  if (Array.isArray(object)) return true;
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

function nameOf(object: object): string {
  const name = object.constructor?.name ?? 'object';
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}
