import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { openStore } from '../../src/cache/cacheDirectory.ts';
import { makeCached } from '../../src/cache/cached.ts';
import { CallStatistics } from '../../src/cache/callCounts.ts';
import { Seal } from '../../src/cache/seal.ts';
import { temporaryDirectory } from './directory.ts';

/** What a program of a user has: `cached`, its store, and a clock that is moved by hand. */
export function startProgram(directory = join(temporaryDirectory(), '.memoir'), user = 5) {
  const clock = { now: Date.now() };
  const seal = new Seal(Buffer.alloc(32, user));
  const store = openStore({ directory, seal, log: silentLog });
  const statistics = new CallStatistics((counts) => store.records.addCounts(counts));
  const defaults = { ttlMs: 3_600_000, maxEntries: 1000, maxBytes: 256e6 };
  const keyedDigest = (text: string) => seal.keyedDigest(text);
  const cached = makeCached({ store: () => store, statistics, defaults, now: () => clock.now, keyedDigest });
  onTestFinished(() => store.close());
  return { cached, clock, store, statistics, directory };
}

/** A function that counts its calls. */
export function counting<A extends unknown[], R>(fn: (...args: A) => R) {
  const calls: A[] = [];
  const counted = (...args: A): R => {
    calls.push(args);
    return fn(...args);
  };
  return Object.assign(counted, { calls });
}

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
