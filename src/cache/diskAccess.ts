import type { GuardedConnection } from '../base/guardedConnection.ts';
import type { SqliteConnection } from '../base/sqliteConnection.ts';

/** Work on the database of a cache that never throws: what fails is counted by the guard and gives `otherwise`. */
export class DiskAccess {
  readonly guard: GuardedConnection;
  #closed = false;

  constructor(guard: GuardedConnection) {
    this.guard = guard;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }

  /** `read` without a promise, where that can be. */
  readNow<T, O>(work: (connection: SqliteConnection) => T, otherwise: O): T | O | Promise<T | O> {
    const now = this.#closed ? undefined : this.guard.readNow(work);
    return now ? now.result : this.read(work, otherwise);
  }

  read<T, O>(work: (connection: SqliteConnection) => T, otherwise: O): Promise<T | O> {
    return this.attempt(() => this.guard.execute('read', work), otherwise);
  }

  /** Does all of `work` or nothing. */
  change<T, O>(work: (connection: SqliteConnection) => T, otherwise: O): Promise<T | O> {
    return this.attempt(
      () => this.guard.execute('write', (connection) => connection.transaction(() => work(connection))),
      otherwise,
    );
  }

  async attempt<T, O>(work: () => Promise<T>, otherwise: O): Promise<T | O> {
    if (this.#closed) return otherwise;
    try {
      return await work();
    } catch (error) {
      this.guard.note(error); // of files beside the database, or a mistake of ours
      return otherwise;
    }
  }
}
