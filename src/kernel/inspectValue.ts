import { inspect, types } from 'node:util';
import type { ValueNode } from '../protocol/output.ts';

/** Entries kept of a value at each depth; below the last depth a value is only named. */
const BREADTH = [100, 50, 25, 10, 10, 10];
const MAX_NODES = 3_000;
const MAX_TEXT = 20_000;
const MAX_STRING = { top: 10_000, nested: 300 };

/** Any value as a tree to unfold: cut to a readable size, no getter or proxy trap invoked, and it never throws. */
export function inspectValue(value: unknown): ValueNode {
  return toNode(value, { nodes: MAX_NODES, breadth: BREADTH, ancestors: [] });
}

/** A value as a tree that is as good as whole. */
export function inspectTree(value: unknown): ValueNode {
  return toNode(value, { nodes: 50_000, breadth: Array(64).fill(20_000), ancestors: [] });
}

/** Any value as text, as `console.log` writes it; never throws. */
export function inspectText(value: unknown): string {
  if (isHuge(value)) return inspectValue(value).preview;
  try {
    const text = inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: MAX_STRING.top, breakLength: 100 });
    return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  } catch {
    return inspectValue(value).preview;
  }
}

interface Visit {
  /** How many more nodes may unfold. */
  nodes: number;
  /** Entries kept at each depth. */
  readonly breadth: readonly number[];
  readonly ancestors: object[];
}

/** What a value is, before any of its entries is looked at. */
interface Shape {
  readonly preview: string;
  readonly type: ValueNode['type'];
  readonly size?: number;
  readonly entries?: () => Iterable<readonly [key: string, value: unknown]>;
}

/** Stands for what is not a value: a getter that was not called, a hole. */
class Unread {
  readonly #preview: string;
  constructor(preview: string) {
    this.#preview = preview;
  }

  /** What stands in the place of `value` if it was not read; unlike `instanceof` this triggers no proxy trap. */
  static previewOf(value: unknown): string | null {
    return isObject(value) && #preview in value ? value.#preview : null;
  }
}

function toNode(value: unknown, visit: Visit): ValueNode {
  visit.nodes -= 1;
  const unread = Unread.previewOf(value);
  if (unread) return { preview: unread, type: 'nullish' };
  if (typeof value === 'string') return stringNode(value, visit.ancestors.length === 0 ? 'top' : 'nested');
  if (isObject(value) && visit.ancestors.includes(value)) return { preview: '[Circular]', type: 'object' };
  try {
    const shape = shapeOf(value);
    return { preview: shape.preview, type: shape.type, ...(isObject(value) && contents(value, shape, visit)) };
  } catch {
    return { preview: '(cannot be read)', type: 'object' };
  }
}

function contents(value: object, shape: Shape, visit: Visit): Pick<ValueNode, 'entries' | 'more'> {
  const { size = 0 } = shape;
  if (!shape.entries || size === 0) return {};
  const breadth = visit.nodes > 0 ? (visit.breadth[visit.ancestors.length] ?? 0) : 0;
  const entries: { key: string; value: ValueNode }[] = [];
  visit.ancestors.push(value);
  try {
    for (const [key, child] of shape.entries()) {
      if (entries.length >= breadth) break;
      entries.push({ key, value: toNode(child, visit) });
    }
  } finally {
    visit.ancestors.pop();
  }
  const more = size - entries.length;
  return { ...(entries.length > 0 && { entries }), ...(more > 0 && { more }) };
}

