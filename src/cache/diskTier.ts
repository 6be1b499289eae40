import { KeyvSqlite } from '@keyv/sqlite';
import Keyv from 'keyv';
import { GuardedConnection } from '../base/guardedConnection.ts';
import type { Log } from '../base/log.ts';
import { SqliteConnection } from '../base/sqliteConnection.ts';
import { decode, encode } from './codec.ts';
import type { CountStore, Counts } from './counters.ts';
import * as sql from './diskSchema.ts';
import { readTotal, removeAll, removeExcess } from './diskUpkeep.ts';
import type { Seal } from './seal.ts';
import { sqliteDriver } from './sqliteDriver.ts';
import { type Entry, type EntryFilter, isExpired, type Tier, type TierName, type TierStats } from './tier.ts';

export interface DiskTierOptions {
  /** The database file. */
  readonly path: string;
  /** How many bytes all values together may take. */
  readonly maxBytes: number;
  readonly seal: Seal;
  readonly log: Log;
  /** Makes the folder; called before each attempt to open the file. */
  readonly prepare?: () => void;
  readonly now?: () => number;
  /** How long to leave a file alone that could not be opened, in milliseconds. */
  readonly retryAfter?: number;
}

interface Stored {
  readonly key: string;
  readonly entry: Entry;
}

/** Entries in a SQLite file, shared by processes, kept through restarts, limited in size. */
export class DiskTier implements Tier, CountStore {
  readonly name: TierName = 'disk';
  readonly #connection: SqliteConnection;
  readonly #guard: GuardedConnection;
  readonly #seal: Seal;
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #used = new Map<string, number>();
  #keyv: Promise<Keyv> | null = null;
  #upkeep: Promise<void> | null = null;
  #closed = false;

