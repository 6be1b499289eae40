import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { soundFile } from './badRows.ts';
import { type CsvOptions, checkNames, csvSettings } from './csv.ts';
import { DECODED, decoderOf, markedEncoding } from './decode.ts';
import type { DownloadOptions } from './download.ts';
import type { Engine } from './engine.ts';
import { compose, type FilePlace, type FileStamp, list, name, type Query, quoteText, text } from './query.ts';
import { FORMATS, type Format, formatOf } from './source.ts';
import { Table } from './table.ts';

/** How a file is read. */
export interface FileOptions extends CsvOptions, DownloadOptions {
  /** The file's format where its name does not tell. */
  readonly format?: Format;
  /** How a text file is encoded where that is not UTF-8, such as `'windows-1252'` or `'utf-16le'`. */
  readonly encoding?: string;
  /**
   * What becomes of rows of a CSV, TSV or NDJSON file that cannot be read: by default they are an error that names
   * file and line; `'aside'` keeps them apart, tells how many there are, and `table.badRows()` shows them.
   */
  readonly badRows?: 'error' | 'aside';
  /** Which table of a SQLite file. */
  readonly table?: string;
  /** Which sheet of an Excel file; the first unless given. */
  readonly sheet?: string;
}

const TEXT: readonly Format[] = ['csv', 'tsv', 'json', 'ndjson'];

/** A relation that reads the file at `path`. */
export async function fileSql(engine: Engine, path: string, options: FileOptions): Promise<Query> {
  const stamp = engine.stamp(path);
  try {
    return await relationOf(engine, path, stamp, options);
  } finally {
    await Promise.allSettled([stamp]); // who made the table is told what it reads, also where it cannot be read
  }
}

async function relationOf(engine: Engine, path: string, stamp: Promise<FileStamp>, given: FileOptions): Promise<Query> {
  const format = given.format ?? formatOf(path);
  if (!format) {
    throw new UserError(
      `${path}: its name does not tell the format. Give it: load(…, {format: ${FORMATS.map((one) => `'${one}'`).join(' | ')}}).`,
    );
  }
  if ((await stat(path)).size === 0) throw new UserError(`${path} is empty.`);
  const isText = TEXT.includes(format);
  if (given.encoding !== undefined) {
    if (!isText) throw new UserError(`${path}: an encoding is for text files; this one is read as ${format}.`);
    decoderOf(given.encoding);
  }
  if (given.badRows === 'aside' && (!isText || format === 'json')) {
    throw new UserError(
      `${path}: bad rows can be kept aside for CSV, TSV and NDJSON files; this one is read as ${format}.`,
    );
  }
  const encoding = given.encoding ?? (isText ? await markedEncoding(path) : undefined);
  const options = { ...given, ...(encoding !== undefined && { encoding }) };
  if (format === 'csv' || format === 'tsv') return delimited(engine, path, stamp, format, options);
  return retyped(engine, path, other(await stamp, format, options), options.types);
}

/** What a CSV file looks like is found out while it is being digested. */
async function delimited(
  engine: Engine,
  path: string,
  stamp: Promise<FileStamp>,
  format: 'csv' | 'tsv',
  options: FileOptions,
): Promise<Query> {
  const settings = await csvSettings(
    engine,
    decoded({ path }, options),
    format === 'tsv' ? { delimiter: '\t', ...options } : options,
  );
  const file = await stamp;
  return options.badRows === 'aside'
    ? parquet(soundFile(file, { ...encodingOf(options), format, settings }))
    : reader('read_csv', decoded(file, options), settings);
}

function other(file: FileStamp, format: Exclude<Format, 'csv' | 'tsv'>, options: FileOptions): Query {
  switch (format) {
    case 'json':
      return reader('read_json', decoded(file, options));
    case 'ndjson':
      return options.badRows === 'aside'
        ? parquet(soundFile(file, { ...encodingOf(options), format }))
        : reader('read_json', decoded(file, options), `, format = 'newline_delimited'`);
    case 'parquet':
      return parquet(file);
    default: {
      const { table, sheet } = options;
      const choice = { ...(table !== undefined && { table }), ...(sheet !== undefined && { sheet }) };
      return parquet({ ...file, conversion: { kind: format, options: choice, part: 'rows.parquet' } });
    }
  }
}

/** A text file as UTF-8. */
function decoded<Place extends FilePlace>(file: Place, { encoding }: FileOptions): Place {
  if (encoding === undefined) return file;
  return { ...file, conversion: { kind: 'decoded', options: { encoding }, part: DECODED } };
}

function encodingOf({ encoding }: FileOptions) {
  return encoding === undefined ? {} : { encoding };
}

function parquet(file: FileStamp): Query {
  return reader('read_parquet', file);
}

function reader(name: string, file: FileStamp, settings = ''): Query {
  return compose`${text(name)}(${{ kind: 'file', file }}${text(settings)})`;
}

/** The relation with columns turned into other types. */
async function retyped(
  engine: Engine,
  path: string,
  relation: Query,
  types: FileOptions['types'] = {},
): Promise<Query> {
  const wanted = Object.entries(types);
  if (wanted.length === 0) return relation;
  const fields = await new Table(engine, compose`FROM ${relation}`).schema();
  checkNames(
    path,
    Object.keys(types),
    fields.map((field) => field.name),
  );
  const casts = wanted.map(
    ([column, type]) => compose`CAST(${name(column)} AS ${text(typeText(type))}) AS ${name(column)}`,
  );
  return compose`(SELECT * REPLACE (${list(casts)}) FROM ${relation})`;
}

/** A type's name, and nothing that would go on behind it. */
function typeText(type: string): string {
  if (/^[\w\s(),[\]"]+$/.test(type)) return type;
  throw new UserError(`types: ${quoteText(type)} is not a type.`);
}
