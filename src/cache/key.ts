import { hash } from 'node:crypto';
import { type EncodeOptions, Encoder } from './encoder.ts';

/** The name of an entry: a digest of everything it depends on. */
export type CacheKey = string & { readonly __brand: 'CacheKey' };

/**
 * SHA-256 in hex of what a value is as part of a key: its types and content, encoded with lengths, so that different
 * values never share one. The order of Map and Set entries counts; the order of an object's keys, an error's stack, and the
 * memory behind a typed array do not (they do for `digestOf`). Throws `NotEncodable` where no digest would be sound.
 */
export function keyDigest(value: unknown, options: EncodeOptions = {}): string {
  const encoder = new Encoder({ ...options, keep: false, canonical: true });
  encoder.value(value);
  return encoder.out.finish().digest;
}

/** SHA-256 in hex of the UTF-8 of a text. Lone surrogates all count as U+FFFD. */
export function digestText(text: string): string {
  return hash('sha256', text, 'hex');
}

/** SHA-256 in hex of bytes as they are. */
export function digestBytes(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** The parts a key is made of, by name; groups of parts may nest. */
export interface KeyParts {
  readonly [name: string]: string | number | boolean | null | readonly string[] | KeyParts;
}

/** The key of an entry made of named parts. `schema` names the kind of key and its version: change it with its parts. */
export function digestParts(schema: string, parts: KeyParts): CacheKey {
  return keyDigest([schema, parts]) as CacheKey;
}