  constructor({ path, maxBytes, seal, log, prepare = () => {}, now = Date.now, retryAfter = 30_000 }: DiskTierOptions) {
    this.#connection = new SqliteConnection(path, sql.diskSchema);
    this.#guard = new GuardedConnection({
      connection: this.#connection,
      log,
      purpose: { file: 'cache', holds: 'results' },
      prepare,
      now,
      retryAfter,
    });
    this.#seal = seal;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  async get(key: string): Promise<Entry | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const keyv = await this.#open();
    if (!keyv) return keys.map(() => undefined);
    const [first = ''] = keys;
    const found = keys.length === 1 ? [await keyv.get<Stored>(first)] : await keyv.getMany<Stored>([...keys]);
    const now = this.#now();
    return keys.map((key, index) => {
      const stored = found[index];
      if (stored?.key !== key || isExpired(stored.entry.meta, now)) return undefined;
      this.#used.set(key, now);
      return stored.entry;
    });
  }

  async set(key: string, entry: Entry): Promise<void> {
    const keyv = await this.#open();
    const ttl = entry.meta.expiresAt === null ? undefined : entry.meta.expiresAt - Date.now();
    if (!keyv) return;
    if (ttl !== undefined && ttl <= 0) await this.delete(key);
    else if (await keyv.set(key, { key, entry } satisfies Stored, ttl)) await this.#keepWithinLimit();
  }

  async delete(key: string): Promise<boolean> {
    return (await (await this.#open())?.delete(key)) ?? false;
  }

  async clear(): Promise<void> {
    await this.#attempt(undefined, () => removeAll(this.#guard));
  }

  async keys({ prefix = '', tags }: EntryFilter = {}): Promise<string[]> {
    const end = prefix === '' ? null : `${prefix}\u{10ffff}`;
    const rows = await this.#attempt([], () =>
      this.#guard.execute('read', (connection) =>
        tags
          ? connection.all(sql.keysTagged, prefix, end, this.#now(), JSON.stringify(tags))
          : connection.all(sql.keysBetween, prefix, end, this.#now()),
      ),
    );
    return rows.map((row) => String(row.key));
  }

  async stats(): Promise<TierStats> {
    const total = await this.#attempt(undefined, () => readTotal(this.#guard));
    const { errors, problem } = this.#guard;
    return { ...(total ?? { entries: 0, bytes: 0 }), errors, ...(problem !== undefined && { problem }) };
  }

  /** Adds to the sums that all processes share, and notes which entries were used; false when that failed. */
  async addCounts(counts: Counts): Promise<boolean> {
    if (this.#connection.isReplaced()) this.#connection.discard();
    const used = [...this.#used];
    this.#used.clear();
    return this.#attempt(false, () =>
      this.#guard.execute('write', (connection) =>
        connection.transaction(() => {
          for (const [key, at] of used) connection.all(sql.noteUse, at, key);
          return putCounts(connection, counts);
        }),
      ),
    );
  }

  addCountsNow(counts: Counts): boolean {
    if (this.#closed) return false;
    return this.#guard.executeNow((connection) => connection.transaction(() => putCounts(connection, counts))) ?? false;
  }

  /** The sums of all processes so far; undefined when they cannot be read. */
  async counts(): Promise<Counts | undefined> {
    const rows = await this.#attempt(undefined, () =>
      this.#guard.execute('read', (connection) => connection.all(sql.readCounts)),
    );
    if (!rows) return undefined;
    const counts: Record<string, Record<string, number>> = {};
    for (const { tier, name, value } of rows) {
      counts[String(tier)] = { ...counts[String(tier)], [String(name)]: Number(value) };
    }
    return counts;
  }

  changedElsewhere(): boolean {
    return this.#connection.changedElsewhere();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#upkeep;
    this.#connection.discard();
  }

  /** Keyv on our connection, made once that can be opened: what fails inside the adapter at first would stay so. */
  async #open(): Promise<Keyv | null> {
    if (this.#closed) return null;
    this.#keyv ??= this.#connect();
    const opening = this.#keyv;
    return opening.catch(() => {
      if (this.#keyv === opening) this.#keyv = null;
      return null;
    });
  }

  async #connect(): Promise<Keyv> {
    const driver = sqliteDriver({
      execute: (kind, work) => this.#guard.execute(kind, work),
      pack: (value) => this.#seal.seal(encode(value).bytes),
      unpack: (bytes) => unpack(this.#seal, bytes),
      written: (connection, key, value) => note(connection, key, value as { value: Stored }), // what Keyv wraps values in
    });
    const store = new KeyvSqlite({ uri: `sqlite://${this.#connection.path}`, driver });
    store.on('error', ignore);
    await store.ready;
    const keyv = new Keyv({ store, serialization: false });
    keyv.on('error', ignore);
    return keyv;
  }

  async #keepWithinLimit(): Promise<void> {
    const total = await this.#attempt(undefined, () => readTotal(this.#guard));
    if (!total || total.bytes <= this.#maxBytes) return;
    this.#upkeep ??= this.#attempt(undefined, () => removeExcess(this.#guard, this.#maxBytes, this.#now())).finally(
      () => {
        this.#upkeep = null;
      },
    );
    await this.#upkeep;
  }

  /** What `work` gives, or `otherwise` when the file fails: the guard has counted it. */
  async #attempt<T>(otherwise: T, work: () => Promise<T>): Promise<T> {
    if (this.#closed) return otherwise;
    try {
      return await work();
    } catch {
      return otherwise;
    }
  }
}

function putCounts(connection: SqliteConnection, counts: Counts): true {
  for (const [tier, sums] of Object.entries(counts)) {
    for (const [name, value] of Object.entries(sums)) connection.all(sql.addCount, tier, name, value);
  }
  return true;
}

function unpack(seal: Seal, bytes: Uint8Array): unknown {
  try {
    const content = seal.unseal(bytes);
    return content && decode(content);
  } catch {
    return undefined;
  }
}

function note(connection: SqliteConnection, key: string, { value: { entry } }: { value: Stored }): void {
  connection.all(sql.noteEntry, entry.meta.savedMs, entry.meta.lastUsed, key);
  connection.all(sql.forgetTags, key);
  for (const tag of entry.meta.tags) connection.all(sql.noteTag, tag, key);
}

/** Keyv throws where nobody listens for errors; ours are counted where they happen. */
function ignore(): void {}
