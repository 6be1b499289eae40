import { parseDuration } from '../base/duration.ts';
import { silentLog } from '../base/log.ts';
import { apart, configured, programDirectory } from '../base/program.ts';
import { cacheDefaults, openStore, type Store } from './cacheDirectory.ts';
import { makeCached } from './cached.ts';
import { CallStatistics } from './callCounts.ts';
import { coarseNow } from './coarseClock.ts';
import { keyedDigest, userSeal } from './seal.ts';

const memory = {
  maxEntries: Number(configured('MEMOIR_CACHE_MAX_ENTRIES')) || cacheDefaults.memory.maxEntries,
  maxBytes: Number(configured('MEMOIR_CACHE_MAX_MB')) * 1e6 || cacheDefaults.memory.maxBytes,
};
const ttl = configured('MEMOIR_CACHE_TTL');
const ttlMs = parseDuration(Number(ttl) || ttl) ?? 3_600_000;
const statistics = new CallStatistics((counts) => programStore().records.addCounts(counts));
let store: Store | null = null;

/** The cache of this program, opened at its first use. */
export function programStore(): Store {
  store ??= apart(() =>
    openStore({
      directory: programDirectory(),
      memory,
      redisUrl: configured('MEMOIR_REDIS_URL'),
      seal: userSeal(),
      log: silentLog,
    }),
  );
  return store;
}

/**
 * Remembers what a function gave for its arguments.
 * @example
 * const area = cached((country: string) => measure(country), { ttl: '1h', persist: true });
 * await area('Norway');
 */
export const cached = makeCached({
  store: programStore,
  statistics,
  defaults: { ttlMs, ...memory },
  now: coarseNow,
  keyedDigest,
});

/** Hands on what cached functions did, at once, in a process that is about to end. */
export function flushCalls(): void {
  statistics.flush();
  store?.records.flushNow();
}
