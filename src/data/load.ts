import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import type { Engine } from './engine.ts';
import { type Filter, filterSql } from './filter.ts';
import { type InlineSource, inlineData } from './inline.ts';
import { compose, list, name, type Query, text } from './query.ts';
import { type Format, fileSql, formatOf } from './source.ts';
import { Table } from './table.ts';

/** A file's path, rows or columns that the program holds, or another table. */
export type Source = string | URL | InlineSource | Table<never>;

export interface LoadOptions<Row = Record<string, unknown>> {
  /** Only rows that meet these conditions, also on columns that are not kept. */
  readonly where?: Filter<Row>;
  /** Only these columns, in this order. */
  readonly columns?: readonly (keyof Row & string)[];
  /** At most this many rows. */
  readonly limit?: number;
  /** The file's format where its name does not tell. */
  readonly format?: Format;
  /** Types of CSV columns where the ones guessed from the first rows are wrong, such as `{zip: 'VARCHAR'}`. */
  readonly types?: Readonly<Record<string, string>>;
}

/**
 * A table of a file (CSV, TSV, JSON, NDJSON, Parquet; also gzipped) or of the program's own rows.
 * What is asked for is read when it is needed, and only that; columns are checked at once.
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
  await table.schema();
  return table;
}

async function relation(
  engine: Engine,
  source: Source,
  { format, types }: Pick<LoadOptions, 'format' | 'types'>,
): Promise<Query> {
  if (source instanceof Table) return compose`(${source.query}\n)`;
  if (typeof source !== 'string' && !(source instanceof URL))
    return { texts: ['', ''], pieces: [{ kind: 'data', data: inlineData(source) }] };
  const path = source instanceof URL ? fileURLToPath(source) : source;
  const known = format ?? formatOf(path);
  if (!known) {
    throw new UserError(
      `${path}: its name does not tell the format. Give it: load(…, {format: 'csv' | 'tsv' | 'json' | 'ndjson' | 'parquet'}).`,
    );
  }
  return fileSql(await engine.open(path), known, types);
}
