import { hash, randomBytes } from 'node:crypto';
import { readFileSync, type Stats } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packFile, unpackFile, unpackFileSync } from './valueFile.ts';

const hour = 3_600_000;

/** What may be removed: `keep` are the digests still referred to, `maxBytes` the size to stay within. */
export interface CollectOptions {
  readonly keep?: ReadonlySet<string>;
  readonly maxBytes?: number;
  /** Files younger than this are kept even if nothing refers to them yet, in milliseconds. */
  readonly grace?: number;
  readonly now?: number;
}

interface BlobFile {
  readonly digest: string;
  readonly path: string;
  readonly bytes: number;
  readonly lastUsed: number;
}

/** Values as files named by the SHA-256 of their bytes. Any process may write; a file that does not verify is gone. */
export class Blobs {
  readonly #directory: string;
  readonly #compression: boolean;

  /** `directory` is that of the cache; the files lie in its folder `values`, compressed unless told otherwise. */
  constructor(directory: string, compression = true) {
    this.#directory = join(directory, 'values');
    this.#compression = compression;
  }

  /** Keeps the bytes, and gives their digest. */
  async write(bytes: Uint8Array): Promise<string> {
    const digest = hash('sha256', bytes, 'hex');
    const path = this.path(digest);
    if (await exists(path)) {
      await touch(path);
      return digest;
    }
    await mkdir(join(path, '..'), { recursive: true });
    const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      await writeFile(draft, await packFile(bytes, this.#compression));
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      if (!(await exists(path))) throw error; // Windows: another process may hold the same content open
    }
    return digest;
  }

  /** The bytes with this digest, or undefined where there are none that verify. */
  async read(digest: string): Promise<Uint8Array | undefined> {
    const path = this.path(digest);
    const file = await readFile(path).catch(() => undefined);
    if (!file) return undefined;
    const bytes = await unpackFile(file).catch(() => undefined);
    if (bytes && hash('sha256', bytes, 'hex') === digest) {
      await touch(path);
      return bytes;
    }
    await rm(path, { force: true }).catch(() => {}); // it is not read again either way
    return undefined;
  }

  /** `read` at once, for the kernel in the middle of a run. A damaged file is left for `read` to remove. */
  readSync(digest: string): Uint8Array | undefined {
    try {
      const bytes = unpackFileSync(readFileSync(this.path(digest)));
      return hash('sha256', bytes, 'hex') === digest ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  has(digest: string): Promise<boolean> {
    return exists(this.path(digest));
  }

  async delete(digest: string): Promise<void> {
    await rm(this.path(digest), { force: true });
  }

  /** Where the file of a digest lies. */
  path(digest: string): string {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new Error(`${digest} is not a digest.`);
    return join(this.#directory, digest.slice(0, 2), digest);
  }

  /** How many files there are, and their size on disk. */
  async stats(): Promise<{ files: number; bytes: number }> {
    const files = await this.#files();
    return { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
  }

  /** Reads every file, and removes what does not verify; gives the digests of what went. */
  async verify(): Promise<string[]> {
    const damaged: string[] = [];
    for (const { digest } of await this.#files()) if (!(await this.read(digest))) damaged.push(digest);
    return damaged;
  }

  /** Removes what nothing refers to, then the least recently used beyond the limit, and drafts left by killed writers. */
  async collect({
    keep,
    maxBytes = Infinity,
    grace = hour,
    now = Date.now(),
  }: CollectOptions): Promise<{ files: number; bytes: number }> {
    const removed = { files: 0, bytes: 0 };
    const files = (await this.#files(now)).sort((a, b) => b.lastUsed - a.lastUsed);
    let kept = 0;
    for (const file of files) {
      const isOrphan = keep && !keep.has(file.digest) && now - file.lastUsed >= grace;
      if (!isOrphan && kept + file.bytes <= maxBytes) {
        kept += file.bytes;
        continue;
      }
      await rm(file.path, { force: true }).catch(() => {}); // the next sweep finds it again
      removed.files += 1;
      removed.bytes += file.bytes;
    }
    return removed;
  }

  /** Removes every file. */
  async clear(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** All complete files; drafts older than an hour are removed on the way. */
  async #files(now = Date.now()): Promise<BlobFile[]> {
    const files: BlobFile[] = [];
    for (const folder of await readdir(this.#directory).catch(() => [])) {
      for (const name of await readdir(join(this.#directory, folder)).catch(() => [])) {
        const path = join(this.#directory, folder, name);
        const info: Stats | undefined = await stat(path).catch(() => undefined);
        if (!info) continue;
        if (!name.endsWith('.tmp')) files.push({ digest: name, path, bytes: info.size, lastUsed: info.mtimeMs });
        else if (now - info.mtimeMs > hour) await rm(path, { force: true }).catch(() => {}); // as above
      }
    }
    return files;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Notes the use of a file, at most once an hour: the time of its last change serves as that of its last use. */
async function touch(path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  const now = new Date();
  if (info && now.getTime() - info.mtimeMs > hour) await utimes(path, now, now).catch(() => {}); // only the order of eviction
}
