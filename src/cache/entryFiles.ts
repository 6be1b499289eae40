import { createHash, hash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packFile, unpackFile } from './valueFile.ts';

const grace = 600_000; // a file this young may belong to an entry that is being written

/** Large values of the disk tier as files, each of one entry, named by the SHA-256 of what is in it and a random part. */
export class EntryFiles {
  readonly #directory: string;
  readonly #compression: boolean;

  constructor(directory: string, compression: boolean) {
    this.#directory = directory;
    this.#compression = compression;
  }

  /** Keeps the bytes; gives the file's name and size. */
  async write(bytes: Uint8Array, compress = true): Promise<{ readonly name: string; readonly bytes: number }> {
    const content = await packFile(bytes, compress && this.#compression);
    const digest = createHash('sha256');
    for (const part of content) digest.update(part);
    const name = `${digest.digest('hex')}-${randomBytes(6).toString('hex')}`;
    await mkdir(this.#directory, { recursive: true });
    await writeFile(this.#path(name), content);
    return { name, bytes: content.reduce((sum, part) => sum + part.length, 0) };
  }

  /** The bytes; undefined where the file is gone or does not verify. */
  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      const file = await readFile(this.#path(name));
      return name.startsWith(`${hash('sha256', file, 'hex')}-`) ? await unpackFile(file) : undefined;
    } catch {
      return undefined;
    }
  }

  async remove(names: Iterable<string>): Promise<void> {
    for (const name of names) await rm(this.#path(name), { force: true }).catch(() => {}); // found again by `collect`
  }

  /** Removes files that no entry refers to; gives how many, and their size. */
  async collect(isKept: (name: string) => boolean, now: number): Promise<{ files: number; bytes: number }> {
    const removed = { files: 0, bytes: 0 };
    for (const name of await readdir(this.#directory).catch(() => [])) {
      const info = isKept(name) ? undefined : await stat(this.#path(name)).catch(() => undefined);
      if (!info || now - info.mtimeMs < grace) continue;
      await this.remove([name]);
      removed.files += 1;
      removed.bytes += info.size;
    }
    return removed;
  }

  #path(name: string): string {
    if (!/^[0-9a-f]{64}-[0-9a-f]{12}$/.test(name)) throw new Error(`${name} is not the name of a value's file.`);
    return join(this.#directory, name);
  }
}
