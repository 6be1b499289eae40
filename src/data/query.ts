import { UserError } from '../base/errors.ts';
import type { Field } from './columns.ts';

/** A value bound to a statement; it never becomes part of its text. */
export type Scalar = string | number | bigint | boolean | null | Date;

/** Where a file is, as a query reads it. */
export interface FilePlace {
  readonly path: string;
  /** What DuckDB reads in its place. */
  readonly conversion?: Conversion;
}

/** The same, with the digest of its content when the query was made. */
export interface FileStamp extends FilePlace {
  readonly digest: string;
}

/** How a file is made into one that DuckDB reads; plain data, since tables are carried as such. */
export interface Conversion {
  readonly kind: 'arrow' | 'decoded' | 'excel' | 'sound' | 'sqlite';
  readonly options: Readonly<Record<string, string>>;
  /** Which of the files made is meant. */
  readonly part: string;
}

/** One column given by the program itself. */
export interface InlineColumn {
  readonly name: string;
  /** The column's type in DuckDB's words. */
  readonly type: string;
  /** By row; null and undefined are missing values. */
  readonly values: ArrayLike<unknown>;
}

/** Rows given by the program itself rather than by a file. */
export interface InlineData {
  readonly rowCount: number;
  readonly columns: readonly InlineColumn[];
  readonly digest: string;
}

/** What of some rows is wanted. */
export interface Narrowing {
  /** A filter, as `filterSql` takes it. */
  readonly where?: Readonly<Record<string, unknown>>;
  readonly columns?: readonly string[];
  readonly limit?: number;
}

/** Rows of a database elsewhere: fetched when they are first needed, and the same from then on. */
export interface RemoteRows {
  /** No other rows have it. */
  readonly id: string;
  readonly fields: readonly Field[];
  /** The Parquet file that holds them. */
  fetch(signal?: AbortSignal): Promise<string>;
  /** How many there are, without fetching them where they were not. */
  count(signal?: AbortSignal): Promise<number>;
  /** Fewer of these rows, chosen over there; null where this side has to choose. */
  narrow(to: Narrowing): RemoteRows | null;
}

/** What stands between two texts of a query. */
export type Piece =
  | { readonly kind: 'value'; readonly value: Scalar }
  | { readonly kind: 'file'; readonly file: FileStamp }
  | { readonly kind: 'data'; readonly data: InlineData }
  | { readonly kind: 'query'; readonly query: Query };

/** What groups of rows are worked out: of `source`, by `keys`, each aggregate under its name. */
export interface GroupsSpec {
  readonly source: Query;
  readonly keys: readonly string[];
  readonly aggregates: Readonly<Record<string, string>>;
}

/** SQL in pieces: texts alternate with pieces as in a template literal, so that queries nest without renumbering. */
export interface Query {
  readonly texts: readonly string[];
  readonly pieces: readonly Piece[];
  /** The reader wrote these texts: an error in them is told by its place there. */
  readonly written?: true;
  /** A table's whole query: what may be worked out once and kept. */
  readonly isTable?: true;
  /** Groups of rows, in terms that a cube can answer. */
  readonly groups?: GroupsSpec;
  /** A choice among the rows of `source`, by these columns alone. */
  readonly filter?: {
    readonly source: Query;
    readonly columns: readonly string[];
    readonly test: Query;
    /** The same as it was given, by column. */
    readonly conditions?: Readonly<Record<string, unknown>>;
  };
  /** Rows of a database elsewhere, for which this stands. */
  readonly remote?: RemoteRows;
  /** Files that the texts themselves name. */
  readonly reads?: readonly FileStamp[];
}

/** Writes a query around pieces and other queries. */
export function compose(texts: readonly string[], ...parts: readonly (Query | Piece)[]): Query {
  return { texts: [...texts], pieces: parts.map((part) => ('kind' in part ? part : { kind: 'query', query: part })) };
}

/** Text that is put in as it stands. */
export function text(sql: string): Query {
  return { texts: [sql], pieces: [] };
}

/** A value to be bound. */
export function value(scalar: Scalar): Piece {
  return { kind: 'value', value: scalar };
}

/** A column or table name, quoted whatever it holds. */
export function name(identifier: string): Query {
  return text(quoteName(identifier));
}

/** The same as text. */
export function quoteName(identifier: string): string {
  if (typeof identifier !== 'string') throw new UserError(`A name of a column is a text; got ${typeof identifier}.`);
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Parts one after another with `separator` between them. */
export function list(parts: readonly (Query | Piece)[], separator = ', '): Query {
  return compose(['', ...parts.slice(1).map(() => separator), ''].slice(0, parts.length + 1), ...parts);
}

/** Text in single quotes, for the few places where SQL takes no bound value. */
export function quoteText(content: string): string {
  return `'${content.replaceAll("'", "''")}'`;
}

/** The files that a query and all within it read, each once. */
export function filesOf(query: Query): readonly FileStamp[] {
  const found = new Map<string, FileStamp>();
  for (const part of walk(query)) {
    for (const file of part.reads ?? []) found.set(file.path, file);
    for (const piece of part.pieces) if (piece.kind === 'file') found.set(piece.file.path, piece.file);
  }
  return [...found.values()];
}

/** The rows that the program gave to a query and all within it, each once. */
export function dataOf(query: Query): readonly InlineData[] {
  const pieces = [...walk(query)].flatMap((part) => part.pieces);
  return [...new Set(pieces.flatMap((piece) => (piece.kind === 'data' ? [piece.data] : [])))];
}

/** The same query with every file replaced; what is shared stays shared. */
export function mapFiles(query: Query, change: (file: FileStamp) => FileStamp, done = new Map<Query, Query>()): Query {
  const known = done.get(query);
  if (known) return known;
  const pieces = query.pieces.map((piece): Piece => {
    if (piece.kind === 'file') return { kind: 'file', file: change(piece.file) };
    if (piece.kind === 'query') return { kind: 'query', query: mapFiles(piece.query, change, done) };
    return piece;
  });
  const { reads, groups, filter } = query;
  const mapped: Query = {
    ...query,
    pieces,
    ...(reads && { reads: reads.map(change) }),
    ...(groups && { groups: { ...groups, source: mapFiles(groups.source, change, done) } }),
    ...(filter && { filter: { ...filter, source: mapFiles(filter.source, change, done) } }),
  };
  done.set(query, mapped);
  return mapped;
}

/** The same query with some of the queries in it, or itself, replaced; what is shared stays shared. */
export function replaceQueries(query: Query, by: ReadonlyMap<Query, Query>, done = new Map<Query, Query>()): Query {
  const known = by.get(query) ?? done.get(query);
  if (known) return known;
  const pieces = query.pieces.map((piece): Piece => {
    if (piece.kind !== 'query') return piece;
    const inner = replaceQueries(piece.query, by, done);
    return inner === piece.query ? piece : { kind: 'query', query: inner };
  });
  const isSame = pieces.every((piece, index) => piece === query.pieces[index]);
  const replaced = isSame ? query : { ...query, pieces };
  done.set(query, replaced);
  return replaced;
}

/** A query and all within it, each once, from the outside in; nothing within those that are `done` by then. */
export function* walk(query: Query, done?: ReadonlyMap<Query, unknown>, seen = new Set<Query>()): Generator<Query> {
  if (seen.has(query)) return;
  seen.add(query);
  yield query;
  if (done?.has(query)) return;
  for (const piece of query.pieces) if (piece.kind === 'query') yield* walk(piece.query, done, seen);
}
