import fs from 'node:fs';
import { resolve } from 'node:path';
import { digestBytes, keyDigest } from './key.ts';

interface Known {
  readonly stamp: string;
  readonly digest: string;
}

const settled = 2000; // ms after which a file's times tell whether it was written since

/** Files that results depend on, by path or glob, relative to the working directory. */
export class FileDependencies {
  readonly #patterns: readonly string[];
  readonly #known = new Map<string, Known>();

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns;
  }

  /** A digest of which files there are and what is in them, right now. */
  digest(): string {
    return keyDigest(this.digests()).slice(0, 32);
  }

  /** The digest of each file; `missing` for one that is named and not there. */
  digests(): ReadonlyMap<string, string> {
    const paths = this.#patterns.flatMap((pattern) => (isGlob(pattern) ? fs.globSync(pattern).toSorted() : [pattern]));
    return new Map([...new Set(paths)].map((path) => [path, this.#digestOf(resolve(path))]));
  }

  /** The content is read only where the file's times and size are others, or too fresh to tell. */
  #digestOf(path: string): string {
    const stat = fs.statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!stat) return 'missing';
    if (!stat.isFile()) return 'no file';
    const stamp = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.digest;
    const digest = digestOfFile(path);
    const isFresh = Math.abs(Date.now() - Number(stat.mtimeMs)) < settled;
    if (isFresh) this.#known.delete(path);
    else this.#known.set(path, { stamp, digest });
    return digest;
  }
}

function digestOfFile(path: string): string {
  try {
    return digestBytes(fs.readFileSync(path));
  } catch {
    return 'unreadable'; // who calls the function will hear of it
  }
}

function isGlob(pattern: string): boolean {
  return /[*?[{]/.test(pattern);
}
