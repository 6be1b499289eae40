import type { Row, SqliteConnection } from '../base/sqliteConnection.ts';
import * as sql from './diskSchema.ts';
import type { EntryInfo, EntryMeta } from './tier.ts';

/** A row of a list. */
export function infoOf({ key, size, created, expires, saved_ms, tags, failed, used_at }: Row): EntryInfo {
  const meta = {
    bytes: Number(size),
    createdAt: Number(created),
    expiresAt: expires === null ? null : Number(expires),
    savedMs: Number(saved_ms),
    tags: tags === null ? [] : (JSON.parse(String(tags)) as string[]), // written by `putRow`
    lastUsed: Number(used_at),
    ...(failed === 1 && { failed: true as const }),
  };
  return { key: String(key), meta };
}

/** What is written of an entry. */
export interface NewRow {
  readonly key: string;
  readonly meta: EntryMeta;
  readonly file: string | null;
  readonly content: Uint8Array;
  /** What it takes on disk. */
  readonly bytes: number;
}

/** Writes an entry, within a transaction; gives the files that belonged to the one before. */
export function putRow(connection: SqliteConnection, { key, meta, file, content, bytes }: NewRow): string[] {
  const { bytes: size, createdAt, expiresAt, savedMs, tags, failed } = meta;
  const before = connection.first(sql.readPlace, key);
  const id = before ? Number(before.id) : connection.run(sql.addValue, content).id;
  if (before) connection.run(sql.changeValue, content, id);
  const texts = tags.length === 0 ? null : JSON.stringify(tags);
  connection.first(sql.putEntry, key, id, bytes, size, createdAt, expiresAt, savedMs, failed ? 1 : 0, texts, file);
  if (typeof before?.tags === 'string') connection.run(sql.forgetTags, key);
  for (const tag of tags) connection.run(sql.noteTag, tag, key);
  return typeof before?.file === 'string' ? [before.file] : [];
}

/** Removes an entry, within a transaction, and keeps away what is being computed for it; gives its row. */
export function deleteRow(connection: SqliteConnection, key: string): Row[] {
  connection.run(sql.dropLease, key);
  return connection.all(sql.deleteEntry, key);
}
