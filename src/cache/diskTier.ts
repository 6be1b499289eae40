import { join } from 'node:path';
import { GuardedConnection } from '../base/guardedConnection.ts';
import type { Log } from '../base/log.ts';
import { SqliteConnection } from '../base/sqliteConnection.ts';
import { encode } from './codec.ts';
import { DiskAccess } from './diskAccess.ts';
import { DiskCounts } from './diskCounts.ts';
import { DiskEntries } from './diskEntries.ts';
import { DiskLeases } from './diskLeases.ts';
import { DiskRoom } from './diskRoom.ts';
import { deleteRow } from './diskRow.ts';
import { scan } from './diskScan.ts';
import * as sql from './diskSchema.ts';
import { removeAll, removeFilesOf, removeOlder, shrink, sumOf } from './diskUpkeep.ts';
import { checkFile, findDamaged, type Verification } from './diskVerify.ts';
import { EntryFiles } from './entryFiles.ts';
import { networkProblem } from './networkFolder.ts';
import { Owed } from './owed.ts';
import { prefixOf } from './pattern.ts';
import type { Seal } from './seal.ts';
import {
  type Entry,
  type EntryFilter,
  type EntryInfo,
  isExpired,
  type Lease,
  type Tier,
  type TierStats,
} from './tier.ts';

export interface DiskTierOptions {
  /** The folder that the database and the files of large values lie in. */
  readonly directory: string;
  /** How many bytes all values together may take. */
  readonly maxBytes: number;
  /** How many entries there may be: 200,000 unless given, as whoever removes some looks through all. */
  readonly maxEntries?: number;
  /** Whether large values are compressed; true unless given. */
  readonly compression?: boolean;
  readonly seal: Seal;
  readonly log: Log;
  /** Makes the folder; called before each attempt to open the file. */
  readonly prepare?: () => void;
  readonly now?: () => number;
  /** How long to leave a file alone that could not be opened, in milliseconds. */
  readonly retryAfter?: number;
}

/** The database in a cache's folder. The number is that of its tables. */
export const DATABASE = 'records-2.sqlite';

/** Entries in a SQLite file, shared by processes, kept through restarts, limited in size. */
export class DiskTier implements Tier {
  readonly name = 'disk';
  /** The sums of all processes that share the file. */
  readonly counts: DiskCounts;
  readonly #connection: SqliteConnection;
  readonly #access: DiskAccess;
  readonly #files: EntryFiles;
  readonly #entries: DiskEntries;
  readonly #leases: DiskLeases;
  readonly #now: () => number;
  readonly #room: DiskRoom;
  readonly #owed: Owed;
  #placeProblem: string | undefined;

