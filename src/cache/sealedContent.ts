import { type Seal, sealBytes } from './seal.ts';
import type { EntryMeta } from './tier.ts';

/** An entry as bytes: what is known of it, and its value or the file that has it. */
export interface Content {
  readonly meta: EntryMeta;
  readonly file: string | null;
  /** The encoded value; empty where it is in a file. */
  readonly value: Uint8Array;
}

type Fields = [number, number, number | null, number | null, number, readonly string[], string | null, number];

const lengthBytes = 4;
const start = sealBytes + lengthBytes;

/** The bytes of an entry, which only who has the key can make, for this name alone. */
export function packContent(seal: Seal, name: string, { meta, file, value }: Content): Uint8Array {
  const { bytes, createdAt, expiresAt, staleAt = null, savedMs, tags, failed, weak } = meta;
  const fields: Fields = [bytes, createdAt, expiresAt, staleAt, savedMs, tags, file, (failed ? 1 : 0) + (weak ? 2 : 0)];
  const about = JSON.stringify(fields);
  const length = Buffer.byteLength(about);
  const sealed = Buffer.allocUnsafe(start + length + value.length);
  sealed.writeUInt32LE(length, sealBytes);
  sealed.write(about, start);
  sealed.set(value, start + length);
  seal.sign(sealed, name);
  return sealed;
}

/** What `packContent` was given; undefined where it does not verify. */
export function unpackContent(seal: Seal, name: string, content: Uint8Array): Content | undefined {
  const sealed = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (!seal.verifies(sealed, name)) return undefined;
  const end = start + sealed.readUInt32LE(sealBytes);
  const fields = JSON.parse(sealed.toString('utf8', start, end)) as Fields; // as it was packed: it verified
  const [size, createdAt, expiresAt, staleAt, savedMs, tags, file, flags] = fields;
  const meta: EntryMeta = { bytes: size, createdAt, lastUsed: createdAt, expiresAt, savedMs, tags };
  const value = sealed.subarray(end);
  if (staleAt === null && flags === 0) return { meta, file, value };
  const marks = { ...(flags & 1 && { failed: true as const }), ...(flags & 2 && { weak: true as const }) };
  return { meta: { ...meta, ...marks, ...(staleAt !== null && { staleAt }) }, file, value };
}
