import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Columns } from './columns.ts';
import { Conversions } from './conversions.ts';
import type { Database, QueryOptions } from './database.ts';
import type { FileDigests } from './fileDigests.ts';
import { findFile } from './findFiles.ts';
import type { KeptFolders } from './keptFolders.ts';
import { type FileStamp, filesOf, type Query } from './query.ts';
import { publishRead } from './source.ts';
import { whileSteady } from './steady.ts';

/** What tables run on: a database, and the folder from which relative paths start. */
export class Engine {
  readonly #database: Database;
  readonly #digests: FileDigests;
  readonly #conversions: Conversions;
  #directory: string | null = null;

  constructor(database: Database, digests: FileDigests, kept: KeptFolders) {
    this.#database = database;
    this.#digests = digests;
    this.#conversions = new Conversions(database, digests, kept);
  }

  get directory(): string {
    return this.#directory ?? process.cwd();
  }

  /** Sets the folder from which relative paths start; tables made before keep theirs. */
  setBaseDirectory(directory: string): void {
    this.#directory = resolve(directory);
    this.#database.setDirectory(this.#directory);
  }

  /** Runs a query, telling of the files that it reads. */
  async run(query: Query, options: QueryOptions = {}): Promise<Columns> {
    const paths = filesOf(query).map(({ path }) => path);
    return whileSteady(paths, async () => {
      for (const path of paths) publishRead(path);
      return this.#database.run(await this.#conversions.prepare(query, options.signal), options);
    });
  }

  /** Runs a query, telling of the files that it reads, and gives its rows in parts of about `rows`. */
  async *parts(query: Query, rows: number, options: QueryOptions = {}): AsyncGenerator<Columns> {
    for (const { path } of filesOf(query)) publishRead(path);
    yield* this.#database.parts(await this.#conversions.prepare(query, options.signal), rows, options);
  }

  /** Runs SQL text that reads no files of the reader's. */
  query(sql: string): Promise<Columns> {
    return this.#database.query(sql);
  }

  /** Finds a file to read, tells of it, and notes what it holds. */
  async open(path: string): Promise<FileStamp> {
    const full = await findFile(path, this.directory);
    publishRead(full);
    return { path: full, digest: await this.#digests.withCompanions(full) };
  }

  /** The digest of what a file holds now. */
  digest(path: string): Promise<string> {
    return this.#digests.withCompanions(path);
  }

  /** Where a file lies as DuckDB reads it. */
  local(file: FileStamp): Promise<string> {
    return this.#conversions.path(file);
  }

  /** A path as it is carried elsewhere: relative where the file lies under the base folder. */
  portable(path: string): string {
    const inner = relative(this.directory, path);
    return inner && !inner.startsWith('..') && !isAbsolute(inner) ? inner.split(sep).join('/') : path;
  }
}
