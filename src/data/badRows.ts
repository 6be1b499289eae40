import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { messageOf } from '../base/errors.ts';
import type { Job } from './conversionJob.ts';
import { DECODED, decodeFile, unpacked } from './decode.ts';
import { compose, type FileStamp, filesOf, list, type Query, quoteText, text, value } from './query.ts';
import { escapeGlob } from './render.ts';
import { castTo, textRow, textToParquet } from './textRows.ts';

/** The file with the rows that could be read, and the one with those that could not. */
const ROWS = 'rows.parquet';
const BAD = 'bad.parquet';

/** A row of a file that could not be read. */
export interface BadRow {
  readonly file: string;
  readonly line: number;
  readonly column: string | null;
  readonly problem: string;
  readonly text: string;
}

/** The rows of a file that can be read; the others are found by `badRowsSql`. `settings` follow the path in what reads it. */
export function soundFile(file: FileStamp, options: Readonly<Record<string, string>>): FileStamp {
  return { ...file, conversion: { kind: 'sound', options, part: ROWS } };
}

/** The rows set aside of all files that a query reads: `file`, `line`, `column`, `problem` and the line's `text`. */
export function badRowsSql(query: Query): Query {
  const parts = filesOf(query).flatMap((file) => {
    if (file.conversion?.kind !== 'sound') return [];
    const bad: FileStamp = { ...file, conversion: { ...file.conversion, part: BAD } };
    return [compose`SELECT ${value(file.path)} AS file, * FROM read_parquet(${{ kind: 'file', file: bad }})`];
  });
  const none = text(
    `SELECT NULL::VARCHAR AS file, NULL::BIGINT AS line, NULL::VARCHAR AS "column", NULL::VARCHAR AS problem, NULL::VARCHAR AS text WHERE FALSE`,
  );
  return compose`SELECT * FROM (${list([...parts, none], ' UNION ALL ')}) ORDER BY file, line`;
}

/** Reads a file once, and writes the rows that keep to its columns and those that do not. */
export async function setBadRowsAside(job: Job): Promise<void> {
  const isDecoded = job.options.encoding !== undefined;
  if (isDecoded) await decodeFile(job);
  const source = isDecoded ? join(job.folder, DECODED) : job.source;
  await (job.options.format === 'ndjson' ? splitNdjson(job, source) : splitCsv(job, source));
  if (isDecoded) await rm(source);
}

async function splitCsv({ folder, options, database, signal }: Job, source: string): Promise<void> {
  // One statement list, as DuckDB keeps what it refused for the connection that read.
  await database.query(
    `COPY (SELECT * FROM read_csv(${quoteText(escapeGlob(source))}${options.settings}, store_rejects = true, rejects_limit = 0)) TO ${quoteText(join(folder, ROWS))} (FORMAT parquet);
    COPY (SELECT line::BIGINT AS line, column_name AS "column", error_message AS problem, csv_line AS text FROM reject_errors ORDER BY line, column_idx) TO ${quoteText(join(folder, BAD))} (FORMAT parquet)`,
    [],
    { signal },
  );
}

/** Lines that are no JSON go aside; the types of the others are such as hold them all. */
async function splitNdjson({ folder, database, signal }: Job, source: string): Promise<void> {
  const [good, bad] = [join(folder, 'good.ndjson'), join(folder, 'bad.csv')];
  const aside = createWriteStream(bad);
  let rows = 0;
  const split = async function* (bytes: AsyncIterable<Buffer>) {
    let number = 0;
    for await (const line of createInterface({ input: Readable.from(bytes) })) {
      number += 1;
      const problem = jsonProblem(line);
      if (problem === null) yield `${line}\n`;
      else {
        rows += 1;
        if (!aside.write(textRow([String(number), null, problem, line]))) await once(aside, 'drain');
      }
    }
  };
  await pipeline(unpacked(source), split, createWriteStream(good), { signal });
  aside.end();
  await finished(aside);
  const columns = [
    castTo('line', 'BIGINT'),
    ...['column', 'problem', 'text'].map((column) => castTo(column, 'VARCHAR')),
  ];
  await textToParquet(database, { from: bad, rows, to: join(folder, BAD), columns, signal });
  await database.query(
    `COPY (SELECT * FROM read_json(${quoteText(good)}, format = 'newline_delimited', sample_size = -1)) TO ${quoteText(join(folder, ROWS))} (FORMAT parquet)`,
    [],
    { signal },
  );
  await Promise.all([good, bad].map((path) => rm(path)));
}

function jsonProblem(line: string): string | null {
  if (line.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? null : 'It is not an object.';
  } catch (error) {
    return messageOf(error);
  }
}
