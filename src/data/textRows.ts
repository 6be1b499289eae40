import { messageOf, UserError } from '../base/errors.ts';
import { formatBytes } from '../base/format.ts';
import { toRows } from './columns.ts';
import type { Database } from './database.ts';
import { quoteName, quoteText } from './query.ts';

/** A column whose values come as text, and what DuckDB makes of the text: an expression around it. */
export interface TextColumn {
  readonly name: string;
  readonly sql: (text: string) => string;
}

/** How long a line may be, in bytes: DuckDB sets memory aside for it, so the long ones are tried only when they are met. */
const LONGEST = [1 << 23, 1 << 25, 1 << 28];

/** What DuckDB takes off the beginning of a file, also where it is the beginning of a value. */
export const FILE_MARK = '\ufeff';

/** A row as a line of text. What is missing differs from what is empty, and the line's end keeps it from looking blank. */
export function textRow(values: readonly (string | null)[]): string {
  let line = '';
  for (const value of values) {
    if (value !== null)
      line += value === '' || /^\ufeff|[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    line += ',';
  }
  return `${line}.\n`;
}

/** A column that is read as `type` from what DuckDB takes for a value of it. */
export function castTo(column: string, type: string): TextColumn {
  return { name: column, sql: type === 'VARCHAR' ? (text) => text : (text) => `CAST(${text} AS ${type})` };
}

/** Lines written by `textRow`, or by PostgreSQL in the same way. */
export interface TextFile {
  readonly path: string;
  readonly columns: number;
  readonly rows: number;
}

/**
 * Asks about such lines: `from` is a relation with columns `c0`, `c1`, … of text. `ask` tells how many rows it saw, as
 * DuckDB passes over lines that are too long for it.
 */
export async function queryText<T>(
  file: TextFile,
  ask: (from: string) => Promise<{ readonly rows: number; readonly result: T }>,
): Promise<T> {
  for (const longest of LONGEST) {
    const { rows, result } = await ask(readText(file, longest)).catch((error: unknown) => {
      if (/maximum line size/i.test(messageOf(error))) return { rows: -1, result: null };
      throw error;
    });
    if (rows === file.rows) return result as T; // only what saw no rows at all has none
  }
  throw new UserError(`A row is longer than the ${formatBytes(LONGEST.at(-1)!)} that can be brought over.`);
}

function readText({ path, columns: count }: TextFile, longest: number): string {
  const columns = [...Array.from({ length: count }, (_, index) => `c${index}`), 'line_end'];
  return `read_csv(${quoteText(path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '',
    allow_quoted_nulls = false, max_line_size = ${longest}, buffer_size = ${2 * longest},
    columns = {${columns.map((column) => `'${column}': 'VARCHAR'`).join(', ')}})`;
}

/** Makes a Parquet file of such lines. */
export async function textToParquet(
  database: Database,
  { from, rows, to, columns, signal }: ParquetJob,
): Promise<void> {
  const made = columns.map((column, index) => `${column.sql(`c${index}`)} AS ${quoteName(column.name)}`);
  await queryText({ path: from, columns: columns.length, rows }, async (read) => {
    const copied = await database.query(
      `COPY (SELECT ${made.join(', ')} FROM ${read}) TO ${quoteText(to)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
      [],
      { signal },
    );
    return { rows: Number(toRows(copied)[0]!.Count), result: undefined };
  });
}

/** Which lines are made into which file. */
interface ParquetJob {
  readonly from: string;
  /** How many lines were written. */
  readonly rows: number;
  readonly to: string;
  readonly columns: readonly TextColumn[];
  readonly signal?: AbortSignal | undefined;
}
