import { types } from 'node:util';
import { isDisguised } from './disguised.ts';

const mostParts = 24;
const longestString = 100;

let partsLeft = 0;
const met: object[] = [];

/**
 * A few plain values written out with their types and lengths, so that no two lists are written alike: faster than a
 * digest. Null where there are more than a few, or other ones than primitives, plain objects and arrays; which lists
 * those are depends on what is in them alone, so equal ones are always written, or never.
 */
export function plainText(values: readonly unknown[]): string | null {
  partsLeft = mostParts;
  let text = '';
  for (const value of values) {
    const part = textOf(value);
    if (part === null) {
      met.length = 0;
      return null;
    }
    text += part;
  }
  met.length = 0;
  return text;
}

function textOf(value: unknown): string | null {
  partsLeft -= 1;
  if (partsLeft < 0) return null;
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? 'n-0,' : `n${value},`;
    case 'string':
      return value.length > longestString ? null : `s${value.length}:${value}`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'bigint':
      return `i${value},`;
    case 'object':
      return value === null ? 'l' : textOfObject(value);
    default:
      return null;
  }
}

function textOfObject(object: object): string | null {
  if (types.isProxy(object) || met.includes(object)) return null; // what is met twice is not the same as a copy
  met.push(object);
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype) return textOfPlain(object);
  return prototype === Array.prototype && Array.isArray(object) ? textOfArray(object) : null;
}

function textOfPlain(object: object): string | null {
  const names = Object.getOwnPropertyNames(object);
  if (names.length > partsLeft || Object.getOwnPropertySymbols(object).length > 0) return null;
  if (names.length === 0) return isDisguised(object) ? null : 'o0,';
  sort(names);
  let text = `o${names.length},`;
  for (const name of names) {
    const part = textOfProperty(object, name);
    if (part === null || name.length > longestString) return null;
    text += `${name.length}:${name}${part}`;
  }
  return text;
}

function textOfArray(array: readonly unknown[]): string | null {
  const { length } = array;
  if (length > partsLeft || Object.getOwnPropertySymbols(array).length > 0) return null;
  if (Object.getOwnPropertyNames(array).length !== length + 1) return null; // holes, or names beside the elements
  let text = `a${length},`;
  for (let index = 0; index < length; index++) {
    const part = textOfProperty(array, index);
    if (part === null) return null;
    text += part;
  }
  return text;
}

function textOfProperty(object: object, name: string | number): string | null {
  const property = Object.getOwnPropertyDescriptor(object, name);
  return property?.enumerable && 'value' in property ? textOf(property.value) : null;
}

/** Sorts a few names by UTF-16 units; most lists are in order, or nearly so. */
function sort(names: string[]): void {
  for (let end = 1; end < names.length; end++) {
    const name = names[end]!;
    let at = end;
    for (; at > 0 && names[at - 1]! > name; at--) names[at] = names[at - 1]!;
    names[at] = name;
  }
}
