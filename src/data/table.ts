import { inspect } from 'node:util';
import type { TableData } from '../protocol/output.ts';
import type { Aggregate, AggregateValue } from './aggregate.ts';
import { type BadRow, badRowsSql } from './badRows.ts';
import { type Columns, copyOf, type Field, reader, rowsInTurns, toRows } from './columns.ts';
import type { QueryOptions } from './database.ts';
import type { Engine } from './engine.ts';
import type { Filter } from './filter.ts';
import { fingerprint } from './fingerprint.ts';
import { TABLE } from './fragment.ts';
import { type JoinOptions, joinSql } from './join.ts';
import { narrowed, type Optimization } from './optimize.ts';
import { pagesOf } from './pages.ts';
import { planText } from './plan.ts';
import { tableData } from './preview.ts';
import { compose, type Query, text } from './query.ts';
import { packRecipe, type Recipe, unpackRecipe } from './recipe.ts';
import { isRemote, remoteOf } from './remote.ts';
import { shortText } from './render.ts';
import { toArrow } from './toArrow.ts';
import {
  deriveSql,
  describeSql,
  type Expression,
  groupSql,
  limitSql,
  relation,
  selectSql,
  sortSql,
  whereSql,
} from './verbs.ts';
import { writeTable } from './write.ts';

type Names<Row> = keyof Row & string;

/**
 * A table as a recipe: nothing is read until its content is asked for, and each method gives a new table.
 * Dates and times stand in UTC: `2024-03-01` is `new Date('2024-03-01')`, on every machine.
 * @example
 * const worst = flights.where({ delay: { min: 15 } }).groupBy('origin').aggregate({ late: 'count' }).sort('-late');
 */
export class Table<Row = Record<string, unknown>> {
  /** How other parts of Memoir know a table. */
  readonly [TABLE] = true;
  readonly #engine: Engine;
  readonly #query: Query;
  #schema: Promise<readonly Field[]> | null = null;

  constructor(engine: Engine, query: Query) {
    this.#engine = engine;
    this.#query = query.isTable ? query : { ...query, isTable: true };
  }

  /** The table that a recipe describes; relative paths in it start from the engine's folder. */
  static fromRecipe<Row = Record<string, unknown>>(recipe: Recipe, engine: Engine): Table<Row> {
    return new Table<Row>(engine, unpackRecipe(recipe, engine));
  }

  /** What `console.log` and an inspector show: the query, as its rows have not been read. */
  [inspect.custom](): string {
    return `Table (${shortText(this.#query)})`;
  }

  /** The query as it is composed into others. */
  get query(): Query {
    return this.#query;
  }

  /** Rows that meet every condition: `{origin: ['SEA', 'SFO'], delay: {min: 15}}`, or an SQL expression. */
  where(condition: Filter<Row> | Expression): Table<Row> {
    return this.#with(whereSql(this.#query, condition));
  }

  /** These columns only, in this order. */
  select<K extends Names<Row>>(...columns: readonly K[]): Table<Pick<Row, K>> {
    return this.#with(selectSql(this.#query, columns));
  }

  /** Adds columns, or replaces those of the same name; every expression sees the columns as they were. */
  derive<K extends string>(columns: Readonly<Record<K, Expression>>): Table<Omit<Row, K> & Record<K, unknown>> {
    return this.#with(deriveSql(this.#query, columns));
  }

