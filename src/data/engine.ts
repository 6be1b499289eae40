import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type AnswerOptions, Answers, type AnswersParts } from './answers.ts';
import { type Columns, copyOf } from './columns.ts';
import { Conversions } from './conversions.ts';
import { groupsOfCube } from './cubeGroups.ts';
import { Cubes } from './cubes.ts';
import type { Database, QueryOptions } from './database.ts';
import { type DownloadOptions, download } from './download.ts';
import { isFickle } from './fickle.ts';
import type { FileDigests } from './fileDigests.ts';
import { findFile } from './findFiles.ts';
import { type Digests, fingerprint, fingerprints, lookedUpOnce } from './fingerprint.ts';
import type { Keeper } from './keeper.ts';
import type { KeptFolders } from './keptFolders.ts';
import { type FilePlace, type FileStamp, filesOf, type Piece, type Query, replaceQueries, walk } from './query.ts';
import { fetchRemotes } from './remote.ts';
import { shortText } from './render.ts';
import { publishRead } from './source.ts';
import { type DatabaseStatistics, QueryStatistics } from './statistics.ts';
import { whileSteady } from './steady.ts';
import { isCostly, type StoredParts, StoredTables } from './storedTables.ts';

/** What an engine is made of. */
export interface EngineParts extends AnswersParts {
  readonly database: Database;
  readonly digests: FileDigests;
  /** What was made of files that DuckDB does not read itself. */
  readonly kept: KeptFolders;
  /** Tables that were worked out. */
  readonly tables: Pick<StoredParts, 'kept' | 'folder' | 'afterMs'>;
}

/** What tables run on: a database, and the folder from which relative paths start. */
export class Engine {
  readonly database: Database;
  readonly #digests: FileDigests;
  readonly #conversions: Conversions;
  /** What was brought here from files and databases that DuckDB does not read itself. */
  readonly kept: KeptFolders;
  readonly #answers: Answers;
  readonly #statistics = new QueryStatistics();
  readonly stored: StoredTables;
  readonly cubes: Cubes;
  /** What is remembered from run to run; null where nothing is. */
  readonly keeper: Keeper | null;
  #directory: string | null = null;

  constructor({ database, digests, kept, tables, keeper, keepAfterMs, remember }: EngineParts) {
    this.database = database;
    this.#digests = digests;
    this.#conversions = new Conversions(database, digests, kept);
    this.kept = kept;
    this.keeper = keeper;
    this.#answers = new Answers({ keeper, keepAfterMs, remember }, this.#statistics);
    this.cubes = new Cubes(keeper, this.#answers);
    this.stored = new StoredTables({
      ...tables,
      digests,
      keeper,
      execute: (sql) => database.query(sql),
      printOf: (query) => fingerprint(query, this),
      run: (query, of, signal) => this.run(query, { signal }, of),
    });
  }

  /** What the database did so far. */
  get statistics(): DatabaseStatistics {
    return this.#statistics.now;
  }

  get directory(): string {
    return this.#directory ?? process.cwd();
  }

  /** Sets the folder from which relative paths start; tables made before keep theirs. */
  setBaseDirectory(directory: string): void {
    this.#directory = resolve(directory);
    this.database.setDirectory(this.#directory);
  }

  /**
   * What a query gives: remembered where it was asked before and its files hold what they held, else worked out, of what is
   * stored where that helps. The columns are shared, so nobody may change them.
   */
  async answer(query: Query, options: AnswerOptions = {}): Promise<Columns> {
    if (isFickle(query)) return this.run(query, options);
    const paths = filesOf(query).map(({ path }) => path);
    for (const path of paths) publishRead(path);
    return whileSteady(paths, async (check) => {
      const digests = lookedUpOnce(this);
      const prints = await fingerprints(query, digests);
      const compute = async (stop: AbortSignal) => {
        const here = await this.#here(query, prints, digests);
        if (here) return here;
        const quicker = await this.#quicker(query, prints, digests);
        const started = performance.now();
        const columns = await this.run(quicker, { signal: stop });
        await check(); // or it would be kept as what the files held before
        if (quicker === query) this.stored.note(query, prints, performance.now() - started);
        return columns;
      };
      return this.#answers.get(prints.get(query)!, shortText(query), compute, options);
    });
  }

  /** The same, as the caller's own. */
  async ownAnswer(query: Query, options: AnswerOptions = {}): Promise<Columns> {
    const columns = await this.answer(query, options);
    return this.#answers.isShared(columns) ? copyOf(columns) : columns;
  }

  /** Works a table out and keeps it, so that queries that read it begin there; `ifCostly`, only where that is worth it. */
  async store(
    query: Query,
    { signal, ifCostly = false }: QueryOptions & { readonly ifCostly?: boolean } = {},
  ): Promise<void> {
    const paths = filesOf(query).map(({ path }) => path);
    await whileSteady(paths, async () => {
      const digests = lookedUpOnce(this);
      const prints = await fingerprints(query, digests);
      const print = prints.get(query)!;
      if (await this.stored.find(print)) return;
      const quicker = await this.#quicker(query, prints, digests);
      if (!ifCostly || isCostly(quicker)) await this.stored.store(print, query, quicker, signal);
    });
  }

  /** Groups that a cube in memory gives at once. */
  async #here(query: Query, prints: ReadonlyMap<Query, string>, digests: Digests): Promise<Columns | null> {
    const { groups } = query;
    const cube = groups && (await this.cubes.find(groups, prints, (source) => fingerprint(source, digests)));
    const found = cube && groupsOfCube(groups, cube);
    return found ? this.#statistics.time(shortText(query), async () => found) : null;
  }

  /** The same query, reading what is stored and asking cubes where they can answer. */
  async #quicker(query: Query, prints: ReadonlyMap<Query, string>, digests: Digests): Promise<Query> {
    const by = new Map<Query, Query>();
    for (const part of walk(query, by)) {
      const print = prints.get(part);
      if (!print) continue;
      const found =
        (part.groups && (await this.cubes.answer(part.groups, prints, (cube) => fingerprint(cube, digests)))) ??
        (part.isTable && (await this.stored.find(print)));
      if (found) by.set(part, found);
    }
    return by.size ? replaceQueries(query, by) : query;
  }

