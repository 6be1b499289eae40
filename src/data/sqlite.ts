import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { messageOf, UserError } from '../base/errors.ts';
import type { Job } from './conversionJob.ts';
import { nearestName } from './nearestName.ts';
import { name } from './query.ts';
import { castTo, type TextColumn, textRow, textToParquet } from './textRows.ts';

/** Rows taken at a time; other work gets its turn between. */
const CHUNK_ROWS = 1_000;

/** A column as it is asked of SQLite, and what is made of it. */
interface Reading {
  readonly sql: string;
  readonly column: TextColumn;
}

/** Brings one table of a SQLite file into Parquet, each column with the type that keeps all its values as they are. */
export async function convertSqlite({ source, folder, options, database, signal }: Job): Promise<void> {
  const sqlite = open(source);
  const text = join(folder, 'rows.csv');
  let readings: readonly Reading[];
  let rows = 0;
  try {
    sqlite.exec('BEGIN'); // types and rows are those of one moment
    const table = chosenTable(sqlite, source, options.table);
    readings = readingsOf(sqlite, table);
    const counted = (lines: number) => {
      rows += lines;
    };
    await pipeline(textOf(sqlite, table, readings, counted), createWriteStream(text), { signal });
  } catch (error) {
    if (error instanceof UserError || signal?.aborted) throw error;
    throw unreadable(source, error);
  } finally {
    sqlite.close();
  }
  const columns = readings.map(({ column }) => column);
  await textToParquet(database, { from: text, rows, to: join(folder, 'rows.parquet'), columns, signal });
  await rm(text);
}

function open(path: string): DatabaseSync {
  const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite'); // loaded only here
  try {
    return new DatabaseSync(path, { readOnly: true });
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError(`${path} cannot be read as a SQLite file: ${messageOf(error)}.`, { cause: error });
}

function chosenTable(sqlite: DatabaseSync, path: string, wanted: string | undefined): string {
  const found = sqlite
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all();
  const names = found.map((row) => String(row.name));
  if (wanted === undefined && names.length === 1) return names[0]!;
  const known = names.find((each) => each.toLowerCase() === wanted?.toLowerCase());
  if (known) return known;
  if (names.length === 0) throw new UserError(`${path} has no tables.`);
  const all = `It has ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`;
  if (wanted === undefined)
    throw new UserError(`${path} has several tables; name one: load(…, {table: '${names[0]}'}). ${all}`);
  const nearest = nearestName(wanted, names);
  throw new UserError(`${path} has no table "${wanted}". ${nearest ? `Did you mean "${nearest}"?` : all}`);
}

/** What kinds of value a column holds, which SQLite leaves to each row. */
function readingsOf(sqlite: DatabaseSync, table: string): readonly Reading[] {
  const columns = sqlite.prepare(`PRAGMA table_info(${quoted(table)})`).all();
  const counts = columns.map(({ name: column, type }, index) => kindsSql(quoted(String(column)), String(type), index));
  const kinds = sqlite.prepare(`SELECT ${counts.join(', ')} FROM ${quoted(table)}`).get()!; // sums are always one row
  return columns.map(({ name: column, type }, index) => {
    const has = (kind: string) => Number(kinds[`${kind}${index}`]) > 0;
    return reading(String(column), String(type).toUpperCase(), has);
  });
}

function kindsSql(column: string, declared: string, index: number): string {
  const tests = {
    integer: `typeof(${column}) = 'integer'`,
    real: `typeof(${column}) = 'real'`,
    text: `typeof(${column}) = 'text'`,
    blob: `typeof(${column}) = 'blob'`,
    large: `typeof(${column}) = 'integer' AND (${column} > 9007199254740992 OR ${column} < -9007199254740992)`,
    number: `typeof(${column}) = 'integer' AND ${column} NOT IN (0, 1)`,
    ...(/^(date|timestamp)/i.test(declared) && {
      other: `typeof(${column}) = 'text' AND date(${column}) IS NOT ${column}`,
      odd: `typeof(${column}) = 'text' AND (${column} GLOB '*[-+Zz]??:??' OR substr(datetime(${column}), 1, length(${column})) IS NOT replace(substr(${column}, 1, 19), 'T', ' '))`,
    }),
  };
  return Object.entries(tests)
    .map(([kind, test]) => `count(CASE WHEN ${test} THEN 1 END) AS ${kind}${index}`)
    .join(', ');
}

function reading(column: string, declared: string, has: (kind: string) => boolean): Reading {
  const value = quoted(column);
  const present = ['integer', 'real', 'text', 'blob'].filter(has);
  const only = (...kinds: readonly string[]) => present.every((kind) => kinds.includes(kind));
  const as = (type: string, sql = value) => ({ sql, column: castTo(column, type) });
  if (present.length === 0)
    return as(/INT/.test(declared) ? 'BIGINT' : /REAL|FLOA|DOUB/.test(declared) ? 'DOUBLE' : 'VARCHAR');
  if (only('integer'))
    return as(/^BOOL/.test(declared) && !has('number') ? 'BOOLEAN' : 'BIGINT', `CAST(${value} AS TEXT)`);
  if (only('integer', 'real') && !has('large')) return as('DOUBLE');
  if (only('blob')) return { sql: `hex(${value})`, column: { name: column, sql: (text) => `from_hex(${text})` } };
  if (only('text') && /^DATE$/.test(declared) && !has('other')) return as('DATE');
  if (only('text') && /^(DATETIME|TIMESTAMP)/.test(declared) && !has('odd')) return as('TIMESTAMP');
  if (only('text')) return as('VARCHAR');
  return as(
    'VARCHAR',
    `CASE typeof(${value}) WHEN 'integer' THEN CAST(${value} AS TEXT) WHEN 'blob' THEN hex(${value}) ELSE ${value} END`,
  );
}

async function* textOf(
  sqlite: DatabaseSync,
  table: string,
  readings: readonly Reading[],
  counted: (lines: number) => void,
): AsyncGenerator<string> {
  const selected = readings.map(({ sql }, index) => `${sql} AS c${index}`);
  let lines: string[] = [];
  for (const row of sqlite.prepare(`SELECT ${selected.join(', ')} FROM ${quoted(table)}`).iterate()) {
    lines.push(textRow(readings.map((_, index) => asText(row[`c${index}`]))));
    if (lines.length < CHUNK_ROWS) continue;
    yield lines.join('');
    counted(lines.length);
    lines = [];
    await new Promise(setImmediate); // SQLite itself never waits
  }
  yield lines.join('');
  counted(lines.length);
}

function asText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function quoted(identifier: string): string {
  return name(identifier).texts[0]!; // one text, as it stands
}
