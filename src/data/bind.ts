import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { UserError } from '../base/errors.ts';
import type { DuckDb } from './duckDb.ts';
import type { Scalar } from './query.ts';

const INT64 = 2n ** 63n;
const INT128 = 2n ** 127n;

/** A value as DuckDB takes it, with the type that keeps it as it is. */
export function bound(value: Scalar, { api }: DuckDb): { value: DuckDBValue; type: DuckDBType } {
  if (value === null) return { value, type: api.SQLNULL };
  switch (typeof value) {
    case 'string':
      return { value, type: api.VARCHAR };
    case 'boolean':
      return { value, type: api.BOOLEAN };
    case 'bigint':
      return { value, type: -INT64 <= value && value < INT64 ? api.BIGINT : hugeInteger(value, api.HUGEINT) };
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) return { value, type: api.DOUBLE };
      return value === (value | 0) ? { value, type: api.INTEGER } : { value: BigInt(value), type: api.BIGINT };
    default:
      return { value: new api.DuckDBTimestampValue(BigInt(value.getTime()) * 1_000n), type: api.TIMESTAMP };
  }
}

/** Whether a value can stand in a query by itself. An invalid date is refused here rather than far away. */
export function isScalar(value: unknown): value is Scalar {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new UserError('An invalid Date cannot be used in a query.');
    return true;
  }
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function hugeInteger(value: bigint, type: DuckDBType): DuckDBType {
  if (-INT128 <= value && value < INT128) return type;
  throw new UserError(`The integer ${value} is too large for a query: 128 bits are the limit.`);
}
