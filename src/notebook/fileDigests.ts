import { readdir, stat } from 'node:fs/promises';
import { FileDigests as ContentDigests, listingDigest } from '../data/fileDigests.ts';

/** Stands for a file, folder or variable that is not there. */
export const ABSENT = 'absent';

/** What files and folders are right now; nothing here fails for want of a file. */
export class FileDigests {
  readonly #contents = new ContentDigests();

  /** Digest of a file's content. */
  file(path: string): Promise<string> {
    return this.#contents.digest(path).catch(() => ABSENT);
  }

  /** Digest of the names and kinds of a folder's entries. */
  async folder(path: string): Promise<string> {
    try {
      return listingDigest(await readdir(path, { withFileTypes: true }));
    } catch {
      return ABSENT;
    }
  }

  /** Of a folder something that differs when an entry comes, goes or is renamed: quicker than its listing; of a file its digest. */
  async fileOrStamp(path: string): Promise<string> {
    try {
      const found = await stat(path, { bigint: true });
      return found.isDirectory() ? `${found.ino} ${found.mtimeNs}` : await this.#contents.digestOf(path, found);
    } catch {
      return ABSENT;
    }
  }
}
