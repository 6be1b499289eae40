import { resolve } from 'node:path';
import { durationOf, parseDuration } from '../base/duration.ts';
import { type Log, silentLog } from '../base/log.ts';
import { configured, makeCacheFolder, programDirectory } from '../base/program.ts';
import { Cache } from './cache.ts';
import { cacheDefaults } from './cacheDirectory.ts';
import { DiskTier } from './diskTier.ts';
import { entryPrefix } from './entryNames.ts';
import type { Duration } from './entryOptions.ts';
import { MemoryTier } from './memoryTier.ts';
import { Pressure } from './pressure.ts';
import { type RedisOptions, redisTier } from './redisTier.ts';
import { type Seal, userSeal } from './seal.ts';
import type { Sharing } from './sharing.ts';
import { type StoreAdapter, storeTier } from './storeTier.ts';
import type { TierName } from './tier.ts';
import { TieredCache } from './tieredCache.ts';

/**
 * How a cache is opened.
 * @example
 * openCache({ directory: '.cache', disk: { maxBytes: 1e9 }, redis: false, ttl: '1d', namespace: 'prices' });
 */
export interface CacheOptions {
  /** The folder for what is kept on disk; that of the program unless given: `MEMOIR_CACHE_DIR`, else the nearest `.memoir`. */
  readonly directory?: string;
  /** How much is kept in memory: 1,000 entries and 256 MB unless given. */
  readonly memory?: { readonly maxEntries?: number; readonly maxBytes?: number };
  /** How much is kept on disk, 2 GB and 200,000 entries unless given; false keeps nothing there. */
  readonly disk?: false | { readonly maxBytes?: number; readonly maxEntries?: number };
  /** A Redis or Valkey server that others share; `MEMOIR_REDIS_URL` unless given, false for none. */
  readonly redis?: false | string | RedisOptions;
  /** One more store, behind the others: a storage adapter of Keyv. Closed with the cache. */
  readonly store?: StoreAdapter;
  /** How long values count that say nothing else; for ever unless given. */
  readonly ttl?: Duration;
  /** How much longer they may be handed out while they are computed anew. */
  readonly staleWhileRevalidate?: Duration;
  /** Whether large values are compressed on disk, with zstd; true unless given. */
  readonly compression?: boolean;
  /** Sets keys apart from those of other namespaces in the same folder. */
  readonly namespace?: string;
  /** To be changed when what values mean changes: those of other versions are not found. */
  readonly version?: string | number;
  /**
   * How values in memory are handed out: frozen deeply (`'freeze'`, unless given), as copies (`'copy'`), or as they are
   * (`'trust'`).
   */
  readonly freeze?: Sharing;
  /** Told what keeps the cache from working; nobody is unless given. `stats()` tells, too. */
  readonly log?: Log;
}

/**
 * Opens a cache of several tiers that reads as one: memory, disk, and what else is given. It never fails: where nothing
 * can be written it remembers until it is closed, and `stats()` says what is wrong. Files are opened at first use.
 * @throws UserError where an option cannot be understood.
 * @example
 * const cache = openCache({ namespace: 'prices', ttl: '1h' });
 * const rate = await cache.getOrCompute('EUR', () => fetchRate('EUR'), { tags: ['rates'] });
 * await cache.invalidate({ tags: ['rates'] });
 * await cache.close();
 */
export function openCache(options: CacheOptions = {}): Cache {
  const { freeze = 'freeze', staleWhileRevalidate = 0, log = silentLog } = options;
  const ttl = options.ttl ?? configured('MEMOIR_CACHE_TTL');
  const seal = userSeal();
  if (seal.problem) log.warn(seal.problem);
  const disk = options.disk === false ? null : openDisk(options, seal, log);
  const redis = options.redis ?? configured('MEMOIR_REDIS_URL') ?? false;
  const lower = [
    disk,
    redis === false ? null : redisTier(typeof redis === 'string' ? { url: redis } : redis, { seal, log }),
    options.store ? storeTier(options.store, { seal, log }) : null,
  ].filter((tier) => tier !== null);
  const memory = new MemoryTier({ ...memoryDefaults(), ...options.memory, sharing: freeze });
  const pressure = new Pressure();
  pressure.add(() => memory.shrink(0.5));
  return new Cache({
    tiers: new TieredCache<TierName>({ memory, lower, ...(disk && { counts: disk.counts }) }),
    prefix: entryPrefix(options.namespace, options.version),
    ttl: ttl === undefined ? undefined : durationOf('ttl', parseDuration(Number(ttl)) ?? ttl),
    staleWhileRevalidate: durationOf('staleWhileRevalidate', staleWhileRevalidate),
    now: Date.now,
    pressure,
    verify: async () => disk?.verify(),
  });
}

function openDisk({ directory, disk, compression = true }: CacheOptions, seal: Seal, log: Log): DiskTier {
  const folder = directory === undefined ? programDirectory() : resolve(directory);
  return new DiskTier({
    directory: folder,
    maxBytes: cacheDefaults.diskMaxBytes,
    ...disk,
    compression,
    seal,
    log,
    prepare: () => makeCacheFolder(folder),
  });
}

function memoryDefaults(): { maxEntries: number; maxBytes: number } {
  return {
    maxEntries: Number(configured('MEMOIR_CACHE_MAX_ENTRIES')) || cacheDefaults.memory.maxEntries,
    maxBytes: Number(configured('MEMOIR_CACHE_MAX_MB')) * 1e6 || cacheDefaults.memory.maxBytes,
  };
}
