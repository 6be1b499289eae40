import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Job } from './conversionJob.ts';
import type { Database } from './database.ts';
import type { FileDigests } from './fileDigests.ts';
import type { KeptFolders } from './keptFolders.ts';
import { type Conversion, type FilePlace, type FileStamp, mapFiles, type Query } from './query.ts';
import { restless, whileSteady } from './steady.ts';

/** What does each kind of conversion, loaded when it is needed. */
const CONVERTERS: Readonly<Record<Conversion['kind'], () => Promise<(job: Job) => Promise<void>>>> = {
  arrow: async () => (await import('./arrow.ts')).convertArrow,
  decoded: async () => (await import('./decode.ts')).decodeFile,
  excel: async () => (await import('./excel.ts')).convertExcel,
  sound: async () => (await import('./badRows.ts')).setBadRowsAside,
  sqlite: async () => (await import('./sqlite.ts')).convertSqlite,
};

/** To be raised when a converter makes something else of the same file. */
const VERSION = 2;

/** Makes files that DuckDB reads of such as it does not: once for each content, whoever asks. */
export class Conversions {
  readonly #database: Database;
  readonly #digests: FileDigests;
  readonly #kept: KeptFolders;

  constructor(database: Database, digests: FileDigests, kept: KeptFolders) {
    this.#database = database;
    this.#digests = digests;
    this.#kept = kept;
  }

  /** The same query with files that DuckDB reads as they are. */
  async prepare(query: Query, signal?: AbortSignal): Promise<Query> {
    const files = new Set<FileStamp>();
    mapFiles(query, (file) => {
      if (file.conversion) files.add(file);
      return file;
    });
    if (files.size === 0) return query;
    const paths = new Map<FileStamp, string>();
    for (const file of files) paths.set(file, await this.path(file, signal));
    return mapFiles(query, (file) => (paths.has(file) ? { path: paths.get(file)!, digest: file.digest } : file));
  }

  /** Where the file lies as DuckDB reads it; made first where that was not done yet. */
  async path({ path: source, conversion }: FilePlace, asked?: AbortSignal): Promise<string> {
    if (!conversion) return source;
    const signal = this.#database.stopping(asked);
    const { kind, options, part } = conversion;
    const digest = await this.#digests.withCompanions(source);
    const key = createHash('sha256')
      .update(JSON.stringify([VERSION, kind, options, digest]))
      .digest('hex');
    const fill = async (folder: string) => {
      const convert = await CONVERTERS[kind]();
      await whileSteady([source], () => convert({ source, folder, options, database: this.#database, signal }));
      if ((await this.#digests.withCompanions(source)) !== digest) throw restless(source); // it would be kept as what it was before
    };
    return join(await this.#kept.folder(key.slice(0, 32), fill, signal), part);
  }
}
