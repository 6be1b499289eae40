import { UserError } from '../base/errors.ts';
import { isScalar } from './bind.ts';
import { compose, list, name, type Query, type Scalar, text, value } from './query.ts';

/** Both ends belong to the range; one that is left out, or null as a widget gives it before it is set, is no limit. */
export interface Range<T> {
  readonly min?: T | null | undefined;
  readonly max?: T | null | undefined;
}

/** A value, any of several values, or a range; null stands for rows without a value. */
export type Match<T> = T | null | readonly (T | null)[] | Range<T>;

/** What one column must be; `{not: …}` is the exact opposite, so rows without a value belong to it. */
export type Condition<T> = Match<T> | { readonly not: Match<T> };

/** Rows that meet the condition of every column named. */
export type Filter<Row = Record<string, unknown>> = {
  readonly [K in keyof Row]?: Condition<unknown extends Row[K] ? Scalar : Exclude<Row[K], null | undefined>>;
};

/** A filter as an SQL expression; no conditions let every row through. */
export function filterSql(filter: Readonly<Record<string, unknown>>): Query {
  const conditions = Object.entries(filter).map(([column, condition]) => conditionSql(column, condition));
  return conditions.length ? list(conditions, ' AND ') : text('TRUE');
}

function conditionSql(column: string, condition: unknown): Query {
  if (condition === undefined) {
    throw new UserError(
      `where: "${column}" is undefined. Leave it out to let every row through, or give null for rows without a value.`,
    );
  }
  if (isRecord(condition) && 'not' in condition) {
    refuseOthers(column, condition, ['not']);
    return compose`(${conditionSql(column, condition.not)} IS NOT TRUE)`;
  }
  if (Array.isArray(condition)) return anySql(column, condition);
  if (isScalar(condition)) return equalSql(column, condition);
  if (isRecord(condition)) return rangeSql(column, condition);
  throw new UserError(
    `where: "${column}" is compared with a ${typeof condition}, which is not a value that a table holds.`,
  );
}

function equalSql(column: string, scalar: Scalar): Query {
  return scalar === null ? compose`(${name(column)} IS NULL)` : compose`(${name(column)} = ${value(scalar)})`;
}

function anySql(column: string, values: readonly unknown[]): Query {
  const odd = values.find((item) => !isScalar(item));
  if (odd !== undefined || values.includes(undefined)) {
    throw new UserError(
      `where: the list for "${column}" holds a ${typeof odd}, which is not a value that a table holds.`,
    );
  }
  const present = (values as readonly Scalar[]).filter((item) => item !== null); // each was checked above
  const any = present.length ? compose`${name(column)} IN (${list(present.map(value))})` : text('FALSE');
  return values.includes(null) ? compose`(${any} OR ${name(column)} IS NULL)` : compose`(${any})`;
}

function rangeSql(column: string, range: Readonly<Record<string, unknown>>): Query {
  refuseOthers(column, range, ['min', 'max']);
  const bounds = [bound(column, '>=', range.min), bound(column, '<=', range.max)].filter((part) => part !== null);
  if (bounds.length === 0 && Object.values(range).includes(null)) return text('TRUE');
  if (bounds.length === 0) throw new UserError(`where: the range for "${column}" needs a min, a max, or both.`);
  return compose`(${list(bounds, ' AND ')})`;
}

function bound(column: string, operator: string, limit: unknown): Query | null {
  if (limit === undefined || limit === null) return null;
  if (!isScalar(limit)) throw new UserError(`where: a limit of the range for "${column}" is not a value.`);
  return compose`${name(column)} ${text(operator)} ${value(limit)}`;
}

function refuseOthers(column: string, condition: object, known: readonly string[]): void {
  const other = Object.keys(condition).find((key) => !known.includes(key));
  if (other === undefined) return;
  throw new UserError(
    `where: the condition for "${column}" has "${other}"; it can be a value, [values], {min, max} or {not}.`,
  );
}

function isRecord(condition: unknown): condition is Readonly<Record<string, unknown>> {
  return (
    typeof condition === 'object' && condition !== null && !Array.isArray(condition) && !(condition instanceof Date)
  );
}
