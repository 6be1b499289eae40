import { decode, encode } from '../../src/cache/codec.ts';
import type { Keeper } from '../../src/data/keeper.ts';

/** Remembers what a keeper would, in memory, as bytes. */
export function memoryKeeper(): Keeper & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    get: async (key) => {
      const bytes = kept.get(key);
      return bytes && decode(bytes);
    },
    set: async (key, value) => {
      kept.set(key, encode(value).bytes);
    },
    codeOf: async (fn) => String(fn),
    digestOf: (value) => JSON.stringify(value) ?? null,
  };
}
