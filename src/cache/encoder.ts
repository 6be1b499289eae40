import { types } from 'node:util';
import { ByteWriter } from './byteWriter.ts';
import { header, maxDepth, tag } from './codecFormat.ts';
import { typeOf } from './customTypes.ts';
import { isDisguised } from './disguised.ts';
import { NotEncodable } from './notEncodable.ts';
import { type Walk, writers } from './objectWriters.ts';
import { rowsIn, writeColumn } from './rowsWriter.ts';
import { type Shape, Shapes } from './shapes.ts';

/** An object that another cell owns: who made it, and its number among that maker's objects. */
export interface ExternalRef {
  readonly producer: string;
  readonly index: number;
}

export interface EncodeOptions {
  /** Says which objects are owned elsewhere and are written as references. `producer` is part of the digest. */
  readonly external?: (object: object) => ExternalRef | undefined;
  /** Told every object in the order it is met; `decode` tells its copies under the same numbers. */
  readonly onObject?: (object: object, index: number) => void;
}

export interface EncoderMode extends EncodeOptions {
  /** Keep the bytes, not only their digest. */
  readonly keep: boolean;
  /** Leave out what does not make a value a different one: the order of an object's keys, an error's stack. */
  readonly canonical: boolean;
}

/** One walk over a value that writes it. Nothing it cannot give back exactly is written: it throws `NotEncodable`. */
export class Encoder implements Walk {
  readonly out: ByteWriter;
  readonly canonical: boolean;
  readonly #external: EncodeOptions['external'];
  readonly #onObject: EncodeOptions['onObject'];
  readonly #indices = new Map<object, number>();
  readonly #producers = new Map<string, number>();
  readonly #packing = new Set<object>();
  readonly #shapes: Shapes;
  readonly #path: (string | number)[] = [];
  #depth = 0;

  constructor(mode: EncoderMode) {
    this.out = new ByteWriter(mode.keep);
    this.canonical = mode.canonical;
    this.#external = mode.external;
    this.#onObject = mode.onObject;
    this.#shapes = new Shapes(mode.canonical);
    this.out.bytes(header);
  }

  value(value: unknown): void {
    if (typeof value === 'string') this.out.string(value);
    else if (typeof value === 'number') this.#numeral(value);
    else if (typeof value === 'object') this.#object(value);
    else if (typeof value === 'boolean') this.out.byte(value ? tag.true : tag.false);
    else if (value === undefined) this.out.byte(tag.undefined);
    else if (typeof value === 'bigint') this.#text(tag.bigint, value.toString(16));
    else if (typeof value === 'symbol') this.#symbol(value);
    else this.#function(value as object);
  }

  part(step: string | number, value: unknown): void {
    this.#path[this.#depth - 1] = step;
    this.value(value);
  }

  properties(object: object, names: readonly string[]): void {
    const { shape, isNew } = this.#shapes.find(names);
    this.#shape(shape, isNew);
    for (const name of shape.keys) this.part(name, this.dataProperty(object, name).value);
  }

