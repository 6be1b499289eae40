import { type DecodeOptions, Decoder } from './decoder.ts';
import { type EncodeOptions, Encoder } from './encoder.ts';

export type { ExternalRef } from './encoder.ts';
export { NotDecodable } from './notDecodable.ts';
export { NotEncodable } from './notEncodable.ts';

/**
 * A value as bytes, with everything that can be seen of it: types, identity, cycles, holes, the order of keys.
 * `digest` is the SHA-256 of the bytes in hex: equal digests mean values that no reader can tell apart.
 * Not carried: whether objects are frozen, and getters on array elements (read as their values).
 * Throws `NotEncodable` for what cannot be given back exactly.
 */
export function encode(value: unknown, options: EncodeOptions = {}): { bytes: Uint8Array; digest: string } {
  const encoder = new Encoder({ ...options, keep: true, canonical: false });
  encoder.value(value);
  return encoder.out.finish();
}

/** The digest that `encode` would give, without keeping the bytes. */
export function digestOf(value: unknown, options: EncodeOptions = {}): string {
  const encoder = new Encoder({ ...options, keep: false, canonical: false });
  encoder.value(value);
  return encoder.out.finish().digest;
}

/** The value that `encode` made `bytes` of. Throws `NotDecodable` for any other bytes. */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): unknown {
  return new Decoder(bytes, options).root();
}
