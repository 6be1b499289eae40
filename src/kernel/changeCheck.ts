import { types } from 'node:util';
import { digestOf } from '../cache/codec.ts';
import { untracked } from './run.ts';

/** Larger values take longer to check than a reader should wait: a sample of them is checked instead. */
const EXACT_BYTES = 256 * 1024;
const SAMPLES = 64;

/** Remembers what a value is, and tells whether it is still that. */
export interface ChangeCheck {
  isChanged(): boolean;
}

/**
 * A check for a value of `size` encoded bytes; null for what cannot be changed.
 * @param digest the content digest where the value holds no references to other exports
 */
export function changeCheck(value: unknown, size: number, digest: string | null): ChangeCheck | null {
  if (typeof value !== 'object' || value === null) return null;
  const isExact = size <= EXACT_BYTES;
  const now = () => digestOf(isExact ? value : sampleOf(value));
  const before = isExact && digest !== null ? digest : now();
  return {
    isChanged() {
      try {
        return untracked(now) !== before;
      } catch {
        return true; // it can no longer be encoded
      }
    },
  };
}

/** A part of a large value that a push, sort or assignment is likely to touch. */
function sampleOf(value: object): unknown {
  const list = partsOf(value);
  if (!list) return value;
  const step = Math.max(1, Math.floor(list.length / SAMPLES));
  const sample: unknown[] = [list.length];
  for (let i = 0; i < list.length; i += step) sample.push(list[i]);
  if (list.length) sample.push(list[list.length - 1]);
  return sample.map((part) => (isLarge(part) ? sampleOf(part) : part));
}

/** What a value is made of, or null where that is unknown. */
function partsOf(value: object): ArrayLike<unknown> | null {
  if (Array.isArray(value)) return value;
  if (types.isMap(value)) return [...value].flat();
  if (types.isSet(value)) return [...value];
  if (types.isTypedArray(value)) return value;
  if (types.isDataView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.values(value) : null;
}

function isLarge(part: unknown): part is object {
  return typeof part === 'object' && part !== null && (partsOf(part)?.length ?? 0) > SAMPLES;
}
