import { inspect, types } from 'node:util';
import type { ByteWriter } from './byteWriter.ts';
import { errorKinds, tag, viewKinds } from './codecFormat.ts';

/** What the walk over a value offers to who writes one kind of object. */
export interface Walk {
  readonly out: ByteWriter;
  readonly canonical: boolean;
  /** Writes what belongs to the object under `step` of its path. */
  part(step: string | number, value: unknown): void;
  /** Writes own properties: their names, then their values. */
  properties(object: object, names: readonly string[]): void;
  /** A property that is nothing but a value, and visible unless `hidden` is allowed. */
  dataProperty(object: object, name: string | number, hidden?: boolean): PropertyDescriptor;
  /** Writes the elements of an array as rows of a table, if they are; else false, and nothing is written. */
  rows(array: readonly unknown[]): boolean;
  refuse(reason: string, step?: string | number): never;
}

type Write = (walk: Walk, object: object) => void;

/** How each kind of built-in object is written, by its prototype. */
export const writers: ReadonlyMap<object, Write> = new Map<object, Write>([
  [Array.prototype, (walk, object) => writeArray(walk, object as unknown[])],
  [Map.prototype, guarded(types.isMap, writeMap)],
  [Set.prototype, guarded(types.isSet, writeSet)],
  [Date.prototype, guarded(types.isDate, writeDate)],
  [RegExp.prototype, guarded(types.isRegExp, writeRegExp, ['lastIndex'])],
  [ArrayBuffer.prototype, guarded(types.isArrayBuffer, writeBuffer)],
  [URL.prototype, guarded(isURL, (walk, url) => writeText(walk, tag.url, url.href))],
  [URLSearchParams.prototype, guarded(isURLSearchParams, (walk, it) => writeText(walk, tag.urlParameters, String(it)))],
  ...[Number, String, Boolean, BigInt, Symbol].map((kind): [object, Write] => [kind.prototype, writeBoxed]),
  ...errorKinds.map((kind, index): [object, Write] => [kind.prototype, errorWriter(index)]),
  ...viewKinds.map((kind, index): [object, Write] => [kind.prototype, viewWriter(index)]),
]);

function guarded<T extends object>(
  is: (value: unknown) => value is T,
  write: (walk: Walk, object: T) => void,
  own: readonly string[] = [],
): Write {
  return (walk: Walk, object: object) => {
    if (!is(object)) walk.refuse('an object with a borrowed prototype');
    const extra = Reflect.ownKeys(object).find((key) => typeof key === 'symbol' || !own.includes(key));
    if (extra !== undefined) walk.refuse(`a ${object.constructor.name} with properties of its own`);
    write(walk, object);
  };
}

function writeArray(walk: Walk, array: unknown[]): void {
  if (!Array.isArray(array)) walk.refuse('an object with a borrowed prototype');
  const names = namedKeys(walk, array);
  if (names.length === 0 && walk.rows(array)) return;
  walk.out.byte(names.length > 0 ? tag.arrayWithKeys : tag.array);
  if (names.length > 0) walk.properties(array, names);
  walk.out.varint(array.length);
  if (walk.canonical) refuseGetters(walk, array);
  for (let index = 0; index < array.length; ) {
    const value = array[index];
    const isThere = value !== undefined || Object.hasOwn(array, index);
    if (isThere) walk.part(index, value);
    index = isThere ? index + 1 : writeHoles(walk, array, index);
  }
}

/** Asking takes five times as long as writing an element, so of a long array a thousand are asked. */
function refuseGetters(walk: Walk, array: readonly unknown[]): void {
  const step = Math.ceil(array.length / 1000);
  for (let index = 0; index < array.length; index += step) {
    if (Object.hasOwn(array, index)) walk.dataProperty(array, index);
  }
}

/** Writes how many elements are absent from `start` on; gives the index of the next that is there. */
function writeHoles(walk: Walk, array: readonly unknown[], start: number): number {
  const patience = Math.min(array.length, start + 1000);
  let end = start + 1;
  while (end < patience && !Object.hasOwn(array, end)) end += 1;
  if (end === patience) end = nextElement(array, end);
  walk.out.byte(tag.holes);
  walk.out.varint(end - start);
  return end;
}

/** The first index from `start` on that is there: by the keys, since a sparse array may be billions long. */
function nextElement(array: readonly unknown[], start: number): number {
  const next = Object.keys(array).find((key) => Number(key) >= start); // indices come first and in order
  return next === undefined ? array.length : Number(next);
}

/** Names on an array that are not its elements, such as the `columns` that d3 adds. */
function namedKeys(walk: Walk, array: readonly unknown[]): readonly string[] {
  if (Object.getOwnPropertySymbols(array).length > 0) walk.refuse('an array with symbols as keys');
  // Listing the keys of a long array takes longer than writing it; what `inspect` prints tells whether there are any.
  const count = array.length;
  if (count > 200 && inspect(array, compact) === `[ ... ${count} more items ]`) return [];
  return Object.getOwnPropertyNames(array).filter((name) => name !== 'length' && !isIndex(name));
}

