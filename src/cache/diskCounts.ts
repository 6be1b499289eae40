import type { SqliteConnection } from '../base/sqliteConnection.ts';
import type { CountStore, Counts } from './counters.ts';
import type { DiskAccess } from './diskAccess.ts';
import * as sql from './diskSchema.ts';

/** The sums of all processes that share a database, and how often its entries were used. */
export class DiskCounts implements CountStore {
  readonly #access: DiskAccess;
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  #used = new Map<string, { hits: number }>();

  constructor(access: DiskAccess, connection: SqliteConnection, now: () => number) {
    this.#access = access;
    this.#connection = connection;
    this.#now = now;
  }

  /** Notes the use of an entry; written with the sums. */
  use(key: string): void {
    const used = this.#used.get(key);
    if (used) used.hits += 1;
    else this.#used.set(key, { hits: 1 });
  }

  /** False when the sums could not be added. */
  addCounts(counts: Counts): Promise<boolean> {
    if (this.#connection.isReplaced()) this.#connection.discard();
    const used = this.#used;
    this.#used = new Map();
    const now = this.#now();
    return this.#access.change((connection) => {
      for (const [key, { hits }] of used) connection.run(sql.noteUse, key, now, hits);
      return putCounts(connection, counts);
    }, false);
  }

  addCountsNow(counts: Counts): boolean {
    if (this.#access.isClosed) return false;
    const put = (connection: SqliteConnection) => connection.transaction(() => putCounts(connection, counts));
    return this.#access.guard.executeNow(put) ?? false;
  }

  /** The sums of all processes so far; undefined when they cannot be read. */
  async counts(): Promise<Counts | undefined> {
    const rows = await this.#access.read((connection) => connection.all(sql.readCounts), undefined);
    if (!rows) return undefined;
    const counts: Record<string, Record<string, number>> = {};
    for (const { tier, name, value } of rows) {
      counts[String(tier)] = { ...counts[String(tier)], [String(name)]: Number(value) };
    }
    return counts;
  }
}

function putCounts(connection: SqliteConnection, counts: Counts): true {
  for (const [tier, sums] of Object.entries(counts)) {
    for (const [name, value] of Object.entries(sums)) connection.run(sql.addCount, tier, name, value);
  }
  return true;
}
