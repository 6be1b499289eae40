import type { SqliteConnection } from '../base/sqliteConnection.ts';
import { decode } from './codec.ts';
import type { DiskAccess } from './diskAccess.ts';
import { type NewRow, putRow } from './diskRow.ts';
import * as sql from './diskSchema.ts';
import type { EntryFiles } from './entryFiles.ts';
import type { Seal } from './seal.ts';
import { packContent, unpackContent } from './sealedContent.ts';
import { type Entry, type EntryMeta, isExpired } from './tier.ts';

export interface DiskEntriesOptions {
  readonly access: DiskAccess;
  readonly files: EntryFiles;
  readonly seal: Seal;
  readonly now: () => number;
}

const largestInRow = 64_000; // bytes; larger values are files

/** Entries as signed rows of the database, with large values as files beside it. Without a promise where that can be. */
export class DiskEntries {
  readonly #access: DiskAccess;
  readonly #files: EntryFiles;
  readonly #seal: Seal;
  readonly #now: () => number;

  constructor({ access, files, seal, now }: DiskEntriesOptions) {
    this.#access = access;
    this.#files = files;
    this.#seal = seal;
    this.#now = now;
  }

  /** What is under a key; undefined where nothing is, or it does not verify, or has expired. */
  read(key: string): Entry | undefined | Promise<Entry | undefined> {
    const content = this.#access.now('read', (connection) => connection.only(sql.readContent, key), undefined);
    return content instanceof Promise ? content.then((content) => this.#open(key, content)) : this.#open(key, content);
  }

  /** False where that fails: what is there of the key is older. */
  write(key: string, { meta }: Entry, encoded: Uint8Array): boolean | Promise<boolean> {
    return encoded.length <= largestInRow ? this.#writeRow(key, meta, encoded) : this.#writeApart(key, meta, encoded);
  }

  /** Whether the content of a row can be believed and read. */
  async isSound(key: string, content: Uint8Array): Promise<boolean> {
    const unpacked = unpackContent(this.#seal, key, content);
    if (!unpacked?.file) return unpacked !== undefined && entryOf(unpacked.value, unpacked.meta) !== undefined;
    return (await this.#files.read(unpacked.file)) !== undefined;
  }

  #open(key: string, bytes: unknown): Entry | undefined | Promise<Entry | undefined> {
    const content = bytes instanceof Uint8Array ? unpackContent(this.#seal, key, bytes) : undefined;
    if (!content || isExpired(content.meta, this.#now())) return undefined;
    const { meta, file, value } = content;
    if (file === null) return entryOf(value, meta);
    return this.#files.read(file).then((bytes) => bytes && entryOf(bytes, meta));
  }

  #writeRow(key: string, meta: EntryMeta, value: Uint8Array): boolean | Promise<boolean> {
    const content = packContent(this.#seal, key, { meta, file: null, value });
    const put = putter({ key, meta, file: null, content, bytes: content.length });
    const replaced = this.#access.now('write', put, null);
    return replaced instanceof Promise ? replaced.then((files) => this.#written(files)) : this.#written(replaced);
  }

  #written(replaced: string[] | null): boolean | Promise<boolean> {
    if (replaced === null || replaced.length === 0) return replaced !== null;
    return this.#files.remove(replaced).then(() => true);
  }

  #writeApart(key: string, meta: EntryMeta, value: Uint8Array): Promise<boolean> {
    return this.#access.attempt(async () => {
      const { name: file, bytes } = await this.#files.write(value, !meta.uncompressed);
      const content = packContent(this.#seal, key, { meta, file, value: new Uint8Array() });
      const put = putter({ key, meta, file, content, bytes: content.length + bytes });
      try {
        await this.#files.remove(await this.#access.guard.execute('write', put));
        return true;
      } catch (error) {
        await this.#files.remove([file]);
        throw error;
      }
    }, false);
  }
}

/** Puts a row in place of the one before; gives the files that belonged to that. */
function putter(row: NewRow): (connection: SqliteConnection) => string[] {
  return (connection) => connection.transaction(() => putRow(connection, row));
}

/** Undefined for what was made by a newer version, or with a class that is not known here. */
function entryOf(bytes: Uint8Array, meta: EntryMeta): Entry | undefined {
  try {
    return { value: decode(bytes), meta };
  } catch {
    return undefined;
  }
}
