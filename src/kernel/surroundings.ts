import type { EventEmitter } from 'node:events';
import process from 'node:process';
import { UserError } from '../base/errors.ts';

// A cell may replace any of these; what puts them back must not depend on them.
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { is } = Object;

interface Property {
  readonly owner: object;
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
  /** How a message names it: `Array.prototype.push`. */
  readonly name: string;
}

const NAMESPACES = ['Math', 'JSON', 'Reflect', 'Atomics', 'console'];
const CLASSES = ['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Promise', 'Proxy'];
const COLLECTIONS = ['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'ArrayBuffer', 'Uint8Array', 'Float64Array'];
const OTHERS = [
  'Date',
  'RegExp',
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'AggregateError',
  'AbortController',
];
const FUNCTIONS = ['setTimeout', 'clearTimeout', 'setImmediate', 'setInterval', 'queueMicrotask', 'structuredClone'];
const OF_PROCESS = ['stdout', 'stderr', 'nextTick', 'exit', 'on', 'emit', 'env', 'cwd', 'kill', 'hrtime', 'versions'];
/** Settings that live on built-in objects and are meant to be changed. */
const SETTINGS = new Set<PropertyKey>(['stackTraceLimit', 'prepareStackTrace']);
/** Additions to `Object.prototype` that change what every object is: a promise, or the description of a property. */
const HOSTILE = ['then', 'toJSON', 'get', 'set', 'value', 'writable', 'enumerable', 'configurable'];

/** What all cells share with one another and with the kernel; changes that would reach beyond a cell are undone. */
export class Surroundings {
  readonly #properties: readonly Property[];
  readonly #listeners: (readonly [event: string, listener: (value: unknown) => void])[] = [];
  readonly #events: EventEmitter = process; // its own type names every event
  readonly #directory: string;

  /** Takes things as they are now to be as they should. */
  constructor() {
    process.exit = exit;
    this.#properties = sharedProperties();
    this.#directory = process.cwd();
  }

  /** Listens to the process for good: a cell that removes the listener does not get rid of it. */
  listen(event: string, listener: (value: unknown) => void): void {
    this.#listeners.push([event, listener]);
    this.#events.on(event, listener);
  }

  /** Puts things back, and gives the names of what had been replaced. */
  restore(): string[] {
    const restored: string[] = [];
    for (let i = 0; i < HOSTILE.length; i++) {
      const key = HOSTILE[i]!;
      if (getOwnPropertyDescriptor(Object.prototype, key) && deleteProperty(Object.prototype, key))
        restored[restored.length] = `Object.prototype.${key}`;
    }
    for (let i = 0; i < this.#properties.length; i++) {
      const { owner, key, descriptor, name } = this.#properties[i]!;
      if (isSame(getOwnPropertyDescriptor(owner, key), descriptor)) continue;
      if (defineProperty(owner, key, descriptor)) restored[restored.length] = name;
    }
    for (const [event, listener] of this.#listeners)
      if (!this.#events.listeners(event).includes(listener)) this.#events.on(event, listener);
    if (process.cwd() !== this.#directory) {
      process.chdir(this.#directory);
      restored[restored.length] = 'the working directory';
    }
    return restored;
  }
}

function isSame(now: PropertyDescriptor | undefined, before: PropertyDescriptor): boolean {
  return now !== undefined && is(now.value, before.value) && now.get === before.get && now.set === before.set;
}

function sharedProperties(): Property[] {
  const globals = globalThis as unknown as Record<string, object & { prototype?: object }>; // looked up by name
  const properties: Property[] = [];
  const add = (owner: object, key: PropertyKey, name: string) => {
    const descriptor = getOwnPropertyDescriptor(owner, key);
    if (descriptor?.configurable && !SETTINGS.has(key)) properties.push({ owner, key, descriptor, name });
  };
  const addAll = (owner: object, name: string) => {
    for (const key of ownKeys(owner)) add(owner, key, `${name}.${String(key)}`);
  };
  for (const name of [...CLASSES, ...COLLECTIONS, ...OTHERS, ...NAMESPACES, ...FUNCTIONS, 'process', 'Buffer', 'URL'])
    add(globalThis, name, name);
  for (const name of NAMESPACES) addAll(globals[name]!, name);
  for (const name of [...CLASSES, ...COLLECTIONS, ...OTHERS]) {
    addAll(globals[name]!, name);
    if (globals[name]!.prototype) addAll(globals[name]!.prototype, `${name}.prototype`);
  }
  for (const iterable of [[], new Map(), new Set(), '']) {
    const iterator: object = getPrototypeOf(iterable[Symbol.iterator]())!;
    add(iterator, 'next', 'the iteration of built-in collections');
  }
  for (const key of OF_PROCESS) add(process, key, `process.${key}`);
  return properties;
}

function exit(): never {
  throw new UserError('process.exit() would end the kernel and all values in it. To stop a cell, throw an error.');
}