const compact = { maxArrayLength: 0, depth: 0, showHidden: false, compact: true, breakLength: Infinity } as const;

function isIndex(name: string): boolean {
  const number = Number(name);
  return number >>> 0 === number && number !== 0xffff_ffff && String(number) === name;
}

function writeMap(walk: Walk, map: Map<unknown, unknown>): void {
  walk.out.byte(tag.map);
  walk.out.varint(map.size);
  let index = 0;
  for (const [key, value] of map) {
    walk.part(`<key ${index}>`, key);
    walk.part(typeof key === 'string' ? `<${JSON.stringify(key)}>` : `<value ${index}>`, value);
    index += 1;
  }
}

function writeSet(walk: Walk, set: Set<unknown>): void {
  walk.out.byte(tag.set);
  walk.out.varint(set.size);
  let index = 0;
  for (const value of set) walk.part(`<element ${index++}>`, value);
}

function writeDate(walk: Walk, date: Date): void {
  walk.out.byte(tag.date);
  walk.part('<time>', date.getTime());
}

function writeRegExp(walk: Walk, regexp: RegExp): void {
  writeText(walk, tag.regexp, regexp.source);
  walk.out.string(regexp.flags);
  walk.part('lastIndex', regexp.lastIndex);
}

function writeText(walk: Walk, form: number, text: string): void {
  walk.out.byte(form);
  walk.out.string(text);
}

function writeBoxed(walk: Walk, object: object): void {
  if (!types.isBoxedPrimitive(object)) walk.refuse('an object with a borrowed prototype');
  const ownKeys = types.isStringObject(object) ? object.length + 1 : 0;
  if (Reflect.ownKeys(object).length !== ownKeys) walk.refuse('a boxed value with properties of its own');
  walk.out.byte(tag.boxed);
  walk.part('<boxed>', object.valueOf());
}

function errorWriter(kind: number): Write {
  return (walk: Walk, error: object) => {
    if (!types.isNativeError(error)) walk.refuse('an object with a borrowed prototype');
    if (Object.getOwnPropertySymbols(error).length > 0) walk.refuse('an error with symbols as keys');
    const names = Object.getOwnPropertyNames(error).filter((name) => name !== 'stack');
    if (walk.canonical) names.sort();
    walk.out.byte(tag.error);
    walk.out.varint(kind);
    walk.out.varint(names.length);
    for (const name of names) {
      const property = walk.dataProperty(error, name, true);
      walk.out.string(name);
      walk.out.byte(property.enumerable ? 1 : 0);
      walk.part(name, property.value);
    }
    const stack: unknown = Object.hasOwn(error, 'stack') && !walk.canonical ? error.stack : undefined;
    walk.part('stack', typeof stack === 'string' ? stack : undefined);
  };
}

function writeBuffer(walk: Walk, buffer: ArrayBuffer): void {
  if (buffer.detached) walk.refuse('a detached ArrayBuffer');
  walk.out.byte(tag.arrayBuffer);
  walk.out.varint(buffer.byteLength);
  walk.out.varint(buffer.resizable ? buffer.maxByteLength + 1 : 0);
  walk.out.bytes(new Uint8Array(buffer));
}

function viewWriter(kind: number): Write {
  return (walk: Walk, object: object) => {
    if (!ArrayBuffer.isView(object)) walk.refuse('an object with a borrowed prototype');
    const { buffer, byteOffset, byteLength } = object;
    if (types.isSharedArrayBuffer(buffer)) walk.refuse('memory shared between threads');
    if (buffer.resizable || buffer.detached) walk.refuse('a view of a resizable or detached ArrayBuffer');
    if (hasNamedKeys(object)) walk.refuse('a typed array with properties of its own');
    // Buffers are slices of a pool that holds other people's bytes, and a key is about content only.
    const alone = walk.canonical || Buffer.isBuffer(object);
    walk.out.byte(alone ? tag.bytes : tag.view);
    walk.out.varint(kind);
    walk.out.varint(byteLength);
    if (alone) {
      walk.out.bytes(new Uint8Array(buffer, byteOffset, byteLength));
    } else {
      walk.out.varint(byteOffset);
      walk.part('buffer', buffer);
    }
  };
}

function hasNamedKeys(view: ArrayBufferView): boolean {
  if (!types.isTypedArray(view)) return Reflect.ownKeys(view).length > 0;
  if (view.length <= 200) return Reflect.ownKeys(view).length !== view.length;
  return inspect(view, compact) !== inspect(view.subarray(), compact); // see `namedKeys`
}

function isURL(value: unknown): value is URL {
  return value instanceof URL && URL.canParse(String(value));
}

function isURLSearchParams(value: unknown): value is URLSearchParams {
  return value instanceof URLSearchParams && typeof value.size === 'number';
}
