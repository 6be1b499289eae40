import { UserError } from '../base/errors.ts';
import type { Query, Scalar } from './query.ts';

/** A query of ours as one text for PostgreSQL, its values as literals: COPY takes no bound ones. */
export function literalSql(query: Query): string {
  return query.texts
    .map((text, index) => {
      const piece = query.pieces[index];
      if (!piece) return text;
      if (piece.kind === 'query') return text + literalSql(piece.query);
      if (piece.kind === 'value') return text + literal(piece.value);
      throw new UserError('A file or rows of the program cannot take part in a condition.');
    })
    .join('');
}

/** A value as PostgreSQL reads it, with the type that it has when it is bound. */
export function literal(value: Scalar): string {
  if (value === null) return 'NULL';
  const text =
    typeof value === 'string'
      ? value
      : value instanceof Date
        ? value.toISOString()
        : Object.is(value, -0)
          ? '-0'
          : String(value);
  if (text.includes('\0')) throw new UserError('PostgreSQL knows no text with the character NUL in it.');
  const quoted = text.includes('\\')
    ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
  return quoted + castOf(value);
}

/** What makes a value of the program's the same type whether it is bound or a literal. */
export function castOf(value: Scalar): string {
  if (value instanceof Date) return '::timestamptz';
  if (typeof value === 'boolean') return '::boolean';
  if (typeof value === 'bigint') return '::numeric';
  if (typeof value !== 'number') return ''; // text takes the type of what it is compared with
  if (value === (value | 0) && !Object.is(value, -0)) return '::integer';
  return Number.isSafeInteger(value) && value !== 0
    ? '::bigint'
    : Number.isFinite(value) && value !== 0
      ? '::numeric'
      : '::float8';
}

/** The values that a condition of `where` holds, and whether they are the ends of a range. */
export function valuesOf(condition: unknown): { readonly values: readonly unknown[]; readonly isRange: boolean } {
  if (Array.isArray(condition)) return { values: condition, isRange: false };
  if (typeof condition !== 'object' || condition === null || condition instanceof Date)
    return { values: [condition], isRange: false };
  if ('not' in condition) return valuesOf(condition.not);
  return { values: Object.values(condition).filter((value) => value !== undefined), isRange: true };
}
