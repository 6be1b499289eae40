import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Edits within one tick of a file system's clock (up to 2 s) look alike; a file this young is read again. */
const SETTLED_MS = 2000;

/** Digests of files' contents, worked out again only when a file was touched. */
export class FileDigests {
  readonly #known = new Map<string, { readonly touched: string; readonly digest: string }>();

  async digest(path: string): Promise<string> {
    const found = await stat(path, { bigint: true });
    const touched = [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
    const known = this.#known.get(path);
    if (known?.touched === touched) return known.digest;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
    const digest = hash.digest('hex');
    const changedAt = Math.max(Number(found.mtimeMs), Number(found.ctimeMs)); // a copy may keep the old time of its content
    if (Date.now() - changedAt > SETTLED_MS) this.#known.set(path, { touched, digest });
    return digest;
  }
}
