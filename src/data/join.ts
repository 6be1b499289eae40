import { UserError } from '../base/errors.ts';
import { compose, list, name, type Query, text } from './query.ts';

const KINDS = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  semi: 'SEMI JOIN',
  anti: 'ANTI JOIN',
} as const;

export interface JoinOptions {
  /** Columns that must agree: of the same name in both, or `{left: 'right'}` where the names differ; the left name stays. */
  readonly on: string | readonly string[] | Readonly<Record<string, string>>;
  /** Which rows without a partner stay; `semi` and `anti` keep the left columns only. Default `inner`. */
  readonly how?: keyof typeof KINDS;
}

/** Two queries joined. */
export function joinSql(left: Query, right: Query, { on, how = 'inner' }: JoinOptions): Query {
  const pairs = pairsOf(on);
  if (pairs.length === 0) throw new UserError('join needs at least one column to join on.');
  if (!Object.hasOwn(KINDS, how))
    throw new UserError(`There is no join "${how}". Known are ${Object.keys(KINDS).join(', ')}.`);
  const renamed = pairs.filter(([to, from]) => to !== from).map(([to, from]) => compose`${name(from)} AS ${name(to)}`);
  const star = renamed.length ? compose`* RENAME (${list(renamed)})` : text('*');
  const keys = list(pairs.map(([key]) => name(key)));
  const [lefts, rights] = [pairs.map(([to]) => to), pairs.map(([, from]) => from)];
  return compose`SELECT * FROM (SELECT * FROM (${left}\n) WHERE ${naming(lefts)}) ${text(KINDS[how])}
    (SELECT ${star} FROM (${right}\n) WHERE ${naming(rights)}) USING (${keys})`;
}

/** Always true, yet it names the columns: DuckDB proposes near names for such as are not there here, but not for USING. */
function naming(columns: readonly string[]): Query {
  return list([text('TRUE'), ...columns.map((column) => compose`${name(column)} IS NULL`)], ' OR ');
}

function pairsOf(on: JoinOptions['on']): readonly (readonly [string, string])[] {
  if (typeof on === 'string') return [[on, on]];
  if (Array.isArray(on)) return on.map((column: string) => [column, column]);
  return Object.entries(on as Readonly<Record<string, string>>); // what is left of the union
}
