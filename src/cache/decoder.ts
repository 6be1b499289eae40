import { ByteReader } from './byteReader.ts';
import { errorKinds, header, maxDepth, tag } from './codecFormat.ts';
import { typeNamed } from './customTypes.ts';
import type { ExternalRef } from './encoder.ts';
import { readLeaf } from './leafReader.ts';
import { NotDecodable } from './notDecodable.ts';
import { makeRows, readColumn } from './rowsReader.ts';

export interface DecodeOptions {
  /** Finds the object that another cell owns. */
  readonly resolve?: (reference: ExternalRef) => object;
  /** Told every object under the number that `encode` gave it. */
  readonly onObject?: (object: object, index: number) => void;
}

/** Builds the value that an `Encoder` wrote. */
export class Decoder {
  readonly #in: ByteReader;
  readonly #options: DecodeOptions;
  #objects: (object | undefined)[] = [];
  readonly #shapes: (readonly string[])[] = [];
  readonly #producers: string[] = [];
  #depth = 0;

  constructor(bytes: Uint8Array, options: DecodeOptions) {
    this.#in = new ByteReader(bytes);
    this.#options = options;
    for (const expected of header) {
      if (this.#in.rest === 0 || this.#in.byte() !== expected)
        throw new NotDecodable('These bytes are not a stored value.');
    }
  }

  /** The whole value; nothing may follow it. */
  root(): unknown {
    const value = this.#value();
    if (this.#in.rest > 0) throw new NotDecodable('More bytes follow than the value has.');
    return value;
  }

  #value(form = this.#in.byte()): unknown {
    switch (form) {
      case tag.null:
        return null;
      case tag.undefined:
        return undefined;
      case tag.true:
        return true;
      case tag.false:
        return false;
      case tag.integer:
        return this.#integer();
      case tag.double:
        return this.#in.double();
      case tag.nan:
        return Number.NaN;
      case tag.ascii:
      case tag.utf8:
      case tag.utf16:
        return this.#in.stringOf(form);
      case tag.bigint:
        return readBigInt(this.#in.string());
      case tag.symbol:
        return Symbol.for(this.#in.string());
      case tag.reference:
        return this.#known(this.#in.varint());
      case tag.external:
        return this.#external();
      default:
        return this.#object(form);
    }
  }

  #object(form: number): object {
    const index = this.#objects.length;
    this.#objects.push(undefined);
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new NotDecodable('The value is nested too deeply.');
    const object = this.#body(form, index);
    this.#depth -= 1;
    return object;
  }

  /** Makes the object of a form. What can hold itself is noted under its index before its parts are read. */
  #body(form: number, index: number): object {
    switch (form) {
      case tag.object:
        return this.#properties(this.#note({}, index));
      case tag.nullObject:
        return this.#properties(this.#note(Object.create(null), index));
      case tag.array:
        return this.#elements(this.#note([], index));
      case tag.arrayWithKeys:
        return this.#elements(this.#properties(this.#note([], index)));
      case tag.rows:
        return this.#rows(index);
      case tag.map:
        return this.#map(this.#note(new Map(), index));
      case tag.set:
        return this.#set(this.#note(new Set(), index));
      case tag.error:
        return this.#error(index);
      case tag.custom:
        return this.#note(this.#custom(), index);
      default:
        return this.#note(
          readLeaf(form, this.#in, () => this.#value()),
          index,
        );
    }
  }

  #note<T extends object>(object: T, index: number): T {
    this.#objects[index] = object;
    this.#options.onObject?.(object, index);
    return object;
  }

  #known(index: number): object {
    const object = this.#objects[index];
    if (!object) throw new NotDecodable('A reference points to nothing.');
    return object;
  }

  #integer(): number {
    const value = this.#in.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #external(): object {
    const number = this.#in.varint();
    if (number === 0) this.#producers.push(this.#in.string());
    const producer = number === 0 ? this.#producers.at(-1) : this.#producers[number - 1];
    const index = this.#in.varint();
    if (producer === undefined || !this.#options.resolve)
      throw new NotDecodable('A reference to another cell cannot be followed.');
    return this.#options.resolve({ producer, index });
  }

  #properties<T extends object>(object: T): T {
    const target = object as Record<string, unknown>;
    for (const key of this.#shape()) {
      const value = this.#value();
      if (key === '__proto__') define(object, key, value, true);
      else target[key] = value;
    }
    return object;
  }

  #shape(): readonly string[] {
    const number = this.#in.varint();
    if (number > 0) {
      const shape = this.#shapes[number - 1];
      if (!shape) throw new NotDecodable('A shape is missing.');
      return shape;
    }
    const keys: string[] = [];
    for (let left = this.#in.count(); left > 0; left--) keys.push(this.#in.string());
    this.#shapes.push(keys);
    return keys;
  }

  #elements(array: unknown[]): unknown[] {
    const length = this.#in.varint();
    while (array.length < length) {
      const form = this.#in.byte();
      if (form === tag.holes) array.length += this.#in.varint();
      else array.push(this.#value(form));
    }
    if (array.length !== length) throw new NotDecodable('An array has the wrong length.');
    return array;
  }

  #rows(index: number): object[] {
    const length = this.#in.count();
    const names = this.#shape();
    const columns = names.map(() => readColumn(this.#in, length, () => this.#value()));
    const rows = this.#note(makeRows(names, columns, length), index);
    const first = this.#objects.length;
    this.#objects = this.#objects.concat(rows);
    if (this.#options.onObject) for (const [at, row] of rows.entries()) this.#options.onObject(row, first + at);
    return rows;
  }

  #map(map: Map<unknown, unknown>): object {
    for (let left = this.#in.count(2); left > 0; left--) {
      const key = this.#value();
      map.set(key, this.#value());
    }
    return map;
  }

  #set(set: Set<unknown>): object {
    for (let left = this.#in.count(); left > 0; left--) set.add(this.#value());
    return set;
  }

  #error(index: number): object {
    const kind = errorKinds[this.#in.varint()];
    if (!kind) throw new NotDecodable('The kind of an error is unknown.');
    const error = this.#note(
      kind === AggregateError ? new AggregateError([]) : new (kind as ErrorConstructor)(),
      index,
    );
    for (const name of Object.getOwnPropertyNames(error)) if (name !== 'stack') Reflect.deleteProperty(error, name);
    for (let left = this.#in.count(3); left > 0; left--) {
      const name = this.#in.string();
      const visible = this.#in.byte() === 1;
      define(error, name, this.#value(), visible);
    }
    const stack = this.#value();
    if (stack === undefined) Reflect.deleteProperty(error, 'stack');
    else define(error, 'stack', stack, false);
    return error;
  }

  #custom(): object {
    const name = this.#in.string();
    const type = typeNamed(name);
    if (!type) throw new NotDecodable(`The type ${name} is not registered here.`);
    return type.unpack(this.#value());
  }
}

/** From digits in base 16, with a sign before the `0x` that `BigInt` wants. */
function readBigInt(digits: string): bigint {
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}

function define(object: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}
