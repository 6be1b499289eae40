import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { companionsOf } from './source.ts';

/** Edits within one tick of a file system's clock (up to 2 s) look alike; a file this young is read again. */
const SETTLED_MS = 2000;

const EMPTY = digestOf('');

/** Digests of files' contents, worked out again only when a file was touched. */
export class FileDigests {
  readonly #known = new Map<string, { readonly touched: string; readonly digest: string }>();

  /** The digest of a file and of those that belong to it. */
  async withCompanions(path: string): Promise<string> {
    const own = await this.digest(path);
    const others = await Promise.all(companionsOf(path).map((other) => this.digest(other).catch(() => EMPTY))); // mostly not there
    const present = others.filter((digest) => digest !== EMPTY);
    return present.length ? digestOf([own, ...present].join(' ')) : own;
  }

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

function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
