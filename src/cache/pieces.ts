import { hash } from 'node:crypto';
import type { KeyvStorageAdapter } from 'keyv';
import type { Link } from './link.ts';
import { packFile, unpackFile } from './valueFile.ts';

const pieceBytes = 256_000; // little enough for slow networks, and for stores that limit a value's size
const atATime = 4;
const first = 'memoir piece ';

/** Whether a key of a store is that of a piece. */
export function isPiece(key: string): boolean {
  return key.startsWith(first);
}

/** Large values of a store in pieces, so that no call takes long and no entry is large. */
export class Pieces {
  readonly #link: Pick<Link<{ readonly pieces: KeyvStorageAdapter }>, 'attempt'>;

  constructor(link: Pick<Link<{ readonly pieces: KeyvStorageAdapter }>, 'attempt'>) {
    this.#link = link;
  }

  /** Keeps the bytes under a key, in place of those before; gives what `read` needs, or null where the store fails. */
  async write(key: string, bytes: Uint8Array, compress: boolean, expires: number | null): Promise<string | null> {
    const file = Buffer.concat(await packFile(bytes, compress));
    const count = Math.ceil(file.length / pieceBytes);
    for (let at = 0; at < count; at += 1) {
      const value = file.toString('base64', at * pieceBytes, (at + 1) * pieceBytes);
      const entry = { key: nameOf(key, at), value, ...(expires !== null && { expires }) };
      const write = async ({ pieces }: { readonly pieces: KeyvStorageAdapter }) =>
        !(await pieces.setMany([entry]))?.includes(false);
      if (!(await this.#link.attempt(write, false))) return null;
    }
    await this.remove([key], count);
    return `${hash('sha256', file, 'hex')} ${count}`;
  }

  /** The bytes that `write` was given; undefined where a piece is missing or of another value. */
  async read(key: string, written: string): Promise<Uint8Array | undefined> {
    const [digest, count] = written.split(' ');
    const names = Array.from({ length: Number(count) }, (_, at) => nameOf(key, at));
    const found: Buffer[] = [];
    for (let at = 0; at < names.length; at += atATime) {
      const some = names.slice(at, at + atATime);
      const texts = await this.#link.attempt(async ({ pieces }) => pieces.getMany<unknown>(some), []);
      for (const text of texts) if (typeof text === 'string') found.push(Buffer.from(text, 'base64'));
      if (found.length < Math.min(at + atATime, names.length)) return undefined;
    }
    const file = Buffer.concat(found);
    return hash('sha256', file, 'hex') === digest ? unpackFile(file) : undefined;
  }

  /** Removes the pieces of keys, from the one numbered `at` on. */
  async remove(keys: readonly string[], at = 0): Promise<void> {
    for (let left = keys, number = at; left.length > 0; number += 1) {
      const names = left.map((key) => nameOf(key, number));
      const gone = await this.#link.attempt(({ pieces }) => pieces.deleteMany(names), []);
      left = left.filter((_, index) => gone[index]);
    }
  }
}

function nameOf(key: string, number: number): string {
  return `${first}${number} ${key}`;
}
