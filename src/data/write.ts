import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { QueryOptions } from './database.ts';
import type { Engine } from './engine.ts';
import { compose, type Query, quoteText, text } from './query.ts';
import { toArrow } from './toArrow.ts';

const FORMATS: Readonly<Record<string, string>> = {
  parquet: 'FORMAT parquet, COMPRESSION zstd',
  csv: 'FORMAT csv, HEADER',
  tsv: "FORMAT csv, HEADER, DELIMITER '\t'",
  json: 'FORMAT json, ARRAY true',
  ndjson: 'FORMAT json',
  jsonl: 'FORMAT json',
};
const COMPRESSIONS: Readonly<Record<string, string>> = { gz: ', COMPRESSION gzip', zst: ', COMPRESSION zstd' };

/** Writes a query's rows to a file in the format that its name tells; the file is there whole or not at all. */
export async function writeTable(engine: Engine, query: Query, path: string, options: QueryOptions): Promise<void> {
  const full = resolve(engine.directory, path);
  const write = writerOf(engine, query, full, options);
  if (!(await isFolder(dirname(full)))) {
    throw new UserError(`${full} cannot be written: there is no folder ${dirname(full)}. Make it first.`);
  }
  const draft = join(dirname(full), `.${basename(full)}.${randomUUID()}.tmp`);
  try {
    await write(draft);
    await rename(draft, full);
  } finally {
    await rm(draft, { force: true });
  }
}

function writerOf(
  engine: Engine,
  query: Query,
  full: string,
  options: QueryOptions,
): (draft: string) => Promise<unknown> {
  const [, format = '', compression = ''] = /\.([a-z]+)(?:\.(gz|zst))?$/i.exec(basename(full).toLowerCase()) ?? [];
  if (format === 'arrow' && !compression) {
    return async (draft) => writeFile(draft, await toArrow(await engine.run(query, options), 'file'));
  }
  if (!Object.hasOwn(FORMATS, format) || (format === 'parquet' && compression)) {
    const known = [...Object.keys(FORMATS), 'arrow'].map((ending) => `.${ending}`).join(', ');
    throw new UserError(`${basename(full)}: a table is written as ${known}; text also with .gz or .zst behind it.`);
  }
  const how = text(`(${FORMATS[format]}${compression && COMPRESSIONS[compression]})`);
  return (draft) => engine.run(compose`COPY (${query}\n) TO ${text(quoteText(draft))} ${how}`, options);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
