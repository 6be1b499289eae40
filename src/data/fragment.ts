import { UserError } from '../base/errors.ts';
import { isScalar } from './bind.ts';
import { type InlineSource, inlineData } from './inline.ts';
import { compose, list, type Piece, type Query, value } from './query.ts';

/** The mark of a table; a registered symbol, so that copies of Memoir agree. */
export const TABLE: unique symbol = Symbol.for('memoir.table');

/** SQL as the reader wrote it, with values between: a whole query, or a part of one. */
export class Fragment {
  readonly query: Query;

  constructor(texts: readonly string[], values: readonly unknown[]) {
    const last = texts.at(-1)!.replace(/;\s*$/, ''); // it goes inside parentheses, where a statement cannot end
    const pieces = values.map((item, index) => pieceOf(item, index));
    this.query = { texts: [...texts.slice(0, -1), last], pieces, written: true };
  }
}

/** Anything with a query inside, such as a table. */
interface Queryable {
  readonly query: Query;
}

function pieceOf(item: unknown, index: number): Piece {
  if (isScalar(item)) return value(item);
  if (isQueryable(item)) return nested(compose`(${item.query}\n)`); // the line end closes a comment at its end
  if (Array.isArray(item) && item.every((element) => isScalar(element)))
    return nested(compose`[${list(item.map(value))}]`);
  if (typeof item === 'object') return { kind: 'data', data: inlineData(item as InlineSource) }; // which checks it
  const what = item === undefined ? 'undefined' : `a ${typeof item}`;
  throw new UserError(
    `sql: the ${ordinal(index + 1)} value is ${what}; it can be a value, a list of values, a table, or an array of objects.`,
  );
}

function isQueryable(item: unknown): item is Queryable {
  return item instanceof Fragment || (typeof item === 'object' && item !== null && TABLE in item);
}

function nested(query: Query): Piece {
  return { kind: 'query', query };
}

function ordinal(count: number): string {
  const ending = { 1: 'st', 2: 'nd', 3: 'rd' }[count % 10];
  return `${count}${count % 100 > 10 && count % 100 < 14 ? 'th' : (ending ?? 'th')}`;
}
