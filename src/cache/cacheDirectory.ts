import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import { CACHE_FOLDER, makeCacheFolder } from '../base/program.ts';
import { Blobs } from './blobs.ts';
import type { CacheStats } from './cacheStats.ts';
import { DiskTier } from './diskTier.ts';
import type { Verification } from './diskVerify.ts';
import { MemoryTier } from './memoryTier.ts';
import { redisTier } from './redisTier.ts';
import type { Seal } from './seal.ts';
import { TeamValues } from './teamValues.ts';
import { TieredCache } from './tieredCache.ts';

/** What is used where nothing else is asked for. */
export const cacheDefaults = {
  directory: CACHE_FOLDER,
  memory: { maxEntries: 1000, maxBytes: 256e6 },
  diskMaxBytes: 2e9,
} as const;

export interface StoreOptions {
  /** The folder of the cache; made at first use, with a `.gitignore` that hides it. */
  readonly directory: string;
  readonly memory?: { readonly maxEntries: number; readonly maxBytes: number };
  /** How much records and values together may take on disk. */
  readonly diskMaxBytes?: number;
  /** Whether large values are compressed on disk; true unless given. */
  readonly compression?: boolean;
  /** A Redis server that a team shares. */
  readonly redisUrl?: string | undefined;
  readonly seal: Seal;
  readonly log: Log;
}

/** Folders in which other parts of Memoir keep files that they make again when they are needed. */
const MADE = ['sources', 'tables'];

/** Everything that is remembered in one directory. */
export interface Store {
  /** What is known of runs and calls: small, and read by the host. */
  readonly records: TieredCache;
  /** Values as files, written and read by kernels. */
  readonly values: Blobs;
  /** Where values are shared with a team; null where nobody shares. */
  readonly team: TeamValues | null;
  stats(): Promise<CacheStats & { readonly values: { readonly files: number; readonly bytes: number } }>;
  /** Removes value files that no record refers to, and the least recently used beyond the limit. */
  collect(keep?: ReadonlySet<string>): Promise<{ files: number; bytes: number }>;
  /** Looks at everything that lies on disk, and removes what cannot be believed or read. */
  verify(): Promise<Verification | undefined>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the cache of a directory. It never fails: where nothing can be written, it remembers until it is closed. */
export function openStore(options: StoreOptions): Store {
  const { directory, memory = cacheDefaults.memory, diskMaxBytes = cacheDefaults.diskMaxBytes, seal, log } = options;
  const { compression = true } = options;
  if (seal.problem) log.warn(seal.problem);
  const disk = new DiskTier({
    directory,
    maxBytes: diskMaxBytes,
    compression,
    seal,
    log,
    prepare: () => makeCacheFolder(directory),
  });
  const redis = options.redisUrl ? redisTier({ url: options.redisUrl }, { seal, log }) : null;
  const lower = redis ? [disk, redis] : [disk];
  const records = new TieredCache({ memory: new MemoryTier(memory), lower, counts: disk.counts });
  const values = new Blobs(directory, compression);
  const team = redis && new TeamValues(values, redis);
  return {
    records,
    values,
    team,
    stats: async () => ({ ...(await records.stats()), values: await values.stats() }),
    collect: async (keep) => {
      await disk.collect();
      const { bytes } = await disk.stats();
      return values.collect({ ...(keep && { keep }), maxBytes: Math.max(0, diskMaxBytes - bytes) });
    },
    verify: async () => {
      const found = await disk.verify();
      return found && { ...found, damaged: [...found.damaged, ...(await values.verify())] };
    },
    clear: async () => {
      const folders = MADE.map((name) => rm(join(directory, name), { recursive: true, force: true }));
      await Promise.all([records.clear(), values.clear(), ...folders]);
    },
    close: async () => {
      await team?.flush();
      await records.close();
    },
  };
}
