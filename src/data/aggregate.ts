import { UserError } from '../base/errors.ts';
import { compose, name, type Query, text } from './query.ts';

const FUNCTIONS = {
  count: 'count',
  sum: 'sum',
  mean: 'avg',
  median: 'median',
  min: 'min',
  max: 'max',
  stddev: 'stddev_samp',
  variance: 'var_samp',
  first: 'first',
  last: 'last',
} as const;

/** `distinct` counts different values; `p95` is the value that 95 % of the rows do not exceed. */
export type AggregateName = keyof typeof FUNCTIONS | 'distinct' | `p${number}`;

/** What is worked out of each group: `'count'` for its rows, else a function of a column, such as `'mean(delay)'`. */
export type Aggregate<Column extends string = string> = 'count' | `${AggregateName}(${Column})`;

/** What an aggregate gives, as far as types can tell: null for groups without values. */
export type AggregateValue<Row, A> = A extends 'count' | `distinct(${string})`
  ? number
  : A extends `${'min' | 'max' | 'first' | 'last' | 'median' | `p${number}`}(${infer Column})`
    ? Column extends keyof Row
      ? Row[Column] | null
      : unknown
    : number | null;

/** An aggregate as an SQL expression. */
export function aggregateSql(aggregate: string): Query {
  if (aggregate === 'count') return text('count(*)');
  const [, known, column] = /^\s*(\w+(?:\.\d+)?)\s*\((.*)\)\s*$/s.exec(aggregate) ?? [];
  if (known === undefined || column === undefined) {
    throw new UserError(
      `"${aggregate}" is not an aggregate; write 'count', or a function of a column such as 'mean(delay)'.`,
    );
  }
  if (known === 'distinct') return compose`count(DISTINCT ${name(column)})`;
  if (Object.hasOwn(FUNCTIONS, known))
    return compose`${text(FUNCTIONS[known as keyof typeof FUNCTIONS])}(${name(column)})`;
  const percent = /^p(\d+(?:\.\d+)?)$/.exec(known)?.[1];
  if (percent !== undefined && Number(percent) <= 100) {
    return compose`quantile_cont(${name(column)}, ${text(String(Number(percent) / 100))})`;
  }
  const names = [...Object.keys(FUNCTIONS), 'distinct', 'p95'].join(', ');
  throw new UserError(`There is no aggregate "${known}". Known are ${names} (or any other percentile).`);
}
