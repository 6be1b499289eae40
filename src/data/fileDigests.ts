import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { apart } from '../base/program.ts';
import type { Keeper } from './keeper.ts';
import { PIECE, pieceDigests } from './pieceDigests.ts';
import { companionsOf } from './source.ts';
import { touch } from './steady.ts';

/** Edits within one tick of a file system's clock (up to 2 s) look alike; a file this young is read again. */
const SETTLED_MS = 2000;

const EMPTY = digestOf('');

/** Files smaller than this are digested quicker than looked up, and at once. */
const LARGE = 4_000_000;

/** What is known of a file. */
interface Known {
  readonly touched: string;
  readonly digest: string;
}

/**
 * What was found of large files, the last few of them. Shared by all that digest files in this program, or a cell that
 * loads one would read it once for its rows and once more for the record of what it read.
 */
const settled = new LRUCache<string, Known>({ max: 1_000 });

/** Digests of files' contents, worked out again only when a file was touched; those of large files also in later programs. */
export class FileDigests {
  readonly #keeper: Keeper | null;
  readonly #known = new Map<string, Known>();
  readonly #underWay = new Map<string, Promise<string>>();

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

  /** The digest of a file, or of a folder's listing. */
  async digest(path: string): Promise<string> {
    const found = await stat(path, { bigint: true });
    if (found.isDirectory()) return listingDigest(await readdir(path, { withFileTypes: true }));
    return this.digestOf(path, found);
  }

  /** The digest of a file that was just looked at. */
  async digestOf(path: string, found: BigIntStats): Promise<string> {
    const touched = touch(found);
    const isLarge = found.size >= LARGE;
    const known = this.#known.get(path) ?? (isLarge ? await this.#kept(path) : undefined);
    if (known?.touched === touched) return known.digest;
    const started = performance.now();
    const digest = isLarge ? await this.#digestOfLarge(path, found) : digestOf(await readFile(path));
    const changedAt = Math.max(Number(found.mtimeMs), Number(found.ctimeMs)); // a copy may keep the old time of its content
    if (Date.now() - changedAt <= SETTLED_MS) return digest;
    this.#known.set(path, { touched, digest });
    if (isLarge) settled.set(path, { touched, digest });
    if (isLarge) void apart(() => this.#keeper?.set(keyOf(path), { touched, digest }, performance.now() - started)); // which never throws
    return digest;
  }

  /** Whether the digest of a file is had at once. */
  async isKnown(path: string): Promise<boolean> {
    const found = await stat(path, { bigint: true });
    if (found.size < LARGE) return true;
    return (this.#known.get(path) ?? (await this.#kept(path)))?.touched === touch(found);
  }

  /** Those who ask for the same at the same time share the work. */
  #digestOfLarge(path: string, found: BigIntStats): Promise<string> {
    const key = `${touch(found)} ${path}`;
    let digest = this.#underWay.get(key);
    if (!digest) {
      digest = pieceDigests(path, Number(found.size))
        .then(digestOf)
        .finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, digest);
    }
    return digest;
  }

  async #kept(path: string): Promise<Known | undefined> {
    const known = (await apart(() => this.#keeper?.get(keyOf(path)))) as Known | undefined; // set above
    if (known) {
      this.#known.set(path, known);
      settled.set(path, known);
    }
    return known;
  }
}

/** The digest of a file before anything else happens. */
export function digestFileNow(path: string): string {
  const found = statSync(path, { bigint: true });
  if (found.size < LARGE) return digestOf(readFileSync(path));
  const known = settled.get(path);
  if (known?.touched === touch(found)) return known.digest;
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(PIECE);
    const digests: Buffer[] = [];
    for (let start = 0; start < Number(found.size); start += PIECE) {
      const bytes = readSync(file, buffer, 0, PIECE, start);
      digests.push(createHash('sha256').update(buffer.subarray(0, bytes)).digest());
    }
    return digestOf(Buffer.concat(digests));
  } finally {
    closeSync(file);
  }
}

/** Digest of the names and kinds of a folder's entries. */
export function listingDigest(entries: readonly { readonly name: string; isDirectory(): boolean }[]): string {
  const names = entries.map((entry) => `${entry.isDirectory() ? 'd' : 'f'}${entry.name}`).sort();
  return digestOf(JSON.stringify(names));
}

function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function keyOf(path: string): string {
  return `digest/${createHash('sha256').update(path).digest('hex')}`;
}
