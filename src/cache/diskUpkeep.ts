import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GuardedConnection } from '../base/guardedConnection.ts';
import type { Row, SqliteConnection } from '../base/sqliteConnection.ts';
import * as sql from './diskSchema.ts';

/** How much there is, exactly. */
export async function readTotal(guard: GuardedConnection): Promise<{ entries: number; bytes: number }> {
  const total = await readRow(guard, sql.readTotal);
  return { entries: Number(total?.entries ?? 0), bytes: Number(total?.bytes ?? 0) };
}

/** Removes what is there now, in steps that other work can come between, and gives the space back. */
export async function removeAll(guard: GuardedConnection): Promise<void> {
  const last = await readRow(guard, sql.largestRow);
  await inSteps(guard, sql.deleteUpTo, Number(last?.rowid ?? 0));
  while (Number((await readRow(guard, 'PRAGMA freelist_count'))?.freelist_count) > 0) {
    await guard.execute('write', (connection) => connection.all('PRAGMA incremental_vacuum(500)'));
    await nextTurn();
  }
  await guard.execute('write', (connection) => connection.all('PRAGMA wal_checkpoint(TRUNCATE)'));
}

/** Brings what is kept to nine tenths of the limit: first what has expired, then what is least worth its place. */
export async function removeExcess(guard: GuardedConnection, maxBytes: number, now: number): Promise<void> {
  await inSteps(guard, sql.deleteExpired, now);
  for (;;) {
    const excess = (await readTotal(guard)).bytes - maxBytes * 0.9;
    if (excess <= 0) return;
    const rows = await guard.execute('read', (connection) => connection.all(sql.leastWorth, now));
    const doomed = leastWorth(rows, excess);
    if (doomed.length === 0) return;
    for (let at = 0; at < doomed.length; at += 200) {
      await guard.execute('write', (connection) => deleteKeys(connection, doomed.slice(at, at + 200)));
      await nextTurn();
    }
  }
}

/** As many of the rows, from the first on, as make up the excess. */
function leastWorth(rows: readonly Row[], excess: number): string[] {
  const keys: string[] = [];
  let freed = 0;
  for (const { key, bytes } of rows) {
    if (freed >= excess) break;
    keys.push(String(key));
    freed += Number(bytes);
  }
  return keys;
}

function deleteKeys(connection: SqliteConnection, keys: readonly string[]): void {
  connection.transaction(() => {
    for (const key of keys) connection.all(sql.deleteKey, key);
  });
}

/** Repeats a statement that removes a few rows at a time until none are left. */
async function inSteps(guard: GuardedConnection, statement: string, parameter: number): Promise<void> {
  const step = () => guard.execute('write', (connection) => connection.all(statement, parameter).length);
  while ((await step()) > 0) await nextTurn();
}

async function readRow(guard: GuardedConnection, query: string): Promise<Row | undefined> {
  return guard.execute('read', (connection) => connection.all(query)[0]);
}
