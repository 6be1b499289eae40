import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import { type BadRow, badRowsSql } from './badRows.ts';
import type { Engine } from './engine.ts';
import { type FileOptions, fileSql } from './fileSql.ts';
import type { Filter } from './filter.ts';
import { expand } from './findFiles.ts';
import { TABLE } from './fragment.ts';
import { type InlineSource, inlineData } from './inline.ts';
import { compose, list, type Narrowing, type Query } from './query.ts';
import { narrowSql, pushDown } from './remote.ts';
import { Table } from './table.ts';

/**
 * A file's path or address, several of them or a pattern such as `data/*.csv`; rows or columns that the program holds; another table.
 * @example
 * const sources: Source[] = ['data/*.csv', 'https://example.org/rates.json', [{ a: 1 }, { a: 2 }]];
 */
export type Source = string | URL | readonly (string | URL)[] | InlineSource | AnyTable;

/** A table, whatever its rows are. */
type AnyTable = Pick<Table, typeof TABLE | 'query'>;

/**
 * What of a source is loaded.
 * @example
 * await load('data/flights.csv', { where: { origin: ['BOS', 'JFK'], delay: { min: 15 } }, columns: ['delay'], limit: 100 });
 */
export interface LoadOptions<Row = Record<string, unknown>> extends FileOptions {
  /** Only rows that meet these conditions, also on columns that are not kept. */
  readonly where?: Filter<Row>;
  /** Only these columns, in this order. */
  readonly columns?: readonly (keyof Row & string)[];
  /** At most this many rows. */
  readonly limit?: number;
}

/**
 * A table of files (CSV, TSV, JSON, NDJSON, Parquet, Arrow, Excel, SQLite; also gzipped or zstd) or of the program's own
 * rows. What is asked for is read when it is needed, and only that; columns are checked at once.
 */
export async function load<Row = Record<string, unknown>>(
  engine: Engine,
  source: Source,
  options: LoadOptions<NoInfer<Row>> = {},
): Promise<Table<Row>> {
  const { where = {}, columns, limit } = options;
  if (columns?.length === 0) throw new UserError('load: columns is empty; name at least one, or leave it out for all.');
  const wanted = { where, ...(columns && { columns }) };
  const whole = new Table<Row>(engine, await sourceSql(engine, source, wanted, options));
  const table = limit === undefined ? whole : whole.limit(limit);
  await table.schema(options);
  if (options.badRows === 'aside') await tellBadRows(engine, whole.query);
  return table;
}

async function sourceSql(engine: Engine, source: Source, wanted: Narrowing, options: FileOptions): Promise<Query> {
  if (isTable(source)) {
    const { query, rest } = pushDown(source.query, wanted);
    return rest === null ? query : narrowSql(compose`(${query}\n)`, rest);
  }
  return narrowSql(await relation(engine, source, options), wanted);
}

async function relation(engine: Engine, source: Exclude<Source, AnyTable>, options: FileOptions): Promise<Query> {
  if (typeof source === 'string' || source instanceof URL) return filesSql(engine, [source], options);
  if (isPaths(source)) return filesSql(engine, source, options);
  return { texts: ['', ''], pieces: [{ kind: 'data', data: inlineData(source) }] };
}

/** Several files are one table: columns of the same name belong together, and where a file lacks one its rows have no value. */
async function filesSql(engine: Engine, sources: readonly (string | URL)[], options: FileOptions): Promise<Query> {
  const paths: string[] = [];
  for (const source of sources) {
    const url = source instanceof URL ? source : /^[a-z][a-z\d+.-]+:\/\//i.test(source) ? new URL(source) : null;
    if (url?.protocol === 'file:') paths.push(fileURLToPath(url));
    else if (url && /^https?:$/.test(url.protocol)) paths.push(await engine.download(url, options));
    else if (url) throw new UserError(`load reads files and addresses of http and https, not of ${url.protocol}//.`);
    else paths.push(...(await expand(String(source), engine.directory)));
  }
  const relations: Query[] = [];
  for (const path of paths) relations.push(await fileSql(engine, await engine.find(path), options));
  if (relations.length === 1) return relations[0]!;
  return compose`(${list(
    relations.map((one) => compose`FROM ${one}`),
    ' UNION ALL BY NAME ',
  )})`;
}

function isTable(source: Source): source is AnyTable {
  return typeof source === 'object' && TABLE in source;
}

function isPaths(source: object): source is readonly (string | URL)[] {
  return (
    Array.isArray(source) &&
    source.length > 0 &&
    source.every((item) => typeof item === 'string' || item instanceof URL)
  );
}

async function tellBadRows(engine: Engine, rows: Query): Promise<void> {
  const bad = new Table<BadRow>(engine, badRowsSql(rows));
  const count = await bad.count();
  if (count === 0) return;
  const [first] = await bad.limit(1).rows();
  const { file, line, problem, text } = first!; // there is at least one
  console.warn(
    `${count} bad ${count === 1 ? 'row was' : 'rows were'} kept aside, the first in ${file}, line ${line} (${text}): ${problem.replace(/\.*$/, '')}. See table.badRows().`,
  );
}
