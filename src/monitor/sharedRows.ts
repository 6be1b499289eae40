import type { Row, SqliteConnection } from '../base/sqliteConnection.ts';
import { addNews, type CallFigures, newCalls } from './calls.ts';
import { type Kind, kinds, Ledger } from './ledger.ts';
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

/** Adds what a process measured to what is there; within a transaction. */
export function putLedger(connection: SqliteConnection, ledger: Ledger, process: string, now: number): void {
  for (const name of ledger.forgotten) connection.all(sql.forgetSeries, 'operation', name);
  for (const kind of kinds) for (const [name, tally] of ledger.tallies(kind)) putTally(connection, kind, name, tally);
  for (const news of ledger.news) {
    const known = parse<CallFigures>(connection.all(sql.readCalls, news.name)[0]);
    const calls = addNews(known ?? newCalls(news.name, process, now), news, process, now);
    connection.all(sql.writeCalls, news.name, now, JSON.stringify(calls));
  }
}

function putTally(connection: SqliteConnection, kind: Kind, name: string, news: Tally): void {
  const known = parse<TallyData>(connection.all(sql.readSeries, kind, name)[0]);
  if (!known && news.count === 0) return; // the recovery of what never failed
  const tally = known ? Tally.fromData(known) : new Tally();
  tally.merge(news);
  connection.all(sql.writeSeries, kind, name, tally.lastAt, JSON.stringify(tally.toData()));
}

/** Everything in the file. */
export function readAll(connection: SqliteConnection): Recorded {
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
    return JSON.parse(String(row.data)) as T; // this file is written by this module only
  } catch {
    return undefined;
  }
}
