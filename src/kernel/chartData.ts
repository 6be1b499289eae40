import { types } from 'node:util';
import { UserError } from '../base/errors.ts';
import type { LazyTable, Row, Schema } from './displayTable.ts';

/** What a chart can be drawn of. */
export type ChartSource = readonly Row[] | object;

export type FieldType = 'quantitative' | 'temporal' | 'nominal';

/** A column as charts need to know it. */
export interface ChartColumn {
  readonly name: string;
  readonly type: FieldType;
  /** Dates without a time of day, which stand for the same day in every time zone. */
  readonly wholeDays: boolean;
}

/** More rows than a chart draws in reasonable time. */
const MAX_ROWS = 200_000;
/** So many rows tell what a column holds. */
export const SAMPLE = 1_000;

/** The rows of a lazy table, as far as a chart would draw them. */
export async function tableRows(table: LazyTable): Promise<readonly Row[]> {
  return chartRows(await (table.limit?.(MAX_ROWS + 1) ?? table).rows());
}

/** The rows of an array, as objects. */
export function chartRows(rows: unknown): readonly Row[] {
  if (!Array.isArray(rows)) {
    throw new UserError(
      'A chart is drawn of an array of objects or of a table; this is neither. Turn it into rows such as [{x: 1, y: 2}].',
    );
  }
  if (rows.length > MAX_ROWS) {
    throw new UserError(
      `A chart of more than ${MAX_ROWS.toLocaleString('en-US')} rows would be too slow to read. Aggregate them first, for example with sql\`… GROUP BY …\`, or take a sample.`,
    );
  }
  return rows.map((row) => (typeof row === 'object' && row !== null ? (row as Row) : { data: row })); // as Vega does
}

/** The columns of rows with the types that their values suggest, or, where there are none, those of the table. */
export function chartColumns(rows: readonly Row[], schema: Schema = []): ChartColumn[] {
  if (rows.length === 0)
    return schema.map(({ name, type }) => ({ name, type: sqlFieldType(type), wholeDays: type === 'DATE' }));
  const sample = rows.length <= SAMPLE ? rows : sampled(rows);
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names].map((name) => {
    const values = sample.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
    const type = fieldType(values);
    return { name, type, wholeDays: type === 'temporal' && values.every(isWholeDay) };
  });
}

/** Rows as JSON holds them, with these columns only: dates as ISO text, NaN and infinities as null. */
export function jsonRows(rows: readonly Row[], columns: ReadonlySet<string>): Record<string, unknown>[] {
  return rows.map((row) => {
    const plain: Record<string, unknown> = {};
    for (const name of Object.keys(row)) if (columns.has(name)) plain[name] = jsonValue(row[name]);
    return plain;
  });
}

/** A value as JSON holds it; what JSON has no word for is null or text. */
export function jsonValue(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return Number(value);
    case 'object':
      return value === null ? null : jsonObject(value, depth);
    default:
      return null;
  }
}

function jsonObject(value: object, depth: number): unknown {
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth > 64) return null; // a cycle
  if (Array.isArray(value)) return value.map((item) => jsonValue(item, depth + 1));
  if (types.isTypedArray(value)) return Array.from(value as Iterable<unknown>, (item) => jsonValue(item, depth + 1));
  if (types.isMap(value)) return jsonObject(Object.fromEntries(value), depth);
  if (types.isSet(value)) return jsonObject([...value], depth);
  const known = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(known.map(([key, item]) => [key, jsonValue(item, depth + 1)]));
}

function sampled(rows: readonly Row[]): readonly Row[] {
  const step = rows.length / SAMPLE;
  return Array.from({ length: SAMPLE }, (_, i) => rows[Math.floor(i * step)]!);
}

function sqlFieldType(type: string): FieldType {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)\b/.test(type)) return 'quantitative';
  return /^(DATE|TIMESTAMP)/.test(type) ? 'temporal' : 'nominal';
}

function fieldType(values: readonly unknown[]): FieldType {
  if (values.length === 0) return 'nominal';
  if (values.every((value) => typeof value === 'number' || typeof value === 'bigint')) return 'quantitative';
  return values.every((value) => types.isDate(value) || isDateText(value)) ? 'temporal' : 'nominal';
}

function isDateText(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

function isWholeDay(value: unknown): boolean {
  return typeof value === 'string' ? value.length === 10 : types.isDate(value) && value.getTime() % 86_400_000 === 0;
}
