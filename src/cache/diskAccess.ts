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

  /** Without a promise where that can be: awaiting costs as much as a small piece of work. */
  now<T, O>(kind: 'read' | 'write', work: (connection: SqliteConnection) => T, otherwise: O): T | O | Promise<T | O> {
    const done = this.#closed ? undefined : this.guard.now(kind, work);
    return done ? done.result : this.attempt(() => this.guard.execute(kind, work), otherwise);
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
