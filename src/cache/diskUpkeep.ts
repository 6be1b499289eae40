import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GuardedConnection } from '../base/guardedConnection.ts';
import type { Row, SqliteConnection } from '../base/sqliteConnection.ts';
import type { DiskAccess } from './diskAccess.ts';
import * as sql from './diskSchema.ts';
import type { EntryFiles } from './entryFiles.ts';
import type { EntryInfo } from './tier.ts';

/** Greater than every text. */
export const END = '\u{10ffff}';

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

export async function removeExpired(guard: GuardedConnection, files: EntryFiles, now: number): Promise<void> {
  await inSteps(guard, files, sql.deleteExpired, now);
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

/** What is known of an entry when one must go. */
interface EntryUse {
  readonly key: string;
  readonly bytes: number;
  readonly savedMs: number;
  readonly hits: number;
  readonly lastUsed: number;
}

/** All entries, in steps that other work can come between. */
export async function* pagesOfUse(guard: GuardedConnection): AsyncGenerator<EntryUse[]> {
  for (let from = '', rows: Row[] = []; ; from = `${String(rows.at(-1)!.key)}\0`) {
    rows = await guard.execute('read', (connection) => connection.all(sql.pageOfUse, from));
    yield rows.map(({ key, bytes, saved_ms, at, hits }) => ({
      key: String(key),
      bytes: Number(bytes),
      savedMs: Number(saved_ms),
      hits: Number(hits),
      lastUsed: Number(at),
    }));
    if (rows.length < 1000) return;
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
