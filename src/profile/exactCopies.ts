import { decode, encode, NotEncodable } from '../cache/codec.ts';

/** What makes copies of a value that are the same value; null where copies would be something else, as of functions. */
export function exactCopies<T>(value: T): (() => T) | null {
  try {
    const { bytes } = encode(value);
    return () => decode(bytes) as T; // as it was encoded
  } catch (error) {
    if (error instanceof NotEncodable) return null;
    throw error;
  }
}
