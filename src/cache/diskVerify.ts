import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GuardedConnection } from '../base/guardedConnection.ts';
import * as sql from './diskSchema.ts';

/** What a look at everything on disk found. */
export interface Verification {
  readonly entries: number;
  /** Keys of entries that could not be believed or read; they have been removed. */
  readonly damaged: readonly string[];
  /** Files that belonged to no entry; they have been removed. */
  readonly orphans: number;
  /** What SQLite says of the file: `ok`, or what is wrong. */
  readonly file: string;
}

/** Looks at each entry with `isSound`, in turns; gives the keys of those that are not. */
export async function findDamaged(
  guard: GuardedConnection,
  isSound: (key: string, content: Uint8Array) => Promise<boolean>,
): Promise<{ entries: number; damaged: string[] }> {
  const damaged: string[] = [];
  let entries = 0;
  for (let from = ''; ; ) {
    const rows = await guard.execute('read', (connection) => connection.all(sql.pageOfContent, from));
    for (const { key, content } of rows) {
      entries += 1;
      if (!(await isSound(String(key), content as Uint8Array))) damaged.push(String(key)); // a BLOB
    }
    const last = rows.at(-1);
    if (!last) return { entries, damaged };
    from = `${String(last.key)}\0`;
    await nextTurn();
  }
}

/** What SQLite says of its file. */
export async function checkFile(guard: GuardedConnection): Promise<string> {
  const row = await guard.execute('read', (connection) => connection.first('PRAGMA quick_check(1)'));
  return String(row?.quick_check ?? 'ok');
}
