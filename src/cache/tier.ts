export type TierName = 'memory' | 'disk' | 'redis';

/** What is known of an entry beside its value. Times are milliseconds since 1970. */
export interface EntryMeta {
  /** Size of the encoded value. */
  readonly bytes: number;
  /** When the entry stops counting; null for never. */
  readonly expiresAt: number | null;
  readonly tags: readonly string[];
  /** What a hit saves: the time that computing took, less the time that loading takes. */
  readonly savedMs: number;
  readonly createdAt: number;
  readonly lastUsed: number;
}

/** A value in the cache: plain data, never changed by who reads it. */
export interface Entry<T = unknown> {
  readonly value: T;
  readonly meta: EntryMeta;
}

/** Which entries are meant: all conditions that are given must hold; of several tags any one will do. */
export interface EntryFilter {
  readonly prefix?: string;
  readonly tags?: readonly string[];
}

export interface TierStats {
  readonly entries: number;
  readonly bytes: number;
  /** Failures in this process since the tier was opened. */
  readonly errors: number;
  /** What keeps the tier from working or went wrong with it, as a sentence. */
  readonly problem?: string;
}

/** A place that keeps entries. It never throws for a failure of its own: that is a miss, counted in `stats`. */
export interface Tier {
  readonly name: TierName;
  get(key: string): Promise<Entry | undefined>;
  /** In the order of the keys, undefined where there is no entry. */
  getMany(keys: readonly string[]): Promise<(Entry | undefined)[]>;
  set(key: string, entry: Entry): Promise<void>;
  /** Whether there was such an entry. */
  delete(key: string): Promise<boolean>;
  clear(): Promise<void>;
  /** Keys of the entries that have not expired. */
  keys(filter?: EntryFilter): Promise<string[]>;
  stats(): Promise<TierStats>;
  /** Whether another process changed something since this was last asked: copies in nearer tiers may be out of date. */
  changedElsewhere?(): boolean;
  close(): Promise<void>;
}

/** Whether an entry no longer counts. */
export function isExpired(meta: EntryMeta, now: number): boolean {
  return meta.expiresAt !== null && meta.expiresAt <= now;
}
