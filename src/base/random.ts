/**
 * Numbers from 0 up to 1, the same for the same seed: the mulberry32 generator (Tommy Ettinger, public domain), 32 bits of
 * state, good enough to replay a run and to draw samples.
 */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
