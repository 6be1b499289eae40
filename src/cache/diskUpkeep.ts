import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GuardedConnection } from '../base/guardedConnection.ts';
import type { Row, SqliteConnection } from '../base/sqliteConnection.ts';
import type { DiskAccess } from './diskAccess.ts';
import * as sql from './diskSchema.ts';
import type { EntryFiles } from './entryFiles.ts';
import { worthOf } from './policy.ts';
import type { EntryInfo } from './tier.ts';

export interface DiskLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** Greater than every text. */
export const END = '\u{10ffff}';
const filled = 0.9; // of the limit, after something had to go: so that it need not go at every write

/** How much there is, summed up. */
export async function sumOf(guard: GuardedConnection, prefix = ''): Promise<{ entries: number; bytes: number }> {
  const row = await guard.execute('read', (connection) =>
    prefix === '' ? connection.first(sql.sumAll) : connection.first(sql.sumBetween, prefix, prefix + END),
  );
  return { entries: Number(row?.entries ?? 0), bytes: Number(row?.bytes ?? 0) };
}

/** Removes what is there now of keys with a prefix, in steps that other work can come between. */
export async function removeAll(guard: GuardedConnection, files: EntryFiles, prefix: string): Promise<void> {
  const last = await guard.execute('read', (connection) => Number(connection.first(sql.largestId)?.id ?? 0));
  await inSteps(guard, files, sql.deleteBetween, prefix, prefix + END, last);
}

/** Makes the file as small as what it holds. */
export async function shrink(guard: GuardedConnection): Promise<void> {
  const free = () =>
    guard.execute('read', (connection) => Number(connection.first('PRAGMA freelist_count')?.freelist_count));
  while ((await free()) > 0) {
    await guard.execute('write', (connection) => connection.all('PRAGMA incremental_vacuum(500)'));
    await nextTurn();
  }
  await guard.execute('write', (connection) => connection.all('PRAGMA wal_checkpoint(TRUNCATE)'));
}

/** Brings what is kept to nine tenths of the limits: first what has expired goes, then what is least worth its place. */
export async function removeExcess(
  guard: GuardedConnection,
  files: EntryFiles,
  { maxBytes, maxEntries }: DiskLimits,
  now: number,
): Promise<void> {
  await inSteps(guard, files, sql.deleteExpired, now);
  const { bytes, entries } = await sumOf(guard);
  if (bytes <= maxBytes && entries <= maxEntries) return;
  let excess = { bytes: bytes - maxBytes * filled, entries: entries - maxEntries * filled };
  const doomed: string[] = [];
  for (const { key, bytes } of await byWorth(guard, now)) {
    if (excess.bytes <= 0 && excess.entries <= 0) break;
    excess = { bytes: excess.bytes - bytes, entries: excess.entries - 1 };
    doomed.push(key);
  }
  for (let at = 0; at < doomed.length; at += 100) {
    const some = doomed.slice(at, at + 100);
    const remove = (connection: SqliteConnection) =>
      connection.transaction(() => some.flatMap((key) => connection.all(sql.deleteEntry, key)));
    await removeFilesOf(files, await guard.execute('write', remove));
    await nextTurn();
  }
}

/** Removes entries that have not been written since they were listed; false where that fails. */
export async function removeOlder(
  access: DiskAccess,
  files: EntryFiles,
  entries: readonly EntryInfo[],
): Promise<boolean> {
  for (let at = 0; at < entries.length; at += 200) {
    const some = entries.slice(at, at + 200);
    const remove = (connection: SqliteConnection) =>
      some.flatMap(({ key, meta }) => connection.all(sql.deleteOlder, key, meta.createdAt));
    const rows = await access.change(remove, null);
    if (rows === null) return false;
    await removeFilesOf(files, rows);
  }
  return true;
}

/** Removes the files that belonged to deleted rows. */
export async function removeFilesOf(files: EntryFiles, rows: readonly Row[]): Promise<void> {
  await files.remove(rows.flatMap(({ file }) => (typeof file === 'string' ? [file] : [])));
}

/** All entries, those of least worth first. */
async function byWorth(
  guard: GuardedConnection,
  now: number,
): Promise<{ key: string; bytes: number; worth: number }[]> {
  const all: { key: string; bytes: number; worth: number }[] = [];
  for (let from = '', rows: Row[] = []; ; from = `${String(rows.at(-1)!.key)}\0`) {
    rows = await guard.execute('read', (connection) => connection.all(sql.pageOfUse, from));
    for (const { key, bytes, saved_ms, created, at, hits } of rows) {
      const use = { hits: Number(hits), createdAt: Number(created), lastUsed: Number(at) };
      const worth = worthOf({ bytes: Number(bytes), savedMs: Number(saved_ms), ...use }, now);
      all.push({ key: String(key), bytes: Number(bytes), worth });
    }
    if (rows.length < 1000) return all.sort((a, b) => a.worth - b.worth);
    await nextTurn();
  }
}

/** Repeats a statement that removes a few rows at a time until none are left. */
async function inSteps(
  guard: GuardedConnection,
  files: EntryFiles,
  statement: string,
  ...parameters: readonly (string | number)[]
): Promise<void> {
  for (;;) {
    const rows = await guard.execute('write', (connection) => connection.all(statement, ...parameters));
    if (rows.length === 0) return;
    await removeFilesOf(files, rows);
    await nextTurn();
  }
}
