import { renameSync, statSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { codeOf } from './errors.ts';

/** What went wrong with the file, as far as it matters for what to do next. */
export type Fault = 'busy' | 'damaged' | 'full' | 'readonly' | 'unavailable' | 'other';

export type Row = Record<string, unknown>;

/** The one connection of this process to a database file: opened when needed, statements prepared once. */
export class SqliteConnection {
  readonly path: string;
  readonly #schema: string;
  readonly #busyTimeout: number;
  readonly #statements = new Map<string, StatementSync>();
  #database: DatabaseSync | null = null;
  #isPatient = true;
  #file: string | undefined;
  #version: unknown;

  /** `busyTimeout` is how long, in milliseconds, the event loop may wait for another process. */
  constructor(path: string, schema: string, busyTimeout = 10) {
    this.path = path;
    this.#schema = schema;
    this.#busyTimeout = busyTimeout;
  }

  get isOpen(): boolean {
    return this.#database !== null;
  }

  /** Whether the event loop waits at all for another process; true until told otherwise. */
  set isPatient(isPatient: boolean) {
    if (isPatient === this.#isPatient) return;
    this.#isPatient = isPatient;
    this.#database?.exec(`PRAGMA busy_timeout = ${this.#timeout}`);
  }

  /** Rows of a query; none for a statement that gives no rows. */
  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...parameters);
  }

  /** The first row of a query. */
  first(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...parameters);
  }

  /** What the only column of a query has in the first row: without an object of the row, which would take a quarter of the time. */
  only(sql: string, ...parameters: SQLInputValue[]): unknown {
    const row: unknown = this.#statement(sql, true).get(...parameters);
    return Array.isArray(row) ? row[0] : Object.values(row ?? {})[0];
  }

  /** How many rows a statement changed, and the id of the last one that it inserted. */
  run(sql: string, ...parameters: SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...parameters);
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  /** All of `work` or nothing. It must not wait. */
  transaction<T>(work: () => T): T {
    const database = this.#open();
    this.first('BEGIN IMMEDIATE'); // `run` takes the time to make an object
    try {
      const result = work();
      this.first('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Whether another connection changed anything since this was last asked, or the file was opened. Never throws. */
  changedElsewhere(): boolean {
    if (!this.#database) return false;
    try {
      const version = this.first('PRAGMA data_version')?.data_version;
      const changed = this.#version !== undefined && version !== this.#version;
      this.#version = version;
      return changed;
    } catch {
      return false; // whoever reads next meets the fault
    }
  }

  close(): void {
    this.#version = undefined;
    this.#statements.clear();
    this.#database?.close();
    this.#database = null;
  }

  /** Whether the path leads to another file than the one that is open. */
  isReplaced(): boolean {
    return this.#database !== null && identityOf(this.path) !== this.#file;
  }

  /** Closes, whatever state the file is in; the next use opens it anew. */
  discard(): void {
    try {
      this.close();
    } catch {
      this.#database = null; // a damaged file may refuse a proper end
    }
  }

  /** Discards, and renames the file unless another process has replaced it already; gives the new name. */
  setAside(suffix: string): string | undefined {
    const opened = this.#file;
    this.discard();
    if (opened !== undefined && identityOf(this.path) !== opened) return undefined;
    const aside = `${this.path}.damaged-${suffix}`;
    for (const part of ['', '-wal', '-shm']) renameIfThere(`${this.path}${part}`, `${aside}${part}`);
    return aside;
  }

  get #timeout(): number {
    return this.#isPatient ? this.#busyTimeout : 0;
  }

  #statement(sql: string, isBare = false): StatementSync {
    const database = this.#open();
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    if (isBare) statement.setReturnArrays?.(true); // which Node has from 22.16 on
    if (this.#statements.size < 100) this.#statements.set(sql, statement); // batches make many texts
    return statement;
  }

  #open(): DatabaseSync {
    if (this.#database) return this.#database;
    const sqlite = process.getBuiltinModule('node:sqlite');
    if (!sqlite) throw Object.assign(new Error('this Node has no node:sqlite'), { code: 'ENOSYS' });
    this.#file = undefined;
    this.#database = this.#openToWrite(sqlite.DatabaseSync) ?? this.#openToRead(sqlite.DatabaseSync);
    this.#file = identityOf(this.path);
    this.changedElsewhere();
    return this.#database;
  }

  /** Null where the file is there, but nothing can be written. */
  #openToWrite(Database: typeof DatabaseSync): DatabaseSync | null {
    let database: DatabaseSync | undefined;
    try {
      database = new Database(this.path, { timeout: this.#timeout });
      this.#file = identityOf(this.path);
      prepare(database, this.#schema);
      return database;
    } catch (error) {
      database?.close();
      if (['readonly', 'unavailable'].includes(faultOf(error)) && sizeOf(this.path) > 0) return null;
      throw error;
    }
  }

  #openToRead(Database: typeof DatabaseSync): DatabaseSync {
    const location = pathToFileURL(this.path);
    // Beside a database in WAL mode two files must be there, or can be made, unless it is told that nobody writes.
    if (sizeOf(`${this.path}-wal`) === 0) location.searchParams.set('immutable', '1');
    const database = new Database(location, { readOnly: true });
    try {
      database.prepare('SELECT 1 FROM sqlite_schema').get();
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }
}

/** What an error of the connection means. */
export function faultOf(error: unknown): Fault {
  const number = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  switch (number) {
    case 5: // BUSY
    case 6: // LOCKED
      return 'busy';
    case 11: // CORRUPT
    case 26: // NOTADB
      return 'damaged';
    case 13: // FULL
      return 'full';
    case 8: // READONLY
      return 'readonly';
    case 10: // IOERR
    case 14: // CANTOPEN
      return 'unavailable';
    default:
      if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') return 'full';
      return /^E[A-Z]+$/.test(codeOf(error) ?? '') ? 'unavailable' : 'other'; // EACCES, ENOTDIR and their like
  }
}

/** Settings for a cache: losing the last moments at a power cut is fine, waiting and growing are not. */
function prepare(database: DatabaseSync, schema: string): void {
  const isNew = hasNoTables(database);
  if (isNew) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  const mode = database.prepare('PRAGMA journal_mode').get()?.journal_mode;
  if (mode !== 'wal') database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000');
  database.exec('PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 8388608'); // pages written often, copied less
  if (!isNew) return;
  database.exec('BEGIN IMMEDIATE');
  if (hasNoTables(database)) database.exec(`${schema}; PRAGMA user_version = 1`); // another process may have been first
  database.exec('COMMIT');
}

function hasNoTables(database: DatabaseSync): boolean {
  return database.prepare('PRAGMA user_version').get()?.user_version === 0;
}

function identityOf(path: string): string | undefined {
  const info = statSync(path, { throwIfNoEntry: false, bigint: true });
  return info && `${info.dev}:${info.ino}`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