  constructor(options: DiskTierOptions) {
    const { directory, seal, log, prepare = () => {}, now = Date.now, retryAfter = 30_000 } = options;
    const { maxBytes, maxEntries = 200_000, compression = true } = options;
    const connection = new SqliteConnection(join(directory, DATABASE), sql.diskSchema);
    const purpose = { file: 'cache', holds: 'results' };
    const prepareAndLook = () => {
      prepare();
      if (this.#placeProblem !== undefined) return;
      this.#placeProblem = networkProblem(directory);
      if (this.#placeProblem !== undefined) log.warn(this.#placeProblem);
    };
    const guarded = { connection, log, purpose, prepare: prepareAndLook, now, retryAfter };
    this.#connection = connection;
    this.#access = new DiskAccess(new GuardedConnection(guarded));
    this.#files = new EntryFiles(join(directory, 'entries'), compression);
    this.#entries = new DiskEntries({ access: this.#access, files: this.#files, seal, now });
    this.#leases = new DiskLeases(this.#access, now);
    this.counts = new DiskCounts(this.#access, connection, now);
    const limits = { maxBytes, maxEntries };
    this.#room = new DiskRoom({ access: this.#access, files: this.#files, limits, now });
    this.#now = now;
    this.#owed = new Owed(now);
  }

  async get(key: string): Promise<Entry | undefined> {
    const reading = this.#entries.read(key);
    const entry = reading instanceof Promise ? await reading : reading;
    if (!entry || (!this.#owed.isEmpty && this.#owed.covers(key, entry.meta))) return undefined;
    this.counts.use(key);
    this.#room.use(key, entry.meta);
    return entry;
  }

  getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async set(key: string, entry: Entry, encoded = encode(entry.value).bytes): Promise<void> {
    if (isExpired(entry.meta, this.#now())) return void (await this.delete(key));
    const writing = this.#entries.write(key, entry, encoded);
    const isWritten = writing instanceof Promise ? await writing : writing;
    if (!isWritten) this.#owed.addKeys([key]);
    else if (!this.#owed.isEmpty) await this.#payOwed();
    const tidying = this.#room.take(key, entry.meta, encoded.length);
    if (tidying) await tidying;
  }

  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) > 0;
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    let count = 0;
    for (let at = 0; at < keys.length; at += 200) {
      const some = keys.slice(at, at + 200);
      const remove = (connection: SqliteConnection) => some.flatMap((key) => deleteRow(connection, key));
      const rows = await this.#access.change(remove, null);
      if (rows === null) this.#owed.addKeys(some);
      count += rows?.length ?? 0;
      await removeFilesOf(this.#files, rows ?? []);
    }
    return count;
  }

  async invalidate(filter: EntryFilter): Promise<string[]> {
    await this.#leases.revoke(prefixOf(filter));
    const entries = await scan(this.#access, filter, this.#now());
    if (!entries) this.#owed.add(filter);
    const keys = entries?.map(({ key }) => key) ?? [];
    await this.deleteMany(keys);
    return keys;
  }

  async clear(prefix = ''): Promise<void> {
    const { guard } = this.#access;
    await this.#leases.revoke(prefix);
    const isDone = await this.#access.attempt(async () => {
      await removeAll(guard, this.#files, prefix);
      await shrink(guard);
      return true;
    }, false);
    if (!isDone) this.#owed.add({ prefix });
    await this.collect();
  }

  async list(filter: EntryFilter = {}): Promise<EntryInfo[]> {
    const entries = (await scan(this.#access, filter, this.#now())) ?? [];
    return entries.filter(({ key, meta }) => !this.#owed.covers(key, meta));
  }

  async stats(prefix = ''): Promise<TierStats> {
    const { guard } = this.#access;
    const sum = await this.#access.attempt(() => sumOf(guard, prefix), { entries: 0, bytes: 0 });
    const problem = guard.problem ?? this.#placeProblem;
    return { ...sum, errors: guard.errors, ...(problem !== undefined && { problem }) };
  }

  lease(key: string): Promise<Lease | null> {
    return this.#leases.take(key);
  }

  /** Removes files that no entry refers to. */
  async collect(): Promise<{ files: number; bytes: number }> {
    const rows = await this.#access.read((connection) => connection.all(sql.readFiles), null);
    const kept = new Set(rows?.map(({ file }) => String(file)));
    return this.#files.collect((name) => rows === null || kept.has(name), this.#now());
  }

  /** Looks at everything, and removes what cannot be believed or read; undefined where the file cannot be. */
  async verify(): Promise<Verification | undefined> {
    const { guard } = this.#access;
    return this.#access.attempt(async () => {
      const file = await checkFile(guard);
      const { entries, damaged } = await findDamaged(guard, (key, content) => this.#entries.isSound(key, content));
      await this.deleteMany(damaged);
      const orphans = (await this.collect()).files;
      return { entries, damaged, orphans, file };
    }, undefined);
  }

  changedElsewhere(): boolean {
    return this.#connection.changedElsewhere();
  }

  async close(): Promise<void> {
    await this.#room.settle();
    await this.#payOwed();
    this.#access.close();
    this.#connection.discard();
  }

  /** Removes what could not be removed before, unless it has been written since. */
  #payOwed(): Promise<void> {
    return this.#owed.pay(async () => {
      const entries = await scan(this.#access, {}, this.#now());
      const gone = entries?.filter(({ key, meta }) => this.#owed.covers(key, meta));
      return gone !== undefined && removeOlder(this.#access, this.#files, gone);
    });
  }
}
