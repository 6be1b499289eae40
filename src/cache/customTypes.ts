import { type Disposable, onDispose } from '../base/disposable.ts';

/** How objects of one class are carried: `pack` gives a plain value, `unpack` makes an equal object of it. */
export interface CustomType<T extends object = object> {
  /** Stored with each object; never change it. */
  readonly name: string;
  is(object: object): object is T;
  pack(object: T): unknown;
  unpack(packed: unknown): T;
}

const types = new Map<string, CustomType>();

/** Lets `encode` and `decode` carry a class of objects that they would refuse; dispose to take it back. */
export function registerType<T extends object>(type: CustomType<T>): Disposable {
  if (types.has(type.name)) throw new Error(`The type ${type.name} is registered already.`);
  const erased = type as unknown as CustomType; // `is` stands between `pack` and objects of other classes
  types.set(type.name, erased);
  return onDispose(() => types.delete(type.name));
}

/** The type that carries `object`, if one is registered. */
export function typeOf(object: object): CustomType | undefined {
  for (const type of types.values()) if (type.is(object)) return type;
  return undefined;
}

/** The type stored as `name`, if it is registered. */
export function typeNamed(name: string): CustomType | undefined {
  return types.get(name);
}
