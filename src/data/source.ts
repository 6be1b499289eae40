import { channel } from 'node:diagnostics_channel';
import { basename } from 'node:path';

/** How a file is written. */
export type Format = 'csv' | 'tsv' | 'json' | 'ndjson' | 'parquet' | 'arrow' | 'excel' | 'sqlite';

/** The format that each ending of a name stands for. */
export const ENDINGS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
  xlsx: 'excel',
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
  db: 'sqlite',
};

export const FORMATS: readonly Format[] = [...new Set(Object.values(ENDINGS))];

/** The format that a file's name tells, or null; `.gz` and `.zst` may follow. */
export function formatOf(path: string): Format | null {
  const ending = /\.([a-z]+3?)(?:\.(?:gz|zst))?$/i.exec(basename(path))?.[1]?.toLowerCase();
  return (ending && Object.hasOwn(ENDINGS, ending) && ENDINGS[ending]) || null;
}

/** Told of what a table reads, when the table is made and whenever it is worked out: files, and folders that were searched. */
const readChannel = channel('memoir:data.read');

export function publishRead(path: string, kind: 'file' | 'folder' = 'file'): void {
  if (!readChannel.hasSubscribers) return;
  for (const read of [path, ...companionsOf(path)]) readChannel.publish({ path: read, kind });
}

/** Files that belong to one, whether they are there or not: SQLite writes to its log first. */
export function companionsOf(path: string): readonly string[] {
  return formatOf(path) === 'sqlite' ? [`${path}-wal`] : [];
}

/** Told when a table depends on more than its inputs, as `{what}`: the clock, randomness, the network. */
const impureChannel = channel('memoir:data.impure');

export function publishImpure(what: string): void {
  impureChannel.publish({ what });
}
