import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Stands for a file, folder or variable that is not there. */
export const ABSENT = 'absent';
/** A file changed this recently may change again without its time stamp showing it. */
const RACY_MS = 2000;

interface Known {
  readonly stamp: string;
  readonly digest: string;
}

/** Content digests of files and folder listings, remembered for as long as size and times stay the same. */
export class FileDigests {
  readonly #known = new Map<string, Known>();

  async file(path: string): Promise<string> {
    const stamp = await stampOf(path);
    if (stamp === null) return ABSENT;
    const known = this.#known.get(path);
    if (known?.stamp === stamp.text) return known.digest;
    try {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      const digest = hash.digest('hex');
      if (Date.now() - stamp.changedAt > RACY_MS) this.#known.set(path, { stamp: stamp.text, digest });
      return digest;
    } catch {
      return ABSENT; // gone or unreadable since
    }
  }

  async folder(path: string): Promise<string> {
    try {
      return listingDigest(await readdir(path, { withFileTypes: true }));
    } catch {
      return ABSENT;
    }
  }
}

/** Digest of the names and kinds of a folder's entries. */
export function listingDigest(entries: readonly { readonly name: string; isDirectory(): boolean }[]): string {
  const names = entries.map((entry) => `${entry.isDirectory() ? 'd' : 'f'}${entry.name}`).sort();
  return createHash('sha256').update(JSON.stringify(names)).digest('hex');
}

async function stampOf(path: string): Promise<{ text: string; changedAt: number } | null> {
  try {
    const { size, mtimeNs, ctimeNs, mtimeMs, ctimeMs, ino } = await stat(path, { bigint: true });
    const changedAt = Math.max(Number(mtimeMs), Number(ctimeMs));
    return { text: `${ino} ${size} ${mtimeNs} ${ctimeNs}`, changedAt };
  } catch {
    return null;
  }
}
