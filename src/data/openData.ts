import { join } from 'node:path';
import { makeCacheFolder, programDirectory } from '../base/program.ts';
import type { TableData } from '../protocol/output.ts';
import type { Aggregate } from './aggregate.ts';
import type { Columns } from './columns.ts';
import { Database, type DatabaseOptions, type QueryOptions } from './database.ts';
import { Engine } from './engine.ts';
import { FileDigests } from './fileDigests.ts';
import { tablePromise } from './forgottenAwait.ts';
import type { Keeper } from './keeper.ts';
import { KeptFolders } from './keptFolders.ts';
import { type LoadOptions, load, type Source } from './load.ts';
import { type LoadAllOptions, type LoadRequest, loadAll } from './loadAll.ts';
import { pagesOf } from './pages.ts';
import { type Pipeline, pipeline, type Steps } from './pipeline.ts';
import { PostgresDatabase } from './postgres.ts';
import type { DatabaseConnectionOptions } from './postgresPool.ts';
import { type Cube, precompute } from './precompute.ts';
import type { Scalar } from './query.ts';
import type { Recipe } from './recipe.ts';
import { Sql } from './sql.ts';
import type { DatabaseStatistics } from './statistics.ts';
import type { PipelineOptions } from './stepRun.ts';
import { Table } from './table.ts';

/** Tables and what they run on. The functions may be taken out of it and used alone. */
export interface Data {
  readonly load: <Row = Record<string, unknown>>(
    source: Source,
    options?: LoadOptions<NoInfer<Row>>,
  ) => Promise<Table<Row>>;
  readonly loadAll: <Name extends string>(
    datasets: Readonly<Record<Name, Source | LoadRequest>>,
    options?: LoadAllOptions,
  ) => Promise<Record<Name, Table>>;
  readonly database: (url: string, options?: DatabaseConnectionOptions) => PostgresDatabase;
  readonly sql: <Row = Record<string, unknown>>(texts: TemplateStringsArray, ...values: readonly unknown[]) => Sql<Row>;
  /** Runs SQL text as it stands, also such as changes settings or makes tables; `$1`, … stand for `values`. */
  readonly query: (sql: string, values?: readonly Scalar[], options?: QueryOptions) => Promise<Columns>;
  /** The table that a recipe describes; relative paths in it start from the base folder. */
  readonly fromRecipe: <Row = Record<string, unknown>>(recipe: Recipe) => Table<Row>;
  readonly precompute: <Row = Record<string, unknown>>(
    table: Table<Row>,
    groupBys: readonly (readonly (keyof Row & string)[] | (keyof Row & string))[],
    aggregates: Readonly<Record<string, Aggregate<keyof Row & string>>>,
    options?: QueryOptions,
  ) => Promise<readonly Cube[]>;
  readonly pipeline: Pipeline;
  /** Further rows of a table that was shown in part, by its `pages`. */
  readonly rows: (pages: string, from: number, count: number) => Promise<TableData['rows']>;
  /** What the database of this process did so far. */
  readonly statistics: () => DatabaseStatistics;
  /** Stops the queries that run, which then fail with `reason`. */
  readonly interrupt: (reason: Error) => void;
  /** Sets the folder from which relative paths start, at first the process's own; tables made before keep theirs. */
  readonly setBaseDirectory: (directory: string) => void;
  /** Frees the database; what is asked afterwards is refused. */
  readonly close: () => Promise<void>;
}

/** How tables are kept and worked out. */
export interface DataOptions extends DatabaseOptions {
  /** Folder for what was made of files that DuckDB does not read itself; in the program's cache unless given. */
  readonly keptIn?: string;
  /** Milliseconds that a query takes at least for its result to be kept for later runs; 100 unless given. */
  readonly keepAfterMs?: number;
  /** Milliseconds that queries of a table may take altogether before its rows are stored; 1,000 unless given. */
  readonly storeAfterMs?: number;
  /** What is remembered from run to run; nothing unless given. */
  readonly keeper?: Keeper;
  /** False works every query out, however often it is asked for: where queries are what is measured. */
  readonly remember?: boolean;
}

/** How much is kept there, unless what is in use takes more. */
const KEPT_MAX_BYTES = 4e9;

/** Makes a database in memory, which costs nothing until the first query. One is enough for a process. */
export function openData(options: DataOptions = {}): Data {
  const database = new Database(options);
  const folder = (name: string) => join(options.keptIn ?? programFolder(), name);
  const keptAs = (name: string) => new KeptFolders(() => folder(name), KEPT_MAX_BYTES);
  const { remember = true, keepAfterMs = 100 } = options;
  const keeper = (remember && options.keeper) || null;
  const afterMs = remember ? (options.storeAfterMs ?? 1_000) : Number.POSITIVE_INFINITY;
  const tables = { kept: keptAs('tables'), folder: () => folder('tables'), afterMs };
  const engine = new Engine({
    database,
    digests: new FileDigests(keeper),
    kept: keptAs('sources'),
    tables,
    keeper,
    keepAfterMs,
    remember,
  });
  if (options.directory) engine.setBaseDirectory(options.directory);
  return {
    load: (source, loadOptions) => tablePromise(load(engine, source, loadOptions)),
    database: (url, connectionOptions) => new PostgresDatabase(engine, url, connectionOptions),
    loadAll: (datasets, allOptions) => loadAll((source, one) => load(engine, source, one), datasets, allOptions),
    sql: (texts, ...values) => new Sql(engine, texts, values),
    query: (sql, values, queryOptions) => database.query(sql, values, queryOptions),
    fromRecipe: (recipe) => Table.fromRecipe(recipe, engine),
    precompute: (table, groupBys, aggregates, queryOptions) =>
      precompute(engine, table, groupBys, aggregates, queryOptions),
    pipeline: ((name: string, steps: Steps, pipelineOptions?: PipelineOptions) =>
      pipeline(engine, name, steps, pipelineOptions)) as Pipeline, // what steps give is known to their author
    rows: (pages, from, count) => pagesOf(engine).rows(pages, from, count),
    statistics: () => engine.statistics,
    interrupt: (reason) => database.interrupt(reason),
    setBaseDirectory: (directory) => engine.setBaseDirectory(directory),
    close: () => database.close(),
  };
}

function programFolder(): string {
  makeCacheFolder(programDirectory());
  return programDirectory();
}
