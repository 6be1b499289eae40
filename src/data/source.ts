import { channel } from 'node:diagnostics_channel';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, UserError } from '../base/errors.ts';
import { nearestName } from './nearestName.ts';
import { compose, type FileStamp, type Query, quoteText, text } from './query.ts';

/** How a file is written. */
export type Format = 'csv' | 'tsv' | 'json' | 'ndjson' | 'parquet';

const ENDINGS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};

/** Told of each file that a table reads, when the table is made and whenever it is worked out. */
const readChannel = channel('memoir:data.read');

export function publishRead(path: string): void {
  if (readChannel.hasSubscribers) readChannel.publish({ path });
}

/** The format that a file's name tells, or null; `.gz` and `.zst` may follow. */
export function formatOf(path: string): Format | null {
  const ending = /\.([a-z]+)(?:\.(?:gz|zst))?$/i.exec(basename(path))?.[1]?.toLowerCase();
  return (ending && Object.hasOwn(ENDINGS, ending) && ENDINGS[ending]) || null;
}

/** A relation that reads one file; `types` gives columns of a CSV file another type than the one guessed. */
export function fileSql(file: FileStamp, format: Format, types: Readonly<Record<string, string>> = {}): Query {
  const piece = { kind: 'file', file } as const;
  const given = Object.entries(types).map(([column, type]) => `${quoteText(column)}: ${quoteText(type)}`);
  const typed = text(given.length ? `, types = {${given.join(', ')}}` : '');
  switch (format) {
    case 'csv':
      return compose`read_csv(${piece}${typed})`;
    case 'tsv':
      return compose`read_csv(${piece}, delim = '\t'${typed})`;
    case 'json':
      return compose`read_json(${piece})`;
    case 'ndjson':
      return compose`read_json(${piece}, format = 'newline_delimited')`;
    case 'parquet':
      return compose`read_parquet(${piece})`;
  }
}

/** The full path of a file that exists; otherwise an error that names the path tried and the nearest name there is. */
export async function findFile(path: string, directory: string): Promise<string> {
  const full = resolve(directory, path);
  try {
    const found = await stat(full);
    if (found.isFile()) return full;
    throw new UserError(`${full} is a folder; name a file in it.`);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UserError(await missingMessage(full), { cause: thrown });
    if (code === 'EACCES') throw new UserError(`${full} may not be read by this user.`, { cause: thrown });
    throw thrown;
  }
}

async function missingMessage(full: string): Promise<string> {
  let folder = dirname(full);
  let wanted = basename(full);
  let names = await readdir(folder).catch(() => null);
  while (names === null && dirname(folder) !== folder) {
    wanted = basename(folder);
    folder = dirname(folder);
    names = await readdir(folder).catch(() => null);
  }
  const nearest = nearestName(wanted, names ?? []);
  const hint = nearest ? ` Did you mean ${join(folder, nearest)}?` : '';
  return `There is no file ${full}.${hint}`;
}
