import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Columns } from './columns.ts';
import type { Database, QueryOptions } from './database.ts';
import type { FileDigests } from './fileDigests.ts';
import { type FileStamp, filesOf, type Query } from './query.ts';
import { findFile, publishRead } from './source.ts';

/** What tables run on: a database, and the folder from which relative paths start. */
export class Engine {
  readonly #database: Database;
  readonly #digests: FileDigests;
  #directory: string | null = null;

  constructor(database: Database, digests: FileDigests) {
    this.#database = database;
    this.#digests = digests;
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
    for (const { path } of filesOf(query)) publishRead(path);
    return this.#database.run(query, options);
  }

  /** Runs a query, telling of the files that it reads, and gives its rows in parts of about `rows`. */
  async *parts(query: Query, rows: number, options: QueryOptions = {}): AsyncGenerator<Columns> {
    for (const { path } of filesOf(query)) publishRead(path);
    yield* this.#database.parts(query, rows, options);
  }

  /** Runs SQL text that reads no files of the reader's. */
  query(sql: string): Promise<Columns> {
    return this.#database.query(sql);
  }

  /** Finds a file to read, tells of it, and notes what it holds. */
  async open(path: string): Promise<FileStamp> {
    const full = await findFile(path, this.directory);
    publishRead(full);
    return { path: full, digest: await this.#digests.digest(full) };
  }

  /** The digest of what a file holds now. */
  digest(path: string): Promise<string> {
    return this.#digests.digest(path);
  }

  /** A path as it is carried elsewhere: relative where the file lies under the base folder. */
  portable(path: string): string {
    const inner = relative(this.directory, path);
    return inner && !inner.startsWith('..') && !isAbsolute(inner) ? inner.split(sep).join('/') : path;
  }
}
