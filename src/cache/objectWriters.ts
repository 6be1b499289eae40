import { inspect, types } from 'node:util';
import { errorKinds, tag, viewKinds } from './codecFormat.ts';
import type { Encoder } from './encoder.ts';

type Write = (encoder: Encoder, object: object) => void;

/** How each kind of built-in object is written, by its prototype. */
export const writers: ReadonlyMap<object, Write> = new Map<object, Write>([
  [Array.prototype, (encoder, object) => writeArray(encoder, object as unknown[])],
  [Map.prototype, guarded(types.isMap, writeMap)],
  [Set.prototype, guarded(types.isSet, writeSet)],
  [Date.prototype, guarded(types.isDate, writeDate)],
  [RegExp.prototype, guarded(types.isRegExp, writeRegExp, ['lastIndex'])],
  [ArrayBuffer.prototype, guarded(types.isArrayBuffer, writeBuffer)],
  [URL.prototype, guarded(isURL, (encoder, url) => writeText(encoder, tag.url, url.href))],
  [
    URLSearchParams.prototype,
    guarded(isURLSearchParams, (encoder, it) => writeText(encoder, tag.urlParameters, String(it))),
  ],
  ...[Number, String, Boolean, BigInt, Symbol].map((kind): [object, Write] => [kind.prototype, writeBoxed]),
  ...errorKinds.map((kind, index): [object, Write] => [kind.prototype, errorWriter(index)]),
  ...viewKinds.map((kind, index): [object, Write] => [kind.prototype, viewWriter(index)]),
]);

function guarded<T extends object>(
  is: (value: unknown) => value is T,
  write: (encoder: Encoder, object: T) => void,
  own: readonly string[] = [],
): Write {
  return (encoder: Encoder, object: object) => {
    if (!is(object)) encoder.refuse('an object with a borrowed prototype');
    const extra = Reflect.ownKeys(object).find((key) => typeof key === 'symbol' || !own.includes(key));
    if (extra !== undefined) encoder.refuse(`a ${object.constructor.name} with properties of its own`);
    write(encoder, object);
  };
}

function writeArray(encoder: Encoder, array: unknown[]): void {
  if (!Array.isArray(array)) encoder.refuse('an object with a borrowed prototype');
  const names = namedKeys(encoder, array);
  encoder.out.byte(names.length > 0 ? tag.arrayWithKeys : tag.array);
  if (names.length > 0) encoder.properties(array, names);
  encoder.out.varint(array.length);
  for (let index = 0; index < array.length; ) {
    const value = array[index];
    const isThere = value !== undefined || Object.hasOwn(array, index);
    if (isThere) encoder.part(index, value);
    index = isThere ? index + 1 : writeHoles(encoder, array, index);
  }
}

/** Writes how many elements are absent from `start` on; gives the index of the next that is there. */
function writeHoles(encoder: Encoder, array: readonly unknown[], start: number): number {
  const patience = Math.min(array.length, start + 1000);
  let end = start + 1;
  while (end < patience && !Object.hasOwn(array, end)) end += 1;
  if (end === patience) end = nextElement(array, end);
  encoder.out.byte(tag.holes);
  encoder.out.varint(end - start);
  return end;
}

/** The first index from `start` on that is there: by the keys, since a sparse array may be billions long. */
function nextElement(array: readonly unknown[], start: number): number {
  const next = Object.keys(array).find((key) => Number(key) >= start); // indices come first and in order
  return next === undefined ? array.length : Number(next);
}

