export type TierName = 'memory' | 'disk' | 'redis' | 'store';

/** What is known of an entry beside its value. Times are milliseconds since 1970. */
export interface EntryMeta {
  /** Size of the encoded value. */
  readonly bytes: number;
  /** When the entry stops counting; null for never. */
  readonly expiresAt: number | null;
  /** From when on a hit is to be renewed behind the back of whoever asks; not before it expires unless given. */
  readonly staleAt?: number;
  readonly tags: readonly string[];
  /** What a hit saves: the time that computing took, less the time that loading takes. */
  readonly savedMs: number;
  readonly createdAt: number;
  readonly lastUsed: number;
  /** The value is an error, as data, that was asked to be remembered. */
  readonly failed?: true;
  /** Memory does not hold the value. */
  readonly weak?: true;
  /** The value is kept as it is, however large. */
  readonly uncompressed?: true;
}

/** A value in the cache: plain data, never changed by who reads it. */
export interface Entry<T = unknown> {
  readonly value: T;
  readonly meta: EntryMeta;
}

/** An entry without its value. */
export interface EntryInfo {
  readonly key: string;
  readonly meta: EntryMeta;
}

/** Which entries are meant: all conditions that are given must hold; of several tags any one will do. */
export interface EntryFilter {
  readonly prefix?: string;
  readonly tags?: readonly string[];
  /** A glob over whole keys: `*` for any text, `?` for one character, `[abc]`, `[a-z]` and `[^a]`, `\` before what is meant as it stands. */
  readonly pattern?: string;
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
  /** `encoded` is the value as bytes, for tiers that keep it so. */
  set(key: string, entry: Entry, encoded?: Uint8Array): Promise<void>;
  /** Whether there was such an entry. */
  delete(key: string): Promise<boolean>;
  /** How many of the keys there were. */
  deleteMany(keys: readonly string[]): Promise<number>;
  /** Removes the entries that are meant, and takes back leases for keys like theirs; gives the keys. */
  invalidate(filter: EntryFilter): Promise<string[]>;
  /** Removes all entries, or those whose keys begin with `prefix`. */
  clear(prefix?: string): Promise<void>;
  /** Entries that have not expired. */
  list(filter?: EntryFilter): Promise<EntryInfo[]>;
  /** Of all entries, or of those whose keys begin with `prefix`. */
  stats(prefix?: string): Promise<TierStats>;
  /** Takes the right to compute a key, shared by all processes, for some time; null while another process has it. */
  lease?(key: string): Promise<Lease | null>;
  /** Whether another process changed something since this was last asked: copies in nearer tiers may be out of date. */
  changedElsewhere?(): boolean;
  /** Waits until everything is written. */
  flush?(): Promise<void>;
  close(): Promise<void>;
}

/** The right to compute a key that other processes wait for. */
export interface Lease {
  /** False when it was taken back: what was computed is not to be kept. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

const skew = 60_000; // ms, by which clocks of machines may differ

/** Whether an entry no longer counts. One from the future does not, if it is to expire: the clock was set back, and its age is unknown. */
export function isExpired({ expiresAt, createdAt }: EntryMeta, now: number): boolean {
  return expiresAt !== null && (expiresAt <= now || createdAt > now + skew);
}
