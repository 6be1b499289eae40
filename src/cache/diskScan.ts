import type { SqliteConnection } from '../base/sqliteConnection.ts';
import type { DiskAccess } from './diskAccess.ts';
import { infoOf } from './diskRow.ts';
import * as sql from './diskSchema.ts';
import { END } from './diskUpkeep.ts';
import { matcherOf, prefixOf } from './pattern.ts';
import type { EntryFilter, EntryInfo } from './tier.ts';

/** Entries that are meant and have not expired; null where they cannot be read. */
export async function scan(access: DiskAccess, filter: EntryFilter, now: number): Promise<EntryInfo[] | null> {
  const prefix = prefixOf(filter);
  const matches = matcherOf(filter);
  const tags = filter.tags ? [JSON.stringify(filter.tags)] : [];
  const query = filter.tags ? sql.pageTagged : sql.page;
  const found: EntryInfo[] = [];
  for (let from = prefix; ; ) {
    const read = (connection: SqliteConnection) => connection.all(query, from, prefix + END, now, ...tags);
    const rows = await access.read(read, null);
    if (rows === null) return null;
    found.push(...rows.map(infoOf).filter(({ key, meta }) => matches(key, meta)));
    if (rows.length < 1000) return found;
    from = `${String(rows.at(-1)!.key)}\0`;
  }
}