/** Names on an array that are not its elements, such as the `columns` that d3 adds. */
function namedKeys(encoder: Encoder, array: readonly unknown[]): readonly string[] {
  if (Object.getOwnPropertySymbols(array).length > 0) encoder.refuse('an array with symbols as keys');
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

function writeMap(encoder: Encoder, map: Map<unknown, unknown>): void {
  encoder.out.byte(tag.map);
  encoder.out.varint(map.size);
  let index = 0;
  for (const [key, value] of map) {
    encoder.part(`<key ${index}>`, key);
    encoder.part(typeof key === 'string' ? `<${JSON.stringify(key)}>` : `<value ${index}>`, value);
    index += 1;
  }
}

function writeSet(encoder: Encoder, set: Set<unknown>): void {
  encoder.out.byte(tag.set);
  encoder.out.varint(set.size);
  let index = 0;
  for (const value of set) encoder.part(`<element ${index++}>`, value);
}

function writeDate(encoder: Encoder, date: Date): void {
  encoder.out.byte(tag.date);
  encoder.part('<time>', date.getTime());
}

function writeRegExp(encoder: Encoder, regexp: RegExp): void {
  writeText(encoder, tag.regexp, regexp.source);
  encoder.out.string(regexp.flags);
  encoder.part('lastIndex', regexp.lastIndex);
}

function writeText(encoder: Encoder, form: number, text: string): void {
  encoder.out.byte(form);
  encoder.out.string(text);
}

function writeBoxed(encoder: Encoder, object: object): void {
  if (!types.isBoxedPrimitive(object)) encoder.refuse('an object with a borrowed prototype');
  const ownKeys = types.isStringObject(object) ? object.length + 1 : 0;
  if (Reflect.ownKeys(object).length !== ownKeys) encoder.refuse('a boxed value with properties of its own');
  encoder.out.byte(tag.boxed);
  encoder.part('<boxed>', object.valueOf());
}

function errorWriter(kind: number): Write {
  return (encoder: Encoder, error: object) => {
    if (!types.isNativeError(error)) encoder.refuse('an object with a borrowed prototype');
    if (Object.getOwnPropertySymbols(error).length > 0) encoder.refuse('an error with symbols as keys');
    const names = Object.getOwnPropertyNames(error).filter((name) => name !== 'stack');
    if (encoder.canonical) names.sort();
    encoder.out.byte(tag.error);
    encoder.out.varint(kind);
    encoder.out.varint(names.length);
    for (const name of names) {
      const property = encoder.dataProperty(error, name, true);
      encoder.out.string(name);
      encoder.out.byte(property.enumerable ? 1 : 0);
      encoder.part(name, property.value);
    }
    const stack: unknown = Object.hasOwn(error, 'stack') && !encoder.canonical ? error.stack : undefined;
    encoder.part('stack', typeof stack === 'string' ? stack : undefined);
  };
}

function writeBuffer(encoder: Encoder, buffer: ArrayBuffer): void {
  if (buffer.detached) encoder.refuse('a detached ArrayBuffer');
  encoder.out.byte(tag.arrayBuffer);
  encoder.out.varint(buffer.byteLength);
  encoder.out.varint(buffer.resizable ? buffer.maxByteLength + 1 : 0);
  encoder.out.bytes(new Uint8Array(buffer));
}

function viewWriter(kind: number): Write {
  return (encoder: Encoder, object: object) => {
    if (!ArrayBuffer.isView(object)) encoder.refuse('an object with a borrowed prototype');
    const { buffer, byteOffset, byteLength } = object;
    if (types.isSharedArrayBuffer(buffer)) encoder.refuse('memory shared between threads');
    if (buffer.resizable || buffer.detached) encoder.refuse('a view of a resizable or detached ArrayBuffer');
    if (hasNamedKeys(object)) encoder.refuse('a typed array with properties of its own');
    // Buffers are slices of a pool that holds other people's bytes, and a key is about content only.
    const alone = encoder.canonical || Buffer.isBuffer(object);
    encoder.out.byte(alone ? tag.bytes : tag.view);
    encoder.out.varint(kind);
    encoder.out.varint(byteLength);
    if (alone) {
      encoder.out.bytes(new Uint8Array(buffer, byteOffset, byteLength));
    } else {
      encoder.out.varint(byteOffset);
      encoder.part('buffer', buffer);
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