function stringNode(text: string, place: keyof typeof MAX_STRING): ValueNode {
  const more = text.length - MAX_STRING[place];
  const shown = more > 0 ? text.slice(0, MAX_STRING[place]) : text;
  const quoted = `'${JSON.stringify(shown).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  return { preview: more > 0 ? `${quoted}…` : quoted, type: 'string', ...(more > 0 && { more }) };
}

function shapeOf(value: unknown): Shape {
  switch (typeof value) {
    case 'number':
      return { preview: Object.is(value, -0) ? '-0' : String(value), type: 'number' };
    case 'bigint':
      return { preview: `${value}n`, type: 'number' };
    case 'boolean':
      return { preview: String(value), type: 'boolean' };
    case 'symbol':
      return { preview: String(value), type: 'symbol' };
    case 'undefined':
      return { preview: 'undefined', type: 'nullish' };
    case 'function':
      return { preview: functionPreview(value), type: 'function' };
    default:
      return value === null ? { preview: 'null', type: 'nullish' } : objectShape(value as object);
  }
}

function objectShape(value: object): Shape {
  if (types.isProxy(value)) return { preview: 'Proxy', type: 'object' };
  if (Array.isArray(value)) return collection(className(value), value.length, () => arrayEntries(value));
  if (types.isTypedArray(value)) return collection(className(value), value.length, () => arrayEntries(value));
  if (types.isMap(value)) return collection(className(value), value.size, () => mapEntries(value));
  if (types.isSet(value)) return collection(className(value), value.size, () => setEntries(value));
  if (types.isDate(value)) return { preview: dateText(value), type: 'date' };
  if (types.isRegExp(value)) return { preview: RegExp.prototype.toString.call(value), type: 'object' };
  if (types.isAnyArrayBuffer(value)) return { preview: `${className(value)}(${value.byteLength})`, type: 'object' };
  const keys = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  const entries = () => propertyEntries(value, keys);
  if (types.isNativeError(value)) return { preview: errorPreview(value), type: 'error', size: keys.length, entries };
  return {
    preview: keys.length > 0 ? className(value) : `${className(value)} {}`,
    type: 'object',
    size: keys.length,
    entries,
  };
}

function collection(name: string, size: number, entries: NonNullable<Shape['entries']>): Shape {
  return { preview: `${name}(${size})`, type: 'object', size, entries };
}

function* arrayEntries(value: ArrayLike<unknown> & object): Generator<readonly [string, unknown]> {
  for (let i = 0; i < value.length; i++) yield [String(i), ownValue(value, String(i))];
}

function* mapEntries(map: ReadonlyMap<unknown, unknown>): Generator<readonly [string, unknown]> {
  for (const [key, value] of Map.prototype.entries.call(map)) yield [shapeText(key), value];
}

function* setEntries(set: ReadonlySet<unknown>): Generator<readonly [string, unknown]> {
  let index = 0;
  for (const value of Set.prototype.values.call(set)) yield [String(index++), value];
}

function* propertyEntries(value: object, keys: readonly PropertyKey[]): Generator<readonly [string, unknown]> {
  for (const key of keys) yield [typeof key === 'symbol' ? `[${String(key)}]` : String(key), ownValue(value, key)];
}

/** The value of an own property without calling its getter. */
function ownValue(owner: object, key: PropertyKey): unknown {
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (!property) return new Unread('empty');
  return 'value' in property ? property.value : new Unread('(getter)');
}

/** The name of the class that made an object, read past getters and proxies. */
function className(value: object): string {
  for (
    let at: unknown = Object.getPrototypeOf(value);
    isObject(at) && !types.isProxy(at);
    at = Object.getPrototypeOf(at)
  ) {
    const made = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    const name = typeof made === 'function' && ownName(made);
    if (name) return name;
  }
  return 'Object';
}

function ownName(made: object): string | null {
  const name = types.isProxy(made) ? undefined : Object.getOwnPropertyDescriptor(made, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : null;
}

function functionPreview(value: object): string {
  const name = ownName(value) ?? '(anonymous)';
  const isClass = !types.isProxy(value) && Function.prototype.toString.call(value).startsWith('class');
  return isClass ? `class ${name}` : `ƒ ${name}()`;
}

function errorPreview(error: Error): string {
  const message = Object.getOwnPropertyDescriptor(error, 'message')?.value;
  return typeof message === 'string' && message ? `${className(error)}: ${message}` : className(error);
}

function dateText(date: Date): string {
  const time = Date.prototype.getTime.call(date);
  return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString();
}

function shapeText(key: unknown): string {
  try {
    return typeof key === 'string' ? stringNode(key, 'nested').preview : shapeOf(key).preview;
  } catch {
    return '(cannot be read)';
  }
}

/** Objects with very many properties, which `util.inspect` would write out in full. */
function isHuge(value: unknown): boolean {
  if (!isObject(value) || types.isProxy(value) || Array.isArray(value) || types.isTypedArray(value)) return false;
  try {
    return Reflect.ownKeys(value).length > 5_000;
  } catch {
    return true;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
