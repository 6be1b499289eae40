import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Cache } from '../../src/cache/cache.ts';
import { DATABASE } from '../../src/cache/diskTier.ts';
import { openCache } from '../../src/cache/openCache.ts';

/** What a cache did while somebody else had its file locked. */
export interface LockedResult {
  readonly operations: number;
  /** The longest that the event loop waited, in milliseconds, and the same for the same work without the lock. */
  readonly longestWaitMs: number;
  readonly otherwiseMs: number;
  /** The longest that a thread waited meanwhile which only looks at the clock: what the machine makes everybody wait. */
  readonly idleMs: number;
  /** What `stats()` said meanwhile. */
  readonly problem: string | undefined;
  /** Whether entries were written again within a second of the lock's end. */
  readonly heals: boolean;
}

/** Has another thread, with a connection of its own, lock the file for `ms`, and works on meanwhile. */
export async function workOnLockedFile(directory: string, ms: number): Promise<LockedResult> {
  const cache = openCache({ directory });
  for (let index = 0; index < 50; index += 1) await cache.set(`before${index}`, index);
  const locker = new Worker(
    `const { DatabaseSync } = require('node:sqlite');
     const { parentPort, workerData } = require('node:worker_threads');
     const database = new DatabaseSync(workerData.file, { timeout: 5000 });
     database.exec('BEGIN IMMEDIATE');
     parentPort.postMessage('locked');
     Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData.ms);
     database.exec('COMMIT');
     database.close();`,
    { eval: true, workerData: { file: join(directory, DATABASE), ms } },
  );
  await once(locker, 'message');
  const idle = watchClock();
  let problem: string | undefined;
  let isLocked = true;
  locker.once('exit', () => {
    isLocked = false;
  });
  const locked = await work(cache, 'during', async () => {
    problem = (await cache.stats()).tiers[1]?.problem ?? problem;
    return isLocked;
  });
  const idleMs = await idle.stop();
  const end = performance.now() + Math.min(ms, 5000);
  const free = await work(cache, 'free', async () => performance.now() < end);
  await cache.set('after', 1);
  const heals =
    (await cache.explain('after')).would === 'hit' &&
    (await cache.entries()).some(({ key, tiers }) => key === 'after' && tiers.includes('disk'));
  await cache.close();
  return {
    operations: locked.operations,
    longestWaitMs: locked.longestWaitMs,
    otherwiseMs: free.longestWaitMs,
    idleMs,
    problem,
    heals,
  };
}

/** A thread that does nothing but look at the clock; `stop` gives the longest time between two looks, in milliseconds. */
function watchClock(): { stop(): Promise<number> } {
  const longest = new Float64Array(new SharedArrayBuffer(8));
  const watcher = new Worker(
    `const { workerData: longest } = require('node:worker_threads');
     const never = new Int32Array(new SharedArrayBuffer(4));
     for (let last = performance.now(); ; ) {
       Atomics.wait(never, 0, 0, 1);
       const now = performance.now();
       longest[0] = Math.max(longest[0], now - last);
       last = now;
     }`,
    { eval: true, workerData: longest },
  );
  const stop = async () => {
    await watcher.terminate();
    return longest[0]!;
  };
  return { stop };
}

/** Sets, gets and computes as long as `goesOn`. */
async function work(
  cache: Cache,
  name: string,
  goesOn: () => Promise<boolean>,
): Promise<{ operations: number; longestWaitMs: number }> {
  let longestWaitMs = 0;
  let operations = 0;
  let last = performance.now();
  const ticking = setInterval(() => {
    const now = performance.now();
    longestWaitMs = Math.max(longestWaitMs, now - last);
    last = now;
  }, 1);
  do {
    const some = Array.from({ length: 20 }, (_, index) => cache.set(`${name}${operations + index}`, index));
    await Promise.all([...some, cache.get('before1'), cache.getOrCompute(`${name} computed${operations}`, () => 1)]);
    operations += 22;
  } while (await goesOn());
  clearInterval(ticking);
  return { operations, longestWaitMs };
}
