import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { soundFile } from './badRows.ts';
import { type CsvOptions, checkNames, csvSettings } from './csv.ts';
import { DECODED, decoderOf, markedEncoding } from './decode.ts';
import type { DownloadOptions } from './download.ts';
import type { Engine } from './engine.ts';
import { type Conversion, compose, type FileStamp, list, name, type Query, quoteText, text } from './query.ts';
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

/** A relation that reads one file. */
export async function fileSql(engine: Engine, file: FileStamp, options: FileOptions): Promise<Query> {
  const format = options.format ?? formatOf(file.path);
  if (!format) {
    throw new UserError(
      `${file.path}: its name does not tell the format. Give it: load(…, {format: ${FORMATS.map((one) => `'${one}'`).join(' | ')}}).`,
    );
  }
  if ((await stat(file.path)).size === 0) throw new UserError(`${file.path} is empty.`);
  const isText = TEXT.includes(format);
  if (options.encoding !== undefined) {
    if (!isText) throw new UserError(`${file.path}: an encoding is for text files; this one is read as ${format}.`);
    decoderOf(options.encoding);
  }
  if (options.badRows === 'aside' && (!isText || format === 'json')) {
    throw new UserError(
      `${file.path}: bad rows can be kept aside for CSV, TSV and NDJSON files; this one is read as ${format}.`,
    );
  }
  const encoding = options.encoding ?? (isText ? await markedEncoding(file.path) : undefined);
  const relation = await relationOf(engine, file, format, { ...options, ...(encoding && { encoding }) });
  return format === 'csv' || format === 'tsv' ? relation : retyped(engine, file, relation, options.types);
}

async function relationOf(engine: Engine, file: FileStamp, format: Format, options: FileOptions): Promise<Query> {
  const encoded = options.encoding === undefined ? undefined : { encoding: options.encoding };
  const plain = encoded ? converted(file, { kind: 'decoded', options: encoded, part: DECODED }) : file;
  const aside = options.badRows === 'aside';
  switch (format) {
    case 'csv':
    case 'tsv': {
      const settings = await csvSettings(engine, plain, format === 'tsv' ? { delimiter: '\t', ...options } : options);
      return aside ? parquet(soundFile(file, { ...encoded, format, settings })) : reader('read_csv', plain, settings);
    }
    case 'json':
      return reader('read_json', plain);
    case 'ndjson':
      return aside
        ? parquet(soundFile(file, { ...encoded, format }))
        : reader('read_json', plain, `, format = 'newline_delimited'`);
    case 'parquet':
      return parquet(file);
    default: {
      const { table, sheet } = options;
      const choice = { ...(table !== undefined && { table }), ...(sheet !== undefined && { sheet }) };
      return parquet(converted(file, { kind: format, options: choice, part: 'rows.parquet' }));
    }
  }
}

function converted(file: FileStamp, conversion: Conversion): FileStamp {
  return { ...file, conversion };
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
  file: FileStamp,
  relation: Query,
  types: FileOptions['types'] = {},
): Promise<Query> {
  const wanted = Object.entries(types);
  if (wanted.length === 0) return relation;
  const fields = await new Table(engine, compose`FROM ${relation}`).schema();
  checkNames(
    file,
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
