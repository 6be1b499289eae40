import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GuardedConnection } from '../base/guardedConnection.ts';
import type { Log } from '../base/log.ts';
import { apart, makeCacheFolder } from '../base/program.ts';
import { SqliteConnection } from '../base/sqliteConnection.ts';
import { callsWith, Ledger, seriesKept } from './ledger.ts';
import { putLedger, type Recorded, readAll, type WatchedProcess } from './sharedRows.ts';
import * as sql from './sharedSchema.ts';

export interface SharedStoreOptions {
  /** The cache's folder. */
  readonly directory: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const daysKept = 7;
const seriesAtOnce = 50; // some 10 ms

/** What all processes of one directory have measured, in one file. Where that cannot be, it remembers by itself. */
export class SharedStore {
  readonly #guard: GuardedConnection;
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  readonly #process: string;
  readonly #processes = new Map<string, WatchedProcess>();
  #waiting: Ledger[] = [];
  #dropAt = 0;
  #closed = false;

  constructor({ directory, log, now = Date.now }: SharedStoreOptions) {
    this.#connection = new SqliteConnection(join(directory, 'monitor-1.sqlite'), sql.sharedSchema);
    this.#now = now;
    this.#process = `${process.pid} ${now()}`;
    this.#guard = new GuardedConnection({
      connection: this.#connection,
      log,
      purpose: { file: 'monitor', holds: 'measurements' },
      prepare: () => makeCacheFolder(directory),
      now,
      retryAfter: 30_000,
    });
  }

  /** What keeps measurements from being shared, as a sentence. */
  get problem(): string | undefined {
    return this.#guard.problem;
  }

  /** Adds measurements, a few at a time so that other work comes in between; what cannot be written now is kept. */
  async write(news: Ledger): Promise<void> {
    this.#waiting = this.#waitingWith(news).split(seriesAtOnce);
    while (await this.#attempt(false, 'write', (connection) => this.#putNext(connection))) await nextTurn();
  }

  /** `write` for a process that is about to end. */
  writeNow(news: Ledger): void {
    this.#waiting = [this.#waitingWith(news)];
    if (this.#closed || this.#waiting[0]!.isEmpty) return;
    apart(() => this.#follow());
    this.#guard.executeNow((connection) => this.#putNext(connection));
  }

  /** Everything so far. */
  async read(): Promise<Recorded> {
    const empty: Recorded = {
      ...{ ledger: new Ledger(), calls: [], processes: [], noticed: new Map(), acknowledged: new Set() },
    };
    const exists = this.#connection.isOpen || apart(() => existsSync(this.#connection.path));
    const shared = exists ? await this.#attempt(empty, 'read', readAll) : empty; // looking makes no files
    const waiting = this.#waitingWith(new Ledger());
    shared.ledger.merge(waiting);
    return { ...shared, calls: callsWith(shared.calls, waiting.news, this.#process, this.#now()) };
  }

  /** Whether another process changed something since this was last asked. */
  changedElsewhere(): boolean {
    return apart(() => this.#connection.changedElsewhere());
  }

  /** Lists a process, for whoever wants to know what it uses. */
  async addProcess(watched: WatchedProcess): Promise<void> {
    const { pid, name, started } = watched;
    this.#processes.set(`${pid} ${name}`, watched);
    await this.#attempt(undefined, 'write', (connection) => void connection.all(sql.addProcess, pid, name, started));
  }

  async removeProcess({ pid, name }: WatchedProcess): Promise<void> {
    this.#processes.delete(`${pid} ${name}`);
    await this.#attempt(undefined, 'write', (connection) => void connection.all(sql.removeProcess, pid, name));
  }

  /** Since when alerts are known, by id; those not among `ids` are forgotten. */
  async notice(ids: readonly string[], at: number): Promise<void> {
    await this.#attempt(undefined, 'write', (connection) =>
      connection.transaction(() => {
        for (const id of ids) connection.all(sql.notice, id, at);
        connection.all(sql.forgetNoticed, JSON.stringify(ids));
      }),
    );
  }

  /** Notes that somebody has seen an alert; when it comes again it is a new one. */
  async acknowledge({ id, since }: { readonly id: string; readonly since: number }): Promise<void> {
    await this.#attempt(undefined, 'write', (connection) => void connection.all(sql.acknowledge, id, since));
  }

  /** Forgets every measurement. */
  async clear(): Promise<void> {
    this.#waiting = [];
    await this.#attempt(undefined, 'write', (connection) =>
      connection.transaction(() => {
        for (const statement of sql.deleteAll) connection.all(statement);
      }),
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    for (const watched of [...this.#processes.values()]) await this.removeProcess(watched);
    this.#closed = true;
    this.#connection.discard();
  }

  /** Leaves a file that was replaced or removed. */
  #follow(): void {
    if (this.#connection.isReplaced()) this.#connection.discard();
  }

  /** What was not written yet, as one. */
  #waitingWith(news: Ledger): Ledger {
    const all = new Ledger();
    for (const part of [...this.#waiting, news]) all.merge(part);
    return all;
  }

  /** Writes the first of what waits; whether there is more. */
  #putNext(connection: SqliteConnection): boolean {
    const [next] = this.#waiting;
    if (!next) return false;
    const now = this.#now();
    connection.transaction(() => {
      putLedger(connection, next, this.#process, now);
      this.#drop(connection, now);
    });
    this.#waiting.shift(); // at once: the process may end before anything else happens
    return this.#waiting.length > 0;
  }

  /** Keeps the file small; looking once a minute is enough. */
  #drop(connection: SqliteConnection, now: number): void {
    if (now < this.#dropAt) return;
    this.#dropAt = now + 60_000;
    for (const drop of sql.dropOlder) connection.all(drop, now - daysKept * 86_400_000);
    for (const drop of sql.dropBeyond) connection.all(drop, seriesKept);
  }

  /** What `work` gives, or `otherwise` when the file fails: the guard has told of it. */
  async #attempt<T>(otherwise: T, kind: 'read' | 'write', work: (connection: SqliteConnection) => T): Promise<T> {
    if (this.#closed) return otherwise;
    try {
      return await apart(() => {
        this.#follow();
        return this.#guard.execute(kind, work);
      });
    } catch {
      return otherwise;
    }
  }
}
