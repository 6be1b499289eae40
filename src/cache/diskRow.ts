import type { SQLInputValue } from 'node:sqlite';
import type { Row, SqliteConnection } from '../base/sqliteConnection.ts';
import * as sql from './diskSchema.ts';
import type { EntryInfo, EntryMeta } from './tier.ts';

/** What is known of an entry as columns: size, created, expires, stale, saved_ms, failed, tags, file. */
export function columnsOf(meta: EntryMeta, file: string | null): SQLInputValue[] {
  const { bytes, createdAt, expiresAt, staleAt = null, savedMs, failed, tags } = meta;
  const whole = (time: number | null) => (time === null ? null : Math.round(time));
  const texts = tags.length === 0 ? null : JSON.stringify(tags);
  return [bytes, Math.round(createdAt), whole(expiresAt), whole(staleAt), savedMs, failed ? 1 : null, texts, file];
}

/** The same of a row that was read. */
export function columnsIn({ size, created, expires, stale, saved_ms, failed, tags, file }: Row): SQLInputValue[] {
  return [size, created, expires, stale, saved_ms, failed, tags, file] as SQLInputValue[]; // what SQLite gives, it takes
}

/** Everything about an entry that its authentication code covers beside its content. */
export function aboutOf(key: string, columns: readonly SQLInputValue[]): string {
  return JSON.stringify([key, ...columns]);
}

/** What columns say of an entry. */
export function metaOf(row: Row, lastUsed = Number(row.created)): EntryMeta {
  const { size, created, expires, stale, saved_ms, failed, tags } = row;
  return {
    bytes: Number(size),
    createdAt: Number(created),
    expiresAt: expires === null ? null : Number(expires),
    ...(stale !== null && { staleAt: Number(stale) }),
    savedMs: Number(saved_ms),
    tags: tags === null ? [] : (JSON.parse(String(tags)) as string[]), // written by `columnsOf`
    lastUsed,
    ...(failed !== null && { failed: true }),
  };
}

/** A row of a list. */
export function infoOf(row: Row): EntryInfo {
  return { key: String(row.key), meta: metaOf(row, Number(row.used_at)) };
}

/** What is written of an entry. */
export interface NewRow {
  readonly key: string;
  readonly content: Uint8Array;
  /** What it takes on disk. */
  readonly bytes: number;
  readonly columns: readonly SQLInputValue[];
  readonly tags: readonly string[];
}

/** Writes an entry, within a transaction; gives the files that belonged to the one before. */
export function putRow(connection: SqliteConnection, { key, content, bytes, columns, tags }: NewRow): string[] {
  const before = connection.first(sql.readPlace, key);
  const id = before ? Number(before.id) : connection.run(sql.addValue, content).id;
  if (before) connection.run(sql.changeValue, content, id);
  connection.run(sql.putEntry, key, id, bytes, ...columns);
  if (typeof before?.tags === 'string') connection.run(sql.forgetTags, key);
  for (const tag of tags) connection.run(sql.noteTag, tag, key);
  return typeof before?.file === 'string' ? [before.file] : [];
}

/** Removes an entry, within a transaction, and keeps away what is being computed for it; gives its row. */
export function deleteRow(connection: SqliteConnection, key: string): Row[] {
  connection.run(sql.dropLease, key);
  return connection.all(sql.deleteEntry, key);
}
