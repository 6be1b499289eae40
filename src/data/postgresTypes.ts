import type { Field } from './columns.ts';
import { quoteText } from './query.ts';
import type { TextColumn } from './textRows.ts';

/** A column as PostgreSQL describes it: the number of its type, and what was said about width and scale. */
export interface PostgresField {
  readonly name: string;
  readonly oid: number;
  readonly modifier: number;
}

const NUMERIC = 1700;

/** Types by PostgreSQL's numbers, which are the same everywhere, in DuckDB's words. All others come as text. */
const SCALARS: Readonly<Record<number, string>> = {
  16: 'BOOLEAN',
  20: 'BIGINT',
  21: 'SMALLINT',
  23: 'INTEGER',
  26: 'UINTEGER',
  700: 'FLOAT',
  701: 'DOUBLE',
  17: 'BLOB',
  18: 'VARCHAR',
  19: 'VARCHAR',
  25: 'VARCHAR',
  1042: 'VARCHAR',
  1043: 'VARCHAR',
  1082: 'DATE',
  1083: 'TIME',
  1114: 'TIMESTAMP',
  1184: 'TIMESTAMP WITH TIME ZONE',
  2950: 'UUID',
  114: 'JSON',
  3802: 'JSON',
};

/** Lists, by the number of their elements' type. */
const LISTS: Readonly<Record<number, number>> = {
  1000: 16,
  1016: 20,
  1005: 21,
  1007: 23,
  1028: 26,
  1021: 700,
  1022: 701,
  1001: 17,
  1002: 18,
  1003: 19,
  1009: 25,
  1014: 1042,
  1015: 1043,
  1182: 1082,
  1183: 1083,
  1115: 1114,
  1185: 1184,
  2951: 2950,
  199: 114,
  3807: 3802,
  1231: NUMERIC,
};

/** What kinds of value a condition on a column may hold for PostgreSQL to understand it as DuckDB would. */
const COMPARABLE: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ['boolean'],
  SMALLINT: ['number', 'bigint'],
  INTEGER: ['number', 'bigint'],
  BIGINT: ['number', 'bigint'],
  UINTEGER: ['number', 'bigint'],
  FLOAT: ['number', 'bigint'],
  DOUBLE: ['number', 'bigint'],
  DATE: ['string', 'date'],
  TIMESTAMP: ['string', 'date'],
  'TIMESTAMP WITH TIME ZONE': ['string', 'date'],
  UUID: ['string'],
  VARCHAR: ['string'],
};

/** How much room the numbers of a column take; null where one of them is no number. */
export interface Digits {
  readonly whole: number;
  readonly fraction: number;
}

/** The column's type as far as it is known before its values are; numbers without a scale take one that fits them. */
export function fieldOf({ name, oid, modifier }: PostgresField): Field {
  const element = LISTS[oid];
  if (element !== undefined)
    return { name, type: `${element === NUMERIC ? (declared(modifier) ?? 'VARCHAR') : SCALARS[element]}[]` };
  return { name, type: oid === NUMERIC ? (declared(modifier) ?? 'DECIMAL') : (SCALARS[oid] ?? 'VARCHAR') };
}

/** How a column is asked for so that its text says everything. */
export function sentAs({ name, oid }: PostgresField): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  if (LISTS[oid] !== undefined) return `to_json(${column}::text[])::text`;
  return SCALARS[oid] || oid === NUMERIC ? column : `${column}::text`;
}

/** What DuckDB makes of the text. */
export function receivedAs(field: PostgresField, digits: Digits | null): TextColumn {
  const { name, type } = fieldOf(field);
  if (type.endsWith('[]')) {
    const inner = type.slice(0, -2);
    return { name, sql: (text) => `[${castSql('e', inner)} FOR e IN CAST(CAST(${text} AS JSON) AS VARCHAR[])]` };
  }
  return { name, sql: (text) => castSql(text, field.oid === NUMERIC ? decimalFor(type, digits) : type) };
}

/** Whether the column's numbers have to be looked at before their type is known. */
export function isNumeric({ oid }: PostgresField): boolean {
  return oid === NUMERIC;
}

/** Whether PostgreSQL takes a condition on the column for the same as DuckDB would. */
export function isComparable(field: PostgresField, values: readonly unknown[], isRange: boolean): boolean {
  const { type } = fieldOf(field);
  if (isRange && type === 'VARCHAR') return false; // sorted by the rules of a language there, by code points here
  if (field.oid !== NUMERIC && SCALARS[field.oid] === undefined) return false;
  if (field.oid === 1042 || field.oid === 18) return false; // padded with blanks, which do not count there
  const kinds = field.oid === NUMERIC ? COMPARABLE.BIGINT : COMPARABLE[type];
  return values.every((value) => value === null || kinds?.includes(value instanceof Date ? 'date' : typeof value));
}

function castSql(text: string, type: string): string {
  if (type === 'VARCHAR') return text;
  if (type === 'BLOB') return `from_hex(substr(${text}, 3))`;
  const isTime = type === 'DATE' || type.startsWith('TIMESTAMP');
  return `CAST(${isTime ? `replace(${text}, ' BC', ' (BC)')` : text} AS ${type})`; // DuckDB passes over a bare BC
}

/** `NUMERIC(10, 2)` keeps both numbers in one. */
function declared(modifier: number): string | null {
  if (modifier < 4) return null;
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 0x400) - 0x400; // eleven bits with a sign
  return precision <= 38 && scale >= 0 && scale <= precision ? `DECIMAL(${precision}, ${scale})` : null;
}

/** The narrowest of two widths that holds all numbers; text where none does, as it loses nothing. */
function decimalFor(type: string, digits: Digits | null): string {
  if (digits === null) return 'VARCHAR';
  if (type !== 'DECIMAL') return type;
  const { whole, fraction } = digits;
  const width = [18, 38].find((each) => whole + fraction <= each);
  return width ? `DECIMAL(${width}, ${fraction})` : 'VARCHAR';
}

/** What a column of text says of its numbers: digits before and behind the point that count, and how many are no numbers. */
export function digitsSql(text: string): readonly [whole: string, fraction: string, odd: string] {
  const isOdd = `NOT regexp_full_match(${text}, ${quoteText('-?[0-9]+(\\.[0-9]+)?')})`;
  return [
    `COALESCE(max(length(regexp_extract(${text}, '^-?0*([0-9]*)', 1))), 0)`,
    `COALESCE(max(length(regexp_extract(${text}, '\\.([0-9]*?)0*$', 1))), 0)`,
    `count(*) FILTER (WHERE ${isOdd})`,
  ];
}
