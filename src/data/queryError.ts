import { UserError } from '../base/errors.ts';
import { csvMessage } from './csvError.ts';
import { columnHint, nearestName } from './nearestName.ts';
import type { Rendered } from './render.ts';

const VALUE = '${…}';

/** Where in the text of a tag an error stands; lines and columns count from 1, a value counts as the four characters `${…}`. */
export interface SqlPosition {
  readonly line: number;
  readonly column: number;
  /** Which text between the values of the tag, from 0, and how many characters into it: exact, whatever the values. */
  readonly part: number;
  readonly offset: number;
}

/** A query that DuckDB refused or could not finish. */
export class QueryError extends UserError {
  /** The statement as DuckDB had it. */
  readonly sql: string;
  /** Null where the place is not in text that the reader wrote. */
  readonly position: SqlPosition | null;

  constructor(message: string, sql: string, position: SqlPosition | null, cause?: unknown) {
    super(position ? `${message} (line ${position.line}, column ${position.column} of the SQL)` : message, { cause });
    this.sql = sql;
    this.position = position;
  }
}

/** DuckDB's own account of an error, as it gives it with `errors_as_json`. */
interface DuckDbError {
  readonly exception_type?: string;
  readonly exception_message: string;
  readonly error_subtype?: string;
  /** In bytes from the start of the statement. */
  readonly position?: string;
  readonly candidates?: string;
  readonly name?: string;
  readonly type?: string;
}

/** What DuckDB threw, in words for the reader and with the place in the reader's own text. */
export function explainError(thrown: unknown, rendered: Rendered): Error {
  const error = readError(thrown);
  if (!error) return thrown instanceof Error ? thrown : new Error(String(thrown));
  return explain(error, rendered, thrown);
}

/** The same of an error that DuckDB gave as data. */
export function explain(error: DuckDbError, rendered: Rendered, cause?: unknown): QueryError {
  return new QueryError(plainMessage(error), rendered.sql, positionOf(error, rendered), cause);
}

/** Whether the engine itself is broken after this error, so that nothing more can be asked of it. */
export function isFatal(thrown: unknown): boolean {
  const error = readError(thrown);
  const text = error?.exception_message ?? (thrown instanceof Error ? thrown.message : '');
  return error?.exception_type === 'FATAL' || /database has been invalidated|must be restarted/i.test(text);
}

/** The error in the words of a person, with the name that was probably meant. */
function plainMessage(error: DuckDbError): string {
  const candidates = error.candidates?.split(',').map((name) => name.trim()) ?? []; // however far they are
  if (error.error_subtype === 'COLUMN_NOT_FOUND')
    return `There is no column "${error.name}".${columnHint(error.name ?? '', candidates)}`;
  const hint = nearestName(error.name ?? '', candidates);
  const meant = hint ? ` Did you mean "${hint}"?` : '';
  if (error.error_subtype === 'MISSING_ENTRY') {
    return `There is no ${(error.type ?? 'entry').toLowerCase()} "${error.name}".${meant}`;
  }
  if (error.error_subtype === 'SYNTAX_ERROR') return `The SQL has a ${error.exception_message}.`;
  const room = roomMessage(error.exception_message);
  if (room) return room;
  if (error.exception_message.startsWith('CSV Error')) return csvMessage(error.exception_message);
  const lines = error.exception_message.split('\n').filter((line) => line.trim());
  return `${capitalise(lines[0] ?? 'The query failed').replace(/[.!]*$/, '')}.`;
}

/** What to do where memory, or the disk that takes what does not fit there, is full; null for other errors. */
function roomMessage(message: string): string | null {
  if (/no space left|max_temp_directory_size|disk (is )?full/i.test(message)) {
    return 'The query does not fit into memory, and the disk that takes the rest is full. Free some space, set another folder (memoir.data.spillDirectory), or ask for fewer rows or columns.';
  }
  if (/^(out of memory|failed to (allocate|pin)|could not allocate)/i.test(message)) {
    const limit = /\/([\d.]+ \w+) used/.exec(message)?.[1];
    return `The query needs more memory than ${limit ? `the ${limit} that it may take` : 'it may take'}. Raise memoir.data.memoryMaxMB, or ask for fewer rows or columns.`;
  }
  return null;
}

function positionOf(error: DuckDbError, rendered: Rendered): SqlPosition | null {
  const bytes = Number(error.position ?? Number.NaN);
  if (!Number.isSafeInteger(bytes)) return null;
  const at = Buffer.from(rendered.sql).subarray(0, bytes).toString().length;
  const span =
    rendered.spans.find(({ start, end }) => start <= at && at < end) ?? rendered.spans.find(({ end }) => end === at);
  if (!span) return null;
  const offset = at - span.start;
  const before = [...span.query.texts.slice(0, span.part), span.query.texts[span.part]!.slice(0, offset)].join(VALUE);
  const lines = before.split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1, part: span.part, offset };
}

function readError(thrown: unknown): DuckDbError | null {
  const message = thrown instanceof Error ? thrown.message : '';
  const found = /(?:^|: )(\{".*\})\s*$/s.exec(message)?.[1];
  if (found) {
    try {
      return JSON.parse(found) as DuckDbError; // DuckDB's own format
    } catch {}
  }
  const plain = /^(?:[\w ]+: )?((?:[A-Z]\w+ )+Error): (.*)$/s.exec(message);
  return plain ? { exception_message: plain[2]! } : null;
}

function capitalise(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
