import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import { type BadRow, badRowsSql } from './badRows.ts';
import type { Engine } from './engine.ts';
import { type FileOptions, fileSql } from './fileSql.ts';
import { type Filter, filterSql } from './filter.ts';
import { expand } from './findFiles.ts';
import { type InlineSource, inlineData } from './inline.ts';
import { compose, list, name, type Query, text } from './query.ts';
import { Table } from './table.ts';

/** A file's path or address, several of them or a pattern such as `data/*.csv`; rows or columns that the program holds; another table. */
export type Source = string | URL | readonly (string | URL)[] | InlineSource | Table<never>;

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
  const selected = columns ? list(columns.map(name)) : text('*');
  const rows = compose`SELECT ${selected} FROM ${await relation(engine, source, options)} WHERE ${filterSql(where)}`;
  const whole = new Table<Row>(engine, rows);
  const table = limit === undefined ? whole : whole.limit(limit);
  await table.schema(options);
  if (options.badRows === 'aside') await tellBadRows(engine, rows);
  return table;
}

async function relation(engine: Engine, source: Source, options: FileOptions): Promise<Query> {
  if (source instanceof Table) return compose`(${source.query}\n)`;
  if (typeof source === 'string' || source instanceof URL) return filesSql(engine, [source], options);
  if (isPaths(source)) return filesSql(engine, source, options);
  return { texts: ['', ''], pieces: [{ kind: 'data', data: inlineData(source) }] };
}

/** Several files are one table: columns of the same name belong together, and where a file lacks one its rows have no value. */
async function filesSql(engine: Engine, sources: readonly (string | URL)[], options: FileOptions): Promise<Query> {
  const paths: string[] = [];
  for (const source of sources) {
    const url = source instanceof URL ? source : /^https?:\/\//i.test(source) ? new URL(source) : null;
    if (url?.protocol === 'file:') paths.push(fileURLToPath(url));
    else if (url) paths.push(await engine.download(url, options));
    else paths.push(...(await expand(String(source), engine.directory)));
  }
  const relations: Query[] = [];
  for (const path of paths) relations.push(await fileSql(engine, await engine.open(path), options));
  if (relations.length === 1) return relations[0]!;
  return compose`(${list(
    relations.map((one) => compose`FROM ${one}`),
    ' UNION ALL BY NAME ',
  )})`;
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
