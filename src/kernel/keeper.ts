import { apart } from '../base/program.ts';
import { functionBehind } from '../cache/cachedFunctions.ts';
import { keyDigest } from '../cache/key.ts';
import { NotEncodable } from '../cache/notEncodable.ts';
import { programStore } from '../cache/programCache.ts';
import { keyedDigest } from '../cache/seal.ts';
import type { Keeper } from '../data/keeper.ts';

/** What tables and pipelines remember, in the cache of this program. Look-ups that find nothing do not count there. */
export const keeper: Keeper = {
  async get(key) {
    const { records } = programStore();
    return (await records.peek(nameOf(key))) && (await records.get(nameOf(key)))?.value;
  },
  async set(key, value, ms) {
    try {
      await programStore().records.set(nameOf(key), value, { savedMs: ms, weak: true });
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error; // it is worked out again each time
    }
  },
  async codeOf(fn) {
    const { functionCode } = await import('../cache/functionCode.ts'); // with what reads code, which takes time to load
    return apart(() => functionCode(fn, { keyedDigest, behind: functionBehind })).digest;
  },
  digestOf(value) {
    try {
      return keyDigest(value);
    } catch (error) {
      if (error instanceof NotEncodable) return null;
      throw error;
    }
  },
};

function nameOf(key: string): string {
  return `data/${key}`;
}