  /** Groups of rows that have the same values in these columns; without columns, all rows are one group. */
  groupBy<K extends Names<Row>>(...columns: readonly K[]): Groups<Row, K> {
    return { aggregate: (aggregates) => this.#with(groupSql(this.#query, columns, aggregates)) };
  }

  /** Rows of both tables that agree in the columns of `on`; other columns of the same name get `_1` behind it. */
  join<Other>(other: Table<Other>, options: JoinOptions): Table<Row & Other> {
    return this.#with(joinSql(this.#query, other.query, options));
  }

  /** Sorted by these columns, first to last; `-delay` is from high to low. Rows without a value come last. */
  sort(...columns: readonly (Names<Row> | `-${Names<Row>}`)[]): Table<Row> {
    return columns.length === 0 ? this : this.#with(sortSql(this.#query, columns));
  }

  /** The first `count` rows after skipping `skip`. */
  limit(count: number, skip = 0): Table<Row> {
    return this.#with(limitSql(this.#query, count, skip));
  }

  /** What is in each column: type, least and greatest value, mean, quartiles, how many are missing. */
  describe(): Table {
    return this.#with(describeSql(this.#query));
  }

  /**
   * The rows kept aside of files loaded with `{badRows: 'aside'}`, whatever was done since: `file`, `line`, the `column`
   * where it is known, what the `problem` is, and the line's `text`.
   */
  badRows(): Table<BadRow> {
    return this.#with(badRowsSql(this.#query));
  }

  /**
   * The same rows in narrower types: integers as small as they can be, texts that repeat as codes, dates out of text. It is
   * worked out now and kept. Every value is checked to be what it was, or this throws. Arithmetic in SQL that outgrows a
   * narrow type is refused by the database: cast first.
   * @example
   * const small = await flights.optimize();
   * small.optimization // { bytesBefore: 480e6, bytesAfter: 90e6, columns: [{ name: 'origin', from: 'VARCHAR', to: 'ENUM' }] }
   */
  async optimize(options: QueryOptions = {}): Promise<OptimizedTable<Row>> {
    const { query, optimization } = await narrowed(this.#engine, this.#query, await this.schema(), options);
    return new OptimizedTable<Row>(this.#engine, query, optimization);
  }

  /** How many rows there are. */
  async count(options?: QueryOptions): Promise<number> {
    const remote = remoteOf(this.#query);
    if (remote) return remote.count(options?.signal);
    const { columns } = await this.#run(compose`SELECT count(*) FROM ${relation(this.#query)}`, options);
    return Number((columns[0] as { values: ArrayLike<number> }).values[0]); // count(*) is one whole number
  }

  /**
   * All rows as plain objects. Missing values are null, integers beyond 2^53 BigInt, decimals beyond 15 digits text.
   * @example const [worst] = await flights.sort('-delay').limit(1).rows();
   */
  async rows(options?: QueryOptions): Promise<Row[]> {
    const columns = await this.#run(this.#query, options);
    const isNested = columns.columns.some(({ kind }) => kind === 'other'); // what is inside must not be shared
    return (await rowsInTurns(isNested ? copyOf(columns) : columns)) as Row[]; // the reader's own word for what the columns are
  }

  /**
   * The rows in lists of about `size`, so that never more are held, whatever the table's size.
   * @example for await (const rows of flights.batches(10_000)) await send(rows);
   */
  async *batches(size = 10_000, options?: QueryOptions): AsyncGenerator<Row[]> {
    for await (const part of this.#engine.parts(this.#query, size, options)) {
      if (part.rowCount > 0) yield (await rowsInTurns(part)) as Row[]; // as above
    }
  }

  /** The rows one by one, of which few are held at a time: `for await (const row of table)`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    for await (const rows of this.batches(2_048)) yield* rows;
  }

  /**
   * The content as an Arrow stream, to be read by any Arrow library.
   * @example const arrow = tableFromIPC(await flights.toArrow());
   */
  async toArrow(options?: QueryOptions): Promise<Uint8Array> {
    return toArrow(await this.#run(this.#query, options));
  }

  /**
   * Writes the rows to a file in the format that its name tells: `.parquet`, `.csv`, `.tsv`, `.json`, `.ndjson`, `.arrow`;
   * text also with `.gz` or `.zst` behind it. The file is there whole or not at all.
   * @throws UserError for another name, or where the folder is missing.
   * @example await worst.write('worst.parquet');
   */
  write(path: string, options: QueryOptions = {}): Promise<void> {
    return writeTable(this.#engine, this.#query, path, options);
  }

  /** The content column by column, in typed arrays: far faster than `rows()` where there are many. */
  columns(options?: QueryOptions): Promise<Columns> {
    return this.#engine.ownAnswer(this.#query, options); // what the reader does with it must not show elsewhere
  }

  /**
   * How DuckDB works the table out, as text, last step first. The query is run once, so that each step tells its rows and
   * the time it took; with `run: false` it is only planned.
   */
  async explain({ run = true, ...options }: QueryOptions & { readonly run?: boolean } = {}): Promise<string> {
    const how = text(run ? 'EXPLAIN (ANALYZE, FORMAT JSON)' : 'EXPLAIN (FORMAT JSON)');
    const { columns } = await this.#engine.run(compose`${how} ${this.#query}`, options);
    return planText(String(reader(columns[1]!)(0)));
  }

  /** Names and types of the columns, without reading the rows. */
  schema(options?: QueryOptions): Promise<readonly Field[]> {
    const remote = remoteOf(this.#query);
    if (remote) return Promise.resolve(remote.fields);
    this.#schema ??= this.#run(
      compose`SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM ${relation(this.#query)})`,
      options,
    )
      .then((columns) => toRows(columns) as unknown as readonly Field[]) // two columns of text, named above
      .catch((error: unknown) => {
        this.#schema = null; // the file may be mended by the next time
        throw error;
      });
    return this.#schema;
  }

  /** The first rows as they are shown, and how many there are in all. */
  async preview(limit: number, options?: QueryOptions): Promise<TableData> {
    const first = await this.limit(limit + 1).columns(options);
    if (first.rowCount <= limit) return tableData(first, limit, first.rowCount);
    const pages = await pagesOf(this.#engine).add(this.#query);
    return { ...tableData(first, limit, await this.count(options)), ...(pages !== null && { pages }) };
  }

  /** Whether rows of a database elsewhere take part, so that the table is made anew rather than carried. */
  get isRemote(): boolean {
    return isRemote(this.#query);
  }

  /** Everything needed to have the same table in another process, as plain data. */
  recipe(): Recipe {
    return packRecipe(this.#query, this.#engine);
  }

  /** A digest of the recipe and of what the files it reads hold now; where the files lie does not count. */
  fingerprint(): Promise<string> {
    return fingerprint(this.#query, this.#engine);
  }

  #run(query: Query, options: QueryOptions = {}): Promise<Columns> {
    return this.#engine.answer(query, options);
  }

  #with<T>(query: Query): Table<T> {
    return new Table<T>(this.#engine, query);
  }
}

/** A table in narrower types, made by `optimize()`. */
export class OptimizedTable<Row = Record<string, unknown>> extends Table<Row> {
  /** What became narrower, and the memory that rows take before and after. */
  readonly optimization: Optimization;

  constructor(engine: Engine, query: Query, optimization: Optimization) {
    super(engine, query);
    this.optimization = optimization;
  }
}

/** Rows by groups, to be worked out. */
export interface Groups<Row, K extends Names<Row>> {
  /** One row for each group: its key, and these values, such as `{flights: 'count', late: 'mean(delay)'}`. */
  aggregate<const A extends Readonly<Record<string, Aggregate<Names<Row>>>>>(
    aggregates: A,
  ): Table<Pick<Row, K> & { [Name in keyof A]: AggregateValue<Row, A[Name]> }>;
}
