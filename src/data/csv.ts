import { messageOf, UserError } from '../base/errors.ts';
import { toRows } from './columns.ts';
import type { Engine } from './engine.ts';
import { nearestName } from './nearestName.ts';
import { compose, type FilePlace, quoteText, text } from './query.ts';
import { escapeGlob } from './render.ts';

/** How a CSV file is written, where guessing from its first rows goes wrong. */
export interface CsvOptions {
  /** Types of columns where the ones guessed from the first rows are wrong, such as `{zip: 'VARCHAR'}`. */
  readonly types?: Readonly<Record<string, string>>;
  /** What stands between values, such as `';'`. */
  readonly delimiter?: string;
  /** What stands around values that hold a delimiter; `''` for none, by default `"`. */
  readonly quote?: string;
  /** Whether the first row holds the names of the columns. */
  readonly header?: boolean;
  /** How many lines to leave out at the top. */
  readonly skip?: number;
}

/** What DuckDB makes of the first rows of a CSV file. */
interface Guess {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly comment: string;
  readonly skip: number;
  readonly header: boolean;
  readonly columns: string;
  readonly dates: string | null;
  readonly times: string | null;
}

/**
 * What is said to `read_csv` behind the path, so that it reads a file as its first rows promise. A row that breaks the
 * promise is an error then, also where it is one of the first: left to itself, DuckDB would take the whole file for a
 * single column.
 */
export async function csvSettings(
  engine: Engine,
  file: FilePlace,
  options: CsvOptions & { readonly signal?: AbortSignal },
): Promise<string> {
  const path = await engine.local(file, options.signal);
  const guess = await guessed(engine, { ...file, path }, path === file.path, options);
  if (guess.skip > 0 && options.skip === undefined) {
    const what = guess.skip === 1 ? 'line was' : `${guess.skip} lines were`;
    console.warn(
      `${file.path}: the first ${what} left out, as the table seems to begin below. Give {skip: 0} to read all.`,
    );
  }
  const { dates, times } = guess;
  const marks = {
    delim: guess.delimiter,
    quote: guess.quote,
    escape: guess.escape,
    comment: guess.comment,
    ...(dates && { dateformat: dates }),
    ...(times && { timestampformat: times }),
  };
  const settings = Object.entries(marks).map(([name, mark]) => `, ${name} = ${quoteText(mark)}`);
  const columns = typedColumns(file, guess, options.types ?? {});
  return `, auto_detect = false, header = ${guess.header}, skip = ${guess.skip}${settings.join('')}, columns = {${columns}}`;
}

/** Refuses a file that SQL names itself, where DuckDB would take rows of several lengths for a table of one column. */
export async function checkLengths(engine: Engine, file: FilePlace): Promise<void> {
  const strict = await sniff(engine, file, true, {}, false).catch(() => null); // the query tells what is wrong
  if (!strict || JSON.parse(strict.columns).length > 1) return;
  const tolerant = await sniff(engine, file, true, {}, true).catch(() => null);
  if (!tolerant || JSON.parse(tolerant.columns).length === 1) return;
  throw new UserError(
    `${file.path}: some of its first rows are shorter or longer than the others. Write FROM \${await load(…)}, which tells which, or keeps them aside: {badRows: 'aside'}.`,
  );
}

/** A strict guess knows titles above the table; a tolerant one is not led astray by rows that are too long or short. */
async function guessed(engine: Engine, file: FilePlace, isSource: boolean, options: CsvOptions): Promise<Guess> {
  const strict = await sniff(engine, file, isSource, options, false).catch(() => null); // the tolerant one tells what is wrong
  if (strict && JSON.parse(strict.columns).length > 1) return strict;
  const tolerant = await sniff(engine, file, isSource, options, true).catch((cause: unknown) => {
    if (!/sniffing/.test(messageOf(cause))) throw cause;
    throw new UserError(
      `${file.path}: its first rows do not tell how this CSV file is written. Say it: load(…, {delimiter: ',', quote: '"', header: true}).`,
      { cause },
    );
  });
  return strict && JSON.parse(tolerant.columns).length === 1 ? strict : tolerant;
}

async function sniff(
  engine: Engine,
  file: FilePlace,
  isSource: boolean,
  options: CsvOptions,
  tolerant: boolean,
): Promise<Guess> {
  const { delimiter, quote, header, skip } = options;
  const given = [
    ...(delimiter === undefined ? [] : [`delim = ${quoteText(delimiter)}`]),
    ...(quote === undefined ? [] : [`quote = ${quoteText(quote)}`]),
    ...(header === undefined ? [] : [`header = ${header}`]),
    ...(skip === undefined ? [] : [`skip = ${skip}`]),
    ...(tolerant ? ['ignore_errors = true'] : []),
  ];
  const asked = `SELECT Delimiter AS delimiter, Quote AS quote, "Escape" AS escape,
    Comment AS comment, SkipRows AS skip, HasHeader AS header, to_json(Columns)::VARCHAR AS columns,
    DateFormat AS dates, TimestampFormat AS times FROM sniff_csv(`;
  const settings = given.map((one) => `, ${one}`).join('');
  // A guess at the reader's own file is remembered as long as that stays what it is.
  const columns = isSource
    ? await engine.look(file.path, (piece) => compose`${text(asked)}${piece}${text(`${settings})`)}`)
    : await engine.query(`${asked}${quoteText(escapeGlob(file.path))}${settings})`);
  const [guess] = toRows(columns) as unknown as [Guess]; // one row, with the columns named above
  const mark = quote ?? (guess.quote === '(empty)' ? '"' : guess.quote); // none seen may only mean none so far
  return {
    ...guess,
    quote: mark,
    escape: guess.escape === '(empty)' ? mark : guess.escape,
    comment: guess.comment === '(empty)' ? '' : guess.comment,
  };
}

function typedColumns(file: FilePlace, guess: Guess, types: Readonly<Record<string, string>>): string {
  const columns = JSON.parse(guess.columns) as readonly { readonly name: string; readonly type: string }[]; // DuckDB's own
  checkNames(
    file.path,
    Object.keys(types),
    columns.map(({ name }) => name),
  );
  const given = new Map(Object.entries(types).map(([name, type]) => [name.toLowerCase(), type]));
  return columns
    .map(({ name, type }) => `${quoteText(name)}: ${quoteText(given.get(name.toLowerCase()) ?? type)}`)
    .join(', ');
}

/** Refuses types for columns that are not there. */
export function checkNames(path: string, wanted: readonly string[], names: readonly string[]): void {
  const known = new Set(names.map((name) => name.toLowerCase()));
  const missing = wanted.find((name) => !known.has(name.toLowerCase()));
  if (missing === undefined) return;
  const nearest = nearestName(missing, names);
  throw new UserError(`types: ${path} has no column "${missing}".${nearest ? ` Did you mean "${nearest}"?` : ''}`);
}
