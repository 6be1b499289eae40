import type { Database } from './database.ts';
import { quoteName, quoteText } from './query.ts';

/** A column whose values come as text, and what DuckDB makes of the text: an expression around it. */
export interface TextColumn {
  readonly name: string;
  readonly sql: (text: string) => string;
}

/** A value as it is longest, in bytes; DuckDB sets memory aside for it. */
const LONGEST = 1 << 26;

/** A row as a line of text. What is missing differs from what is empty, and the line's end keeps it from looking blank. */
export function textRow(values: readonly (string | null)[]): string {
  let line = '';
  for (const value of values) {
    if (value !== null) line += value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    line += ',';
  }
  return `${line}.\n`;
}

/** A column that is read as `type` from what DuckDB takes for a value of it. */
export function castTo(column: string, type: string): TextColumn {
  return { name: column, sql: type === 'VARCHAR' ? (text) => text : (text) => `CAST(${text} AS ${type})` };
}

/** A relation that reads such lines: columns `c0`, `c1`, … of text. */
export function readText(path: string, count: number): string {
  const columns = [...Array.from({ length: count }, (_, index) => `c${index}`), 'line_end'];
  return `read_csv(${quoteText(path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', nullstr = '',
    allow_quoted_nulls = false, max_line_size = ${LONGEST}, buffer_size = ${2 * LONGEST},
    columns = {${columns.map((column) => `'${column}': 'VARCHAR'`).join(', ')}})`;
}

/** Makes a Parquet file of lines written by `textRow`, or by PostgreSQL in the same way. */
export async function textToParquet(
  database: Database,
  {
    from,
    to,
    columns,
    signal,
  }: { from: string; to: string; columns: readonly TextColumn[]; signal?: AbortSignal | undefined },
): Promise<void> {
  const made = columns.map((column, index) => `${column.sql(`c${index}`)} AS ${quoteName(column.name)}`);
  await database.query(
    `COPY (SELECT ${made.join(', ')} FROM ${readText(from, columns.length)}) TO ${quoteText(to)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
    [],
    { signal },
  );
}
