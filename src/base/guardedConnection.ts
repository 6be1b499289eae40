import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import { type Fault, faultOf, type SqliteConnection } from './sqliteConnection.ts';

export interface GuardedConnectionOptions {
  readonly connection: SqliteConnection;
  readonly log: Log;
  /** What the file is for, in messages: `cache` and `results`. */
  readonly purpose: { readonly file: string; readonly holds: string };
  /** Makes the folder; called before each attempt to open the file. */
  readonly prepare: () => void;
  readonly now: () => number;
  /** How long to leave a file alone that could not be opened, in milliseconds. */
  readonly retryAfter: number;
}

const pauses = [5, 10, 20, 40, 80, 160, 320]; // ms between tries while another process writes
const shortPauses = [50]; // the same where it was in vain the last time
const damagedKept = 2;
const lastTries = 20; // each waits for the connection's own timeout

/** Keeps a connection useful whatever happens to its file: waits, replaces, gives up for a while, and says so once. */
export class GuardedConnection {
  readonly #options: GuardedConnectionOptions;
  #errors = 0;
  #told: unknown;
  readonly #counted = new WeakSet<object>();
  #trouble: { readonly fault: Fault; readonly kind: 'read' | 'write'; readonly text: string } | null = null;
  #notice: string | undefined;
  #retryAt = 0;
  #reopenAt = 0;
  readonly #isLocked = { read: false, write: false };
  readonly #trying: { read: Promise<boolean> | null; write: Promise<boolean> | null } = { read: null, write: null };
  #busySince: number | null = null;

  constructor(options: GuardedConnectionOptions) {
    this.#options = options;
  }

  /** How many pieces of work failed. */
  get errors(): number {
    return this.#errors;
  }

  /** What is wrong, as a sentence, until it works again; that a damaged file was replaced is told for good. */
  get problem(): string | undefined {
    return this.#trouble?.text ?? this.#notice;
  }