  /** Runs a query as it stands, telling of the files that it reads; among the slowest it stands `as` what was asked for. */
  async run(query: Query, options: QueryOptions = {}, as = query): Promise<Columns> {
    const paths = filesOf(query).map(({ path }) => path);
    return this.#statistics.time(shortText(as), () =>
      whileSteady(paths, async () => {
        for (const path of paths) publishRead(path);
        return this.database.run(await this.#ready(query, options), options);
      }),
    );
  }

  /** Runs a query, telling of the files that it reads, and gives its rows in parts of about `rows`. */
  async *parts(query: Query, rows: number, options: QueryOptions = {}): AsyncGenerator<Columns> {
    for (const { path } of filesOf(query)) publishRead(path);
    yield* this.database.parts(await this.#ready(query, options), rows, options);
  }

  /** The same query, reading only what DuckDB can read. */
  async #ready(query: Query, { signal }: QueryOptions): Promise<Query> {
    return this.#conversions.prepare(await fetchRemotes(query, signal), signal);
  }

  /** Runs SQL text that reads no files of the reader's. */
  query(sql: string): Promise<Columns> {
    return this.database.query(sql);
  }

  /** Finds a file to read. */
  find(path: string): Promise<string> {
    return findFile(path, this.directory);
  }

  /** Notes what a file holds, and tells of it. */
  async stamp(path: string): Promise<FileStamp> {
    try {
      return { path, digest: await this.#digests.withCompanions(path) };
    } finally {
      publishRead(path); // also where it cannot be read; who wants its digest at once finds it known
    }
  }

  /** What a short look at a file gives, as long as it holds the same; begun at once where it takes its time to find that out. */
  async look(path: string, queryOf: (file: Piece) => Query): Promise<Columns> {
    return whileSteady([path], async (check) => {
      const run = (query: Query) => this.#statistics.time(shortText(query), () => this.database.run(query));
      const isKnown = await this.#digests.isKnown(path);
      const begun = isKnown ? null : run(queryOf({ kind: 'file', file: { path, digest: '' } }));
      begun?.catch(() => {}); // told below, where it counts
      const query = queryOf({ kind: 'file', file: await this.stamp(path) });
      const compute = async () => {
        const columns = await (begun ?? run(query));
        await check(); // or it would be kept as what the file held before
        return columns;
      };
      return this.#answers.get(await fingerprint(query, this), shortText(query), compute, { keep: true });
    });
  }

  /** Where a file lies as DuckDB reads it. */
  local(file: FilePlace, signal?: AbortSignal): Promise<string> {
    return this.#conversions.path(file, signal);
  }

  /** The file that holds what an address gives. */
  download(url: URL, options: DownloadOptions): Promise<string> {
    return download(this.kept, url, options);
  }

  /** The digest of what a file holds now. */
  digest(path: string): Promise<string> {
    return this.#digests.withCompanions(path);
  }

  /** A path as it is carried elsewhere: relative where the file lies under the base folder. */
  portable(path: string): string {
    const inner = relative(this.directory, path);
    return inner && !inner.startsWith('..') && !isAbsolute(inner) ? inner.split(sep).join('/') : path;
  }
}
