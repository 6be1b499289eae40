/** The value that belongs to a version of a key: small, middling, or large enough to be a file; it says what it is. */
export function valueFor(key: string, version: number): { key: string; version: number; text: string } {
  const size = [20, 3000, 150_000][version % 3]!;
  return { key, version, text: `${key}/${version}/`.repeat(Math.ceil(size / (key.length + 5))) };
}