  /**
   * Does `work` without waiting inside; rejects, and counts, where it cannot be done. While another process has the file
   * locked, one piece of work tries again and again, the others wait for how that goes.
   */
  async execute<T>(kind: 'read' | 'write', work: (connection: SqliteConnection) => T): Promise<T> {
    if (this.#isHogging()) await nextTurn();
    for (let trying = this.#trying[kind]; trying; trying = this.#trying[kind]) {
      if (!(await trying)) throw this.#failed(kind, 'busy', locked());
    }
    if (this.#isLeftAlone()) throw this.#told;
    try {
      return this.#try(kind, work);
    } catch (error) {
      if (faultOf(error) !== 'busy') throw this.#failed(kind, faultOf(error), error);
      return this.#tryAgain(kind, work);
    }
  }

  async #tryAgain<T>(kind: 'read' | 'write', work: (connection: SqliteConnection) => T): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#trying[kind] = promise;
    try {
      for (const pause of this.#isLocked[kind] ? shortPauses : pauses) {
        await sleep(pause);
        try {
          return this.#try(kind, work);
        } catch (error) {
          if (faultOf(error) !== 'busy') throw this.#failed(kind, faultOf(error), error);
        }
      }
      this.#noteLock(kind, true);
      throw this.#failed(kind, 'busy', locked());
    } finally {
      this.#trying[kind] = null;
      resolve(!this.#isLocked[kind]);
    }
  }

  /** Does `work`, on a new file where the one there is damaged. */
  #try<T>(kind: 'read' | 'write', work: (connection: SqliteConnection) => T): T {
    const { connection, prepare } = this.#options;
    for (let replaced = false; ; replaced = true) {
      try {
        if (!connection.isOpen) prepare();
        const result = work(connection);
        this.#worked(kind);
        return result;
      } catch (error) {
        if (replaced || faultOf(error) !== 'damaged' || !this.#replace(error)) throw error;
      }
    }
  }

  /** What `work` gives, where it can be done at once; else undefined: `execute` waits, repairs and says what is wrong. */
  now<T>(kind: 'read' | 'write', work: (connection: SqliteConnection) => T): { readonly result: T } | undefined {
    const { connection } = this.#options;
    if (this.#trouble || this.#trying[kind] || !connection.isOpen || this.#isHogging()) return undefined;
    try {
      return { result: work(connection) };
    } catch {
      return undefined;
    }
  }

  /** Counts and tells a failure around the file, unless it was one of the file itself, which has been told. */
  note(error: unknown): void {
    if (!this.#counted.has(Object(error))) this.#failed('write', faultOf(error), error);
  }

  /** `execute` for a process that is about to end: it waits inside, briefly; undefined where it cannot be done. */
  executeNow<T>(work: (connection: SqliteConnection) => T): T | undefined {
    const { connection, prepare } = this.#options;
    if (this.#isLeftAlone()) return undefined;
    connection.isPatient = true;
    for (let turn = 0; turn < lastTries; turn += 1) {
      try {
        if (!connection.isOpen) prepare();
        return work(connection);
      } catch (error) {
        if (faultOf(error) !== 'busy') return undefined;
      }
    }
    return undefined;
  }

  /** Whether the file could not be opened a moment ago; a clock that was set back does not make that last. */
  #isLeftAlone(): boolean {
    const left = this.#retryAt - this.#options.now();
    return left > 0 && left <= this.#options.retryAfter;
  }

  /** Whether work has followed work for a while without anything else having its turn: awaiting alone gives none. */
  #isHogging(): boolean {
    if (this.#busySince !== null) return performance.now() - this.#busySince > 10;
    this.#busySince = performance.now();
    setImmediate(() => {
      this.#busySince = null;
    });
    return false;
  }

  /** Where a lock outlasted all tries, the next ones do not wait for it inside. */
  #noteLock(kind: 'read' | 'write', isLocked: boolean): void {
    this.#isLocked[kind] = isLocked;
    this.#options.connection.isPatient = !this.#isLocked.read && !this.#isLocked.write;
  }

  #worked(kind: 'read' | 'write'): void {
    this.#noteLock(kind, false);
    if (!this.#trouble || (kind === 'read' && this.#trouble.kind === 'write')) return;
    this.#trouble = null;
    this.#options.log.info(`The ${this.#options.purpose.file} file works again.`);
  }

  #failed(kind: 'read' | 'write', fault: Fault, error: unknown): unknown {
    const { connection, log, purpose, now, retryAfter } = this.#options;
    this.#errors += 1;
    this.#told = error;
    this.#counted.add(Object(error));
    if (fault === 'unavailable') {
      connection.discard();
      this.#retryAt = now() + retryAfter;
    }
    if (fault === 'readonly' && Math.abs(now() - this.#reopenAt) >= retryAfter) {
      connection.discard(); // the next use sees whether it can be written again
      this.#reopenAt = now();
    }
    if (this.#trouble?.fault === fault) return error;
    this.#trouble = { fault, kind, text: describe(fault, purpose, connection.path, messageOf(error)) };
    if (fault === 'other') log.error(this.#trouble.text, error);
    else log.warn(this.#trouble.text);
    return error;
  }

  /** Puts a damaged file out of the way; false when it cannot be moved. */
  #replace(error: unknown): boolean {
    const { connection, log, purpose, now } = this.#options;
    this.#errors += 1;
    try {
      const aside = connection.setAside(new Date(now()).toISOString().replaceAll(/[:.]/g, '-'));
      if (aside === undefined) return true; // another process was first
      this.#notice = `The ${purpose.file} file ${connection.path} was damaged (${messageOf(error)}). It was renamed to ${basename(aside)}, and a new one was begun.`;
      log.warn(this.#notice);
      removeOldest(connection.path);
      return true;
    } catch (renameError) {
      this.#failed('read', 'unavailable', renameError);
      return false;
    }
  }
}

function locked(): Error {
  return new Error('database is locked');
}

type Purpose = GuardedConnectionOptions['purpose'];

function describe(fault: Fault, { file, holds }: Purpose, path: string, message: string): string {
  const remedy =
    'Choose another folder with MEMOIR_CACHE_DIR or the setting memoir.cache.directory, or repair this one.';
  switch (fault) {
    case 'busy':
      return `The ${file} file ${path} is locked by another process (${message}), so some ${holds} are not kept.`;
    case 'full':
      return `The disk of the ${file} file ${path} is full (${message}), so new ${holds} are kept only until Memoir stops. Free some space.`;
    case 'readonly':
      return `The ${file} file ${path} cannot be written (${message}), so new ${holds} are kept only until Memoir stops. ${remedy}`;
    case 'unavailable':
      return `The ${file} folder ${dirname(path)} cannot be used (${message}), so ${holds} are kept only until Memoir stops. ${remedy}`;
    default:
      return `The ${file} file ${path} failed (${message}).`;
  }
}

/** Removes damaged files but the newest few. */
function removeOldest(path: string): void {
  const folder = dirname(path);
  const stem = `${basename(path)}.damaged-`;
  const stamps = new Set(
    readdirSync(folder)
      .filter((name) => name.startsWith(stem))
      .map((name) => name.slice(stem.length).replace(/-(wal|shm)$/, '')),
  );
  for (const stamp of [...stamps].sort().slice(0, -damagedKept)) {
    for (const part of ['', '-wal', '-shm']) rmSync(join(folder, `${stem}${stamp}${part}`), { force: true });
  }
}
