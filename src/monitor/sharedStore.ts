import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GuardedConnection } from '../base/guardedConnection.ts';
import type { Log } from '../base/log.ts';
import { apart, makeCacheFolder } from '../base/program.ts';
import { type Row, SqliteConnection } from '../base/sqliteConnection.ts';
import { addNews, type CallFigures, newCalls } from './calls.ts';
import { callsWith, type Kind, kinds, Ledger, seriesKept } from './ledger.ts';
import * as sql from './sharedSchema.ts';
import { Tally, type TallyData } from './tally.ts';

/** A process that is being measured, or that a measured one has started. */
export interface WatchedProcess {
  readonly pid: number;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** Everything that all processes of a directory have measured. */
export interface Recorded {
  readonly ledger: Ledger;
  readonly calls: readonly CallFigures[];
  readonly processes: readonly WatchedProcess[];
  /** Since when alerts whose evidence has no time of its own are known, by id. */
  readonly noticed: ReadonlyMap<string, number>;
  /** Alerts that somebody has seen, as `id since`. */
  readonly acknowledged: ReadonlySet<string>;
}

export interface SharedStoreOptions {
  /** The cache's folder. */
  readonly directory: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const daysKept = 7;

/** What all processes of one directory have measured, in one file. Where that cannot be, it remembers by itself. */
export class SharedStore {
  readonly #guard: GuardedConnection;
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  readonly #process: string;
  readonly #processes = new Map<string, WatchedProcess>();
  #unwritten = new Ledger();
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

  /** Adds measurements; what cannot be written now is kept for the next time. */
  async write(news: Ledger): Promise<void> {
    this.#unwritten.merge(news);
    const writing = this.#unwritten;
    this.#unwritten = new Ledger();
    if (await this.#attempt(false, 'write', (connection) => this.#put(connection, writing))) return;
    writing.merge(this.#unwritten);
    this.#unwritten = writing;
  }

  /** `write` for a process that is about to end. */
  writeNow(news: Ledger): void {
    this.#unwritten.merge(news);
    if (this.#closed || this.#unwritten.isEmpty) return;
    apart(() => this.#follow());
    if (this.#guard.executeNow((connection) => this.#put(connection, this.#unwritten))) this.#unwritten = new Ledger();
  }

  /** Everything so far. */
  async read(): Promise<Recorded> {
    const empty: Recorded = {
      ...{ ledger: new Ledger(), calls: [], processes: [], noticed: new Map(), acknowledged: new Set() },
    };
    const exists = this.#connection.isOpen || apart(() => existsSync(this.#connection.path));
    const shared = exists ? await this.#attempt(empty, 'read', readAll) : empty; // looking makes no files
    shared.ledger.merge(this.#unwritten);
    return { ...shared, calls: callsWith(shared.calls, this.#unwritten.news, this.#process, this.#now()) };
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
    this.#unwritten = new Ledger();
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

  /** True when everything was written. */
  #put(connection: SqliteConnection, ledger: Ledger): boolean {
    const now = this.#now();
    connection.transaction(() => {
      for (const name of ledger.forgotten) connection.all(sql.forgetSeries, 'operation', name);
      for (const kind of kinds)
        for (const [name, tally] of ledger.tallies(kind)) putTally(connection, kind, name, tally);
      for (const news of ledger.news) {
        const known = parse<CallFigures>(connection.all(sql.readCalls, news.name)[0]);
        const calls = addNews(known ?? newCalls(news.name, this.#process, now), news, this.#process, now);
        connection.all(sql.writeCalls, news.name, now, JSON.stringify(calls));
      }
      this.#drop(connection, now);
    });
    return true;
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

function putTally(connection: SqliteConnection, kind: Kind, name: string, news: Tally): void {
  const known = parse<TallyData>(connection.all(sql.readSeries, kind, name)[0]);
  if (!known && news.count === 0) return; // the recovery of what never failed
  const tally = known ? Tally.fromData(known) : new Tally();
  tally.merge(news);
  connection.all(sql.writeSeries, kind, name, tally.lastAt, JSON.stringify(tally.toData()));
}

function readAll(connection: SqliteConnection): Recorded {
  const ledger = new Ledger();
  for (const row of connection.all(sql.allSeries)) {
    const data = parse<TallyData>(row);
    if (data) ledger.tally(row.kind as Kind, String(row.name)).merge(Tally.fromData(data)); // written by `putTally`
  }
  return {
    ledger,
    calls: connection.all(sql.allCalls).flatMap((row) => parse<CallFigures>(row) ?? []),
    processes: connection
      .all(sql.allProcesses)
      .map(({ pid, name, started }) => ({ pid: Number(pid), name: String(name), started: Number(started) })),
    noticed: new Map(connection.all(sql.allNoticed).map(({ alert, since }) => [String(alert), Number(since)])),
    acknowledged: new Set(connection.all(sql.allAcknowledged).map(({ alert, since }) => `${alert} ${since}`)),
  };
}

/** What a row holds; undefined for what was damaged: it begins anew. */
function parse<T>(row: Row | undefined): T | undefined {
  if (!row) return undefined;
  try {
    return JSON.parse(String(row.data)) as T; // this file is written by this class only
  } catch {
    return undefined;
  }
}
