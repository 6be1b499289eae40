import { inspect, types } from 'node:util';
import { digestOf } from '../cache/codec.ts';
import type { ExportInfo } from '../protocol/kernel.ts';
import { untracked } from './run.ts';

const JSON_LIMIT = 2000;

interface Content {
  readonly digest: string | null;
  readonly reason: string | null;
  /** Encoded bytes. */
  readonly size: number;
}

/** What is told of an exported value without giving it away. */
export function describeExport(name: string, value: unknown, { digest, reason, size }: Content): ExportInfo {
  return untracked(() => ({
    name,
    type: typeName(value),
    preview: previewOf(value),
    digest,
    ...(reason !== null && { reason }),
    ...(isPlainFunction(value) && { plain: true }),
    ...(digest !== null && size <= 2 * JSON_LIMIT && asJson(value)),
  }));
}

const KINDS: readonly object[] = [() => {}, async () => {}, function* () {}, async function* () {}].map((one) =>
  Object.getPrototypeOf(one),
);
const OF_EVERY_FUNCTION: readonly PropertyKey[] = ['length', 'name', 'prototype', 'arguments', 'caller'];

/** Whether a function is its code and nothing else: neither it nor what `new` would make of it was given anything. */
export function isPlainFunction(value: unknown): boolean {
  if (typeof value !== 'function' || types.isProxy(value) || !KINDS.includes(Object.getPrototypeOf(value)))
    return false;
  if (!Reflect.ownKeys(value).every((key) => OF_EVERY_FUNCTION.includes(key))) return false;
  const prototype: unknown = value.prototype;
  return (
    typeof prototype !== 'object' ||
    prototype === null ||
    Reflect.ownKeys(prototype).every((key) => key === 'constructor')
  );
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return `Array(${value.length})`;
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name ? name : 'Object';
}

function previewOf(value: unknown): string {
  try {
    const options = { depth: 1, breakLength: Infinity, maxArrayLength: 5, maxStringLength: 100, compact: 3 };
    const text = inspect(value, options);
    return text.length > 200 ? `${text.slice(0, 199)}…` : text;
  } catch {
    return typeName(value);
  }
}

/** The value itself where JSON holds it exactly and it is small. */
function asJson(value: unknown): { json?: { value: unknown } } {
  try {
    const text = JSON.stringify(value);
    if (text === undefined || text.length > JSON_LIMIT) return {};
    const back: unknown = JSON.parse(text);
    return digestOf(back) === digestOf(value) ? { json: { value: back } } : {};
  } catch {
    return {};
  }
}
