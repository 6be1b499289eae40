import type {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';
import { decimalUnits } from './decimal.ts';
import type { DuckDb } from './duckDb.ts';

/** The type under which values travel to DuckDB: the same, or with text where JavaScript has no value of that type. */
export function stagedType(type: DuckDBType, duckDb: DuckDb): DuckDBType {
  const { api } = duckDb;
  const { DuckDBTypeId: id } = api;
  const inner = (part: DuckDBType) => stagedType(part, duckDb);
  switch (type.typeId) {
    case id.LIST: {
      const { valueType } = type as DuckDBListType; // the type id says which class it is, here and below
      return keepIfSame(type, [valueType], [inner(valueType)], ([part]) => api.LIST(part!));
    }
    case id.ARRAY: {
      const { valueType, length } = type as DuckDBArrayType;
      return keepIfSame(type, [valueType], [inner(valueType)], ([part]) => api.ARRAY(part!, length));
    }
    case id.MAP: {
      const { keyType, valueType } = type as DuckDBMapType;
      const parts = [keyType, valueType];
      return keepIfSame(type, parts, parts.map(inner), ([key, value]) => api.MAP(key!, value!));
    }
    case id.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDBStructType;
      const make = (parts: readonly DuckDBType[]) =>
        api.STRUCT(Object.fromEntries(entryNames.map((name, index) => [name, parts[index]!])));
      return keepIfSame(type, entryTypes, entryTypes.map(inner), make);
    }
    default:
      return KNOWN.has(id[type.typeId]) ? type : api.VARCHAR;
  }
}

/** A JavaScript value as DuckDB takes it for a staged type. */
export function toDuckDb(value: unknown, type: DuckDBType, duckDb: DuckDb): DuckDBValue {
  if (value === null || value === undefined) return null;
  const { api } = duckDb;
  const { DuckDBTypeId: id } = api;
  const inner = (item: unknown, part: DuckDBType) => toDuckDb(item, part, duckDb);
  switch (type.typeId) {
    case id.VARCHAR:
      return typeof value === 'string' ? value : String(value);
    case id.BIGINT:
    case id.UBIGINT:
    case id.HUGEINT:
    case id.UHUGEINT:
      return BigInt(value as number | bigint | string); // by the column's type
    case id.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType; // the type id says which class it is, here and below
      return new api.DuckDBDecimalValue(decimalUnits(value as number | bigint | string, scale), width, scale);
    }
    case id.BLOB:
      return new api.DuckDBBlobValue(value as Uint8Array);
    case id.DATE:
      return new api.DuckDBDateValue(daysOf(value));
    case id.TIMESTAMP:
      return new api.DuckDBTimestampValue(ticksOf(value, 1_000));
    case id.TIMESTAMP_TZ:
      return new api.DuckDBTimestampTZValue(ticksOf(value, 1_000));
    case id.TIMESTAMP_MS:
      return new api.DuckDBTimestampMillisecondsValue(ticksOf(value, 1));
    case id.TIMESTAMP_S:
      return new api.DuckDBTimestampSecondsValue(ticksOf(value, 0.001));
    case id.TIMESTAMP_NS:
      return new api.DuckDBTimestampNanosecondsValue(nanosOf(value));
    case id.LIST:
      return new api.DuckDBListValue(
        (value as unknown[]).map((item) => inner(item, (type as DuckDBListType).valueType)),
      );
    case id.ARRAY:
      return new api.DuckDBArrayValue(
        (value as unknown[]).map((item) => inner(item, (type as DuckDBArrayType).valueType)),
      );
    case id.MAP: {
      const { keyType, valueType } = type as DuckDBMapType;
      const entries = [...(value as Map<unknown, unknown>)];
      return new api.DuckDBMapValue(
        entries.map(([key, item]) => ({ key: inner(key, keyType), value: inner(item, valueType) })),
      );
    }
    case id.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDBStructType;
      const fields = value as Readonly<Record<string, unknown>>;
      return new api.DuckDBStructValue(
        Object.fromEntries(entryNames.map((name, index) => [name, inner(fields[name], entryTypes[index]!)])),
      );
    }
    default:
      return value as DuckDBValue; // numbers and booleans are DuckDB's own
  }
}

/** Types of which JavaScript has a value that says it all; others are text there. */
const KNOWN = new Set([
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'],
  ...['HUGEINT', 'UHUGEINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'VARCHAR', 'BLOB'],
  ...['DATE', 'TIMESTAMP', 'TIMESTAMP_TZ', 'TIMESTAMP_MS', 'TIMESTAMP_S', 'TIMESTAMP_NS'],
]);

function keepIfSame(
  type: DuckDBType,
  parts: readonly DuckDBType[],
  staged: readonly DuckDBType[],
  make: (parts: readonly DuckDBType[]) => DuckDBType,
): DuckDBType {
  return staged.every((part, index) => part === parts[index]) ? type : make(staged);
}

const INFINITE_DAY = 2 ** 31 - 1;
const INFINITE_TICKS = 2n ** 63n - 1n;

function daysOf(value: unknown): number {
  const days = Number(value) / 86_400_000;
  return Number.isFinite(days) ? Math.floor(days) : Math.sign(days) * INFINITE_DAY;
}

/** Milliseconds as whole ticks; infinite times have ticks of their own. */
function ticksOf(value: unknown, perMs: number): bigint {
  const ticks = Number(value) * perMs;
  if (Number.isFinite(ticks)) return BigInt(Math.round(ticks));
  return ticks > 0 ? INFINITE_TICKS : -INFINITE_TICKS;
}

/** From milliseconds, or from text that says more than these could. */
function nanosOf(value: unknown): bigint {
  if (typeof value !== 'string') {
    const micros = ticksOf(value, 1_000);
    return Number.isFinite(Number(value)) ? micros * 1_000n : micros;
  }
  const [seconds = '', part = ''] = value.split('.');
  return BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`)) * 1_000_000n + BigInt(part.padEnd(9, '0'));
}
