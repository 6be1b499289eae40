import type { Row, SqliteConnection } from '../base/sqliteConnection.ts';
import * as sql from './diskSchema.ts';
import type { Seal } from './seal.ts';
import type { EntryInfo, EntryMeta } from './tier.ts';

/** What a row's content holds: what is known of the entry, and its value or the file that has it. */
export interface Content {
  readonly meta: EntryMeta;
  readonly file: string | null;
  /** The encoded value; empty where it is in a file. */
  readonly value: Uint8Array;
}

type Fields = [number, number, number | null, number | null, number, readonly string[], string | null, boolean];

const headLength = 4;

/** The bytes of a row's content, which only who has the key can make, for this key alone. */
export function packContent(seal: Seal, key: string, { meta, file, value }: Content): Uint8Array {
  const { bytes, createdAt, expiresAt, staleAt = null, savedMs, tags, failed = false } = meta;
  const fields: Fields = [bytes, createdAt, expiresAt, staleAt, savedMs, tags, file, failed];
  const about = Buffer.from(JSON.stringify(fields));
  const head = Buffer.allocUnsafe(headLength);
  head.writeUInt32LE(about.length);
  return seal.seal(Buffer.concat([head, about, value]), key);
}

/** What `packContent` was given; undefined where it does not verify. */
export function unpackContent(seal: Seal, key: string, content: Uint8Array): Content | undefined {
  const bytes = seal.unseal(content, key);
  if (!bytes) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = headLength + buffer.readUInt32LE();
  const fields = JSON.parse(buffer.toString('utf8', headLength, start)) as Fields; // as it was packed: it verified
  const [size, createdAt, expiresAt, staleAt, savedMs, tags, file, failed] = fields;
  const times = { createdAt, lastUsed: createdAt, expiresAt, ...(staleAt !== null && { staleAt }) };
  const meta = { bytes: size, tags, savedMs, ...times, ...(failed && { failed }) };
  return { meta, file, value: bytes.subarray(start) };
}

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
  connection.run(sql.putEntry, key, id, bytes, size, createdAt, expiresAt, savedMs, failed ? 1 : 0, texts, file);
  if (typeof before?.tags === 'string') connection.run(sql.forgetTags, key);
  for (const tag of tags) connection.run(sql.noteTag, tag, key);
  return typeof before?.file === 'string' ? [before.file] : [];
}

/** Removes an entry, within a transaction, and keeps away what is being computed for it; gives its row. */
export function deleteRow(connection: SqliteConnection, key: string): Row[] {
  connection.run(sql.dropLease, key);
  return connection.all(sql.deleteEntry, key);
}
