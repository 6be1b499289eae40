import { UserError } from '../base/errors.ts';
import { aggregateSql } from './aggregate.ts';
import { type Filter, filterSql } from './filter.ts';
import { Fragment } from './fragment.ts';
import { compose, list, name, type Query, text, value } from './query.ts';
import { pushedDown } from './remote.ts';

/** An SQL expression: its text, or `` sql`…` `` where values take part. */
export type Expression = string | Fragment;

/** A query's rows, to be read by another one. */
export function relation(query: Query): Query {
  return compose`(${query}\n)`; // the line end closes a comment at the end of the reader's text
}

export function whereSql<Row>(query: Query, condition: Filter<Row> | Expression): Query {
  if (isExpression(condition)) return compose`SELECT * FROM ${relation(query)} WHERE ${expressionSql(condition)}`;
  const narrower = pushedDown(query, { where: condition });
  if (narrower) return narrower;
  const test = filterSql(condition);
  const rows = compose`SELECT * FROM ${relation(query)} WHERE ${test}`;
  return { ...rows, filter: { source: query, columns: Object.keys(condition), test, conditions: { ...condition } } };
}

export function selectSql(query: Query, columns: readonly string[]): Query {
  if (columns.length === 0) throw new UserError('select needs at least one column.');
  return pushedDown(query, { columns }) ?? compose`SELECT ${list(columns.map(name))} FROM ${relation(query)}`;
}

export function deriveSql(query: Query, columns: Readonly<Record<string, Expression>>): Query {
  const entries = Object.entries<Expression>(columns);
  const replaced = list(entries.map(([column]) => value(column.toLowerCase())));
  const added = entries.map(([column, expression]) => compose`, ${expressionSql(expression)} AS ${name(column)}`);
  // COLUMNS must find at least one column, also when all are replaced: one of ours goes along.
  const marked = compose`(SELECT NULL AS "memoir kept", * FROM ${relation(query)})`;
  const kept = entries.length ? compose`COLUMNS(lambda c: lower(c) NOT IN (${replaced}))` : text('*');
  const all = compose`SELECT ${kept}${list(added, '')} FROM ${marked}`;
  return compose`SELECT * EXCLUDE ("memoir kept") FROM (${all})`;
}

export function groupSql(
  query: Query,
  columns: readonly string[],
  aggregates: Readonly<Record<string, string>>,
): Query {
  const made = Object.entries(aggregates).map(([column, what]) => compose`${aggregateSql(what)} AS ${name(column)}`);
  const keys = list(columns.map(name));
  const rows = compose`SELECT ${list([...columns.map(name), ...made])} FROM ${relation(query)}`;
  // Ordered, since groups come in any order and an equal result should be equal row by row.
  const grouped = columns.length === 0 ? rows : compose`${rows} GROUP BY ${keys} ORDER BY ${keys}`;
  return { ...grouped, groups: { source: query, keys: columns, aggregates } };
}

export function sortSql(query: Query, columns: readonly string[]): Query {
  const orders = columns.map((column) => {
    return column.startsWith('-')
      ? compose`${name(column.slice(1))} DESC NULLS LAST`
      : compose`${name(column)} NULLS LAST`;
  });
  return compose`SELECT * FROM ${relation(query)} ORDER BY ${list(orders)}`;
}

export function limitSql(query: Query, count: number, skip: number): Query {
  for (const number of [count, skip]) {
    if (!Number.isSafeInteger(number) || number < 0)
      throw new UserError(`limit takes whole numbers from 0, not ${number}.`);
  }
  const narrower = skip === 0 ? pushedDown(query, { limit: count }) : null;
  return narrower ?? compose`SELECT * FROM ${relation(query)} LIMIT ${value(count)} OFFSET ${value(skip)}`;
}

export function describeSql(query: Query): Query {
  return compose`SELECT column_name AS "column", column_type AS "type", min, max,
    approx_unique AS approx_distinct, TRY_CAST(avg AS DOUBLE) AS mean, TRY_CAST(std AS DOUBLE) AS stddev,
    q25, q50 AS median, q75, count AS "rows", CAST(null_percentage AS DOUBLE) AS null_percent
    FROM (SUMMARIZE SELECT * FROM ${relation(query)})`;
}

function isExpression(condition: object | string): condition is Expression {
  return typeof condition === 'string' || condition instanceof Fragment;
}

function expressionSql(expression: Expression): Query {
  return compose`(${typeof expression === 'string' ? { ...text(expression), written: true } : expression.query}\n)`;
}
