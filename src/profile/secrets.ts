/** Names of what nobody but its owner should read. */
const SECRET =
  /pass(word|wd|phrase|code)|^pwd$|token|secret|authorization|credential|cookie|api[-_]?key|private[-_]?key/i;
/** Texts that are one wherever they stand: HTTP's own scheme, JSON web tokens. */
const SECRET_TEXT = /^(Bearer|Basic)\s+\S+|^eyJ[\w-]+\.eyJ[\w-]+\./;

/** Puts asterisks in the place of secrets in a value that is nobody else's: by the names of properties and keys of Maps. */
export function maskSecrets(value: unknown): unknown {
  return mask(value, false, new Set());
}

function mask(value: unknown, isSecret: boolean, seen: Set<unknown>): unknown {
  if (typeof value === 'string') return isSecret || SECRET_TEXT.test(value) ? '*'.repeat(value.length) : value;
  if (typeof value === 'number' || typeof value === 'bigint')
    return isSecret ? (typeof value === 'number' ? 0 : 0n) : value;
  if (typeof value !== 'object' || value === null || seen.has(value)) return value;
  seen.add(value);
  if (value instanceof Map) for (const [key, one] of value) value.set(key, mask(one, isSecret || isName(key), seen));
  else if (value instanceof Set)
    refill(
      value,
      [...value].map((one) => mask(one, isSecret, seen)),
    );
  else if (ArrayBuffer.isView(value)) {
    if (isSecret) new Uint8Array(value.buffer, value.byteOffset, value.byteLength).fill(0);
  } else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
    for (const [key, one] of Object.entries(value))
      (value as Record<string, unknown>)[key] = mask(one, isSecret || isName(key), seen); // a plain object or an array
  return value;
}

function isName(key: unknown): boolean {
  return typeof key === 'string' && SECRET.test(key);
}

function refill(set: Set<unknown>, values: readonly unknown[]): void {
  set.clear();
  for (const value of values) set.add(value);
}
