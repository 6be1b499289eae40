import { filterSql } from './filter.ts';
import {
  compose,
  list,
  type Narrowing,
  name,
  type Query,
  type RemoteRows,
  replaceQueries,
  text,
  value,
  walk,
} from './query.ts';

/** A table's query for rows that lie elsewhere. */
export function remoteSql(remote: RemoteRows): Query {
  return compose`SELECT * FROM ${{ ...compose`memoir.remote(${value(remote.id)})`, remote }}`;
}

/** The rows that a query gives without doing anything else. */
export function remoteOf(query: Query): RemoteRows | null {
  const [piece] = query.pieces;
  return piece?.kind === 'query' &&
    query.pieces.length === 1 &&
    query.texts.join('') === 'SELECT * FROM ' &&
    !query.written
    ? (piece.query.remote ?? null)
    : null;
}

/** Whether rows that lie elsewhere take part in a query. */
export function isRemote(query: Query): boolean {
  for (const part of walk(query)) if (part.remote) return true;
  return false;
}

/** Has rows that lie elsewhere chosen there as far as that can be; `rest` is what remains to be done here, if anything. */
export function pushDown(query: Query, to: Narrowing): { readonly query: Query; readonly rest: Narrowing | null } {
  const whole = remoteOf(query);
  if (!whole) return { query, rest: to };
  let remote: RemoteRows = whole;
  const where: Record<string, unknown> = {};
  for (const [column, condition] of Object.entries(to.where ?? {})) {
    const narrower: RemoteRows | null = remote.narrow({ where: { [column]: condition } });
    if (narrower) remote = narrower;
    else where[column] = condition;
  }
  const { where: _, ...others } = to;
  const last = Object.keys(where).length ? null : remote.narrow(others); // columns may go only when all conditions were met
  return last ? { query: remoteSql(last), rest: null } : { query: remoteSql(remote), rest: { ...others, where } };
}

/** The query with rows chosen elsewhere; null where some of it has to be done here. */
export function pushedDown(query: Query, to: Narrowing): Query | null {
  const { query: narrower, rest } = pushDown(query, to);
  return rest === null ? narrower : null;
}

/** The query of some of a relation's rows. */
export function narrowSql(relation: Query, { where = {}, columns, limit }: Narrowing): Query {
  const selected = columns ? list(columns.map(name)) : text('*');
  const rows = compose`SELECT ${selected} FROM ${relation} WHERE ${filterSql(where)}`;
  return limit === undefined ? rows : compose`SELECT * FROM (${rows}\n) LIMIT ${value(limit)}`;
}

/** The same query with rows from elsewhere fetched. */
export async function fetchRemotes(query: Query, signal?: AbortSignal): Promise<Query> {
  const by = new Map<Query, Query>();
  for (const part of walk(query)) {
    if (part.remote) by.set(part, compose`read_parquet(${value(await part.remote.fetch(signal))})`);
  }
  return by.size ? replaceQueries(query, by) : query;
}
