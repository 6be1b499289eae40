import { nameOfCall } from './callComponents.ts';
import { decode, encode, NotEncodable } from './codec.ts';
import { FrozenValue, freezeDeep, type Sharing } from './sharing.ts';

/** Gives what one more caller gets of a value; throws `UserError` where another caller changed it. */
export type Reader = () => unknown;

/**
 * How a value, or the promise of it that is `given`, serves the callers to come: null where each gets it as it is,
 * undefined where it cannot be shared as asked.
 */
export function readerOf(
  given: unknown,
  value: unknown,
  sharing: Sharing,
  name: string,
  args: readonly unknown[],
): Reader | null | undefined {
  if (sharing === 'trust' || typeof value !== 'object' || value === null) return null;
  const read = sharing === 'copy' ? copier(value) : watcher(value, () => nameOfCall(name, args));
  return read && given !== value ? async () => read() : read;
}

function copier(value: object): Reader | undefined {
  try {
    const { bytes } = encode(value);
    return () => decode(bytes);
  } catch (error) {
    if (error instanceof NotEncodable) return undefined;
    throw error;
  }
}

function watcher(value: object, nameIt: () => string): Reader | null {
  if (freezeDeep(value).length === 0) return null;
  const frozen = new FrozenValue(value);
  const name = nameIt();
  return () => frozen.read(name);
}
