import { types } from 'node:util';

/**
 * What a value is, spelled out by the plainest means: nothing of it is shared with the keys that it judges. Two values
 * are spelled alike exactly when no reader, but for the order of an object's keys, can tell one from the other.
 */
export function spell(value: unknown, met = new Map<object, number>()): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  const index = met.get(value);
  if (index !== undefined) return `<${index}>`;
  met.set(value, met.size);
  return `${kindOf(value)}(${partsOf(value, met).join(';')})`;
}

function kindOf(object: object): string {
  const prototype: { constructor?: { name: string } } | null = Object.getPrototypeOf(object);
  return Object.hasOwn(prototype ?? {}, 'constructor') ? prototype!.constructor!.name : 'bare';
}

function partsOf(object: object, met: Map<object, number>): string[] {
  if (object instanceof Map) return [...object].map(([key, value]) => `${spell(key, met)}=>${spell(value, met)}`);
  if (object instanceof Set) return [...object].map((value) => spell(value, met));
  if (object instanceof Date) return [String(object.getTime())];
  if (object instanceof RegExp) return [String(object), String(object.lastIndex)];
  if (object instanceof Error) return [spell(object.message)];
  if (object instanceof URL) return [object.href];
  if (object instanceof ArrayBuffer) return [String(object.byteLength)];
  if (types.isBoxedPrimitive(object)) return [spell(object.valueOf())];
  if (ArrayBuffer.isView(object)) return Array.from(object as Uint8Array, (one) => spell(one));
  const length = Array.isArray(object) ? [`length ${object.length}`] : [];
  const entries = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return [...length, ...entries.map(([key, value]) => `${JSON.stringify(key)}:${spell(value, met)}`)];
}
