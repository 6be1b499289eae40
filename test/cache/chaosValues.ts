/** The value that belongs to a version of a key: small, middling, or large enough to be a file; it says what it is. */
export function valueFor(key: string, version: number): { key: string; version: number; text: string } {
  const size = [20, 3000, 150_000][version % 3]!;
  return { key, version, text: `${key}/${version}/`.repeat(Math.ceil(size / (key.length + 5))) };
}

/** Random numbers from 0 to 1 that a seed repeats. */
export function chaosSeed(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
