import { createHash } from 'node:crypto';
import { type BigIntStats, createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { apart } from '../base/program.ts';
import type { Keeper } from './keeper.ts';
import { companionsOf } from './source.ts';

/** Edits within one tick of a file system's clock (up to 2 s) look alike; a file this young is read again. */
const SETTLED_MS = 2000;

const EMPTY = digestOf('');

/** Files smaller than this are digested quicker than looked up. */
const WORTH_KEEPING = 4_000_000;

/** Larger files are read in pieces of this size; whoever reads many small ones should not have as much for each. */
const CHUNK = 1 << 20;

/** What is known of a file. */
interface Known {
  readonly touched: string;
  readonly digest: string;
}

/** Digests of files' contents, worked out again only when a file was touched; those of large files also in later programs. */
export class FileDigests {
  readonly #keeper: Keeper | null;
  readonly #known = new Map<string, Known>();

  constructor(keeper: Keeper | null = null) {
    this.#keeper = keeper;
  }

  /** The digest of a file and of those that belong to it. */
  async withCompanions(path: string): Promise<string> {
    const own = await this.digest(path);
    const others = await Promise.all(companionsOf(path).map((other) => this.digest(other).catch(() => EMPTY))); // mostly not there
    const present = others.filter((digest) => digest !== EMPTY);
    return present.length ? digestOf([own, ...present].join(' ')) : own;
  }

  async digest(path: string): Promise<string> {
    return this.digestOf(path, await stat(path, { bigint: true }));
  }

  /** The digest of a file that was just looked at. */
  async digestOf(path: string, found: BigIntStats): Promise<string> {
    const touched = [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
    const isLarge = found.size >= WORTH_KEEPING;
    const known = this.#known.get(path) ?? (isLarge ? await this.#kept(path) : undefined);
    if (known?.touched === touched) return known.digest;
    const started = performance.now();
    const hash = createHash('sha256');
    if (found.size <= CHUNK) hash.update(await readFile(path));
    else await pipeline(createReadStream(path, { highWaterMark: CHUNK }), hash);
    const digest = hash.digest('hex');
    const changedAt = Math.max(Number(found.mtimeMs), Number(found.ctimeMs)); // a copy may keep the old time of its content
    if (Date.now() - changedAt <= SETTLED_MS) return digest;
    this.#known.set(path, { touched, digest });
    if (isLarge) void apart(() => this.#keeper?.set(keyOf(path), { touched, digest }, performance.now() - started)); // which never throws
    return digest;
  }

  async #kept(path: string): Promise<Known | undefined> {
    const known = (await apart(() => this.#keeper?.get(keyOf(path)))) as Known | undefined; // set above
    if (known) this.#known.set(path, known);
    return known;
  }
}

function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function keyOf(path: string): string {
  return `digest/${createHash('sha256').update(path).digest('hex')}`;
}