  rows(array: readonly unknown[]): boolean {
    const table = this.canonical || this.#depth === maxDepth ? null : rowsIn(array);
    if (!table || !this.#numberAll(array as readonly object[])) return false; // `rowsIn` saw that they are
    this.out.byte(tag.rows);
    this.out.varint(array.length);
    const { shape, isNew } = this.#shapes.find(table.names);
    this.#shape(shape, isNew);
    for (const column of table.columns) writeColumn(this.out, column, (value) => this.value(value));
    return true;
  }

  dataProperty(object: object, name: string | number, hidden = false): PropertyDescriptor {
    const property = Object.getOwnPropertyDescriptor(object, name);
    if (!property) return this.refuse('an object that changes while it is read', name);
    if (property.get || property.set) return this.refuse('computed by a getter', name);
    if (!property.enumerable && !hidden) return this.refuse('a hidden property', name);
    return property;
  }

  refuse(reason: string, step?: string | number): never {
    const path = this.#path.slice(0, Math.max(0, this.#depth - 1));
    if (step === undefined) throw new NotEncodable(path, reason);
    throw new NotEncodable([...path, step], reason);
  }

  #numeral(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.out.byte(tag.integer);
      this.out.varint(value < 0 ? -2 * value - 1 : 2 * value);
    } else if (Number.isNaN(value)) {
      this.out.byte(tag.nan);
    } else {
      this.out.byte(tag.double);
      this.out.double(value);
    }
  }

  #symbol(value: symbol): void {
    const key = Symbol.keyFor(value);
    if (key === undefined) this.#refuseValue('a symbol that is not registered (use Symbol.for)');
    this.#text(tag.symbol, key);
  }

  #function(value: object): void {
    const external = this.#external?.(value);
    if (external) this.#reference(external);
    else this.#refuseValue('a function');
  }

  #object(object: object | null): void {
    if (object === null) {
      this.out.byte(tag.null);
      return;
    }
    const index = this.#indices.get(object);
    const external = index === undefined ? this.#external?.(object) : undefined;
    if (index !== undefined) this.#backReference(object, index);
    else if (external) this.#reference(external);
    else this.#newObject(object);
  }

  #backReference(object: object, index: number): void {
    if (this.#packing.has(object)) this.#refuseValue('part of what it is packed into');
    this.out.byte(tag.reference);
    this.out.varint(index);
  }

  #newObject(object: object): void {
    this.#number(object);
    this.#depth += 1;
    this.#body(object);
    this.#depth -= 1;
  }

  #number(object: object): void {
    const index = this.#indices.size;
    this.#onObject?.(object, index);
    this.#indices.set(object, index);
  }

  /** Numbers objects that are all met for the first time and owned by nobody else; else false. */
  #numberAll(objects: readonly object[]): boolean {
    const before = this.#indices.size;
    for (const object of objects) {
      const index = this.#indices.size;
      if (before > 1 && this.#indices.has(object)) return this.#forgetFrom(before); // one is the array itself
      if (!this.#external?.(object)) this.#indices.set(object, index);
      if (this.#indices.size === index) return this.#forgetFrom(before);
    }
    for (const [at, object] of this.#onObject ? objects.entries() : []) this.#onObject?.(object, before + at);
    return true;
  }

  #forgetFrom(before: number): false {
    for (const [object, index] of this.#indices) if (index >= before) this.#indices.delete(object);
    return false;
  }

  #body(object: object): void {
    if (types.isProxy(object)) this.refuse('a proxy');
    if (this.#depth > maxDepth) this.refuse(`nested more than ${maxDepth} levels deep`);
    const prototype: object | null = Object.getPrototypeOf(object);
    const write = prototype && writers.get(prototype);
    if (prototype === Object.prototype) this.#plain(object, tag.object);
    else if (prototype === null) this.#plain(object, tag.nullObject);
    else if (write) write(this, object);
    else this.#custom(object);
  }

  #custom(object: object): void {
    const type = typeOf(object);
    if (!type) this.refuse(describe(object));
    this.#packing.add(object);
    this.#text(tag.custom, type.name);
    this.part('<packed>', type.pack(object));
    this.#packing.delete(object);
  }

  #plain(object: object, form: number): void {
    this.out.byte(form);
    if (Object.getOwnPropertySymbols(object).length > 0) this.refuse('an object with symbols as keys');
    const names = Object.getOwnPropertyNames(object);
    if (names.length === 0 && isDisguised(object)) this.refuse('an object with a borrowed prototype');
    this.properties(object, names);
  }

  #shape(shape: Shape, isNew: boolean): void {
    this.out.varint(isNew ? 0 : shape.number);
    if (!isNew) return;
    this.out.varint(shape.keys.length);
    for (const key of shape.keys) this.out.string(key);
  }

  #reference({ producer, index }: ExternalRef): void {
    const known = this.#producers.get(producer);
    this.out.byte(tag.external);
    this.out.varint(known ?? 0);
    if (known === undefined) {
      this.#producers.set(producer, this.#producers.size + 1);
      this.out.string(producer);
    }
    this.out.varint(index);
  }

  #text(form: number, text: string): void {
    this.out.byte(form);
    this.out.string(text);
  }

  /** Refuses a value that is no object with parts: its place is the last step of the path. */
  #refuseValue(reason: string): never {
    throw new NotEncodable(this.#path.slice(0, this.#depth), reason);
  }
}

function describe(object: object): string {
  if (types.isPromise(object)) return 'a promise';
  if (types.isGeneratorObject(object)) return 'a generator';
  const name: unknown = Object.getPrototypeOf(object)?.constructor?.name;
  return typeof name === 'string' && name ? `an instance of ${name}` : 'an instance of a class';
}
