import { UserError } from '../base/errors.ts';
import { type Columns, type Field, reader } from './columns.ts';
import type { QueryOptions } from './database.ts';
import type { Engine } from './engine.ts';
import { compose, list, name, type Query, quoteText, text } from './query.ts';

/** What became of a table's columns. */
export interface Optimization {
  /** The columns that are narrower now. */
  readonly columns: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  /** What the rows take in the database's memory. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** How a column could be written more narrowly, and how to have the old values back from that. */
interface Narrowing extends Field {
  readonly to: string;
  /** The column as it is to be. */
  readonly cast: Query;
  /** The old values made of the new ones, by which it is checked that none changed. */
  readonly back: Query;
}

/** Integer types from narrow to wide, with the values that they hold. */
const INTEGERS = [
  { type: 'TINYINT', bits: 7n },
  { type: 'SMALLINT', bits: 15n },
  { type: 'INTEGER', bits: 31n },
  { type: 'BIGINT', bits: 63n },
] as const;
const WIDE = /^(SMALLINT|INTEGER|BIGINT|HUGEINT|U?(TINY|SMALL|BIG)INT|UINTEGER|UHUGEINT)$/;
/** How dates are written in text, and the type that holds them. */
const DATES = [
  { format: '%Y-%m-%d', type: 'DATE' },
  { format: '%Y-%m-%d %H:%M:%S', type: 'TIMESTAMP' },
  { format: '%Y-%m-%dT%H:%M:%S', type: 'TIMESTAMP' },
  { format: '%Y-%m-%dT%H:%M:%SZ', type: 'TIMESTAMP' },
] as const;
/** More different texts than this are not worth a list of them; nor are texts that come fewer times than this. */
const DICTIONARY = { most: 5_000, timesEach: 4 };

/** A query that gives the same rows in narrower types, worked out and kept. Every value is checked to be what it was. */
export async function narrowed(
  engine: Engine,
  query: Query,
  fields: readonly Field[],
  options: QueryOptions,
): Promise<{ readonly query: Query; readonly optimization: Optimization }> {
  const narrowings = await findNarrowings(engine, query, fields, options);
  const columns = fields.map((field) => {
    const found = narrowings.find((narrowing) => narrowing.name === field.name);
    return found ? compose`${found.cast} AS ${name(field.name)}` : name(field.name);
  });
  const made: Query = { ...compose`SELECT ${list(columns)} FROM (${query}\n)`, isTable: true };
  await engine.store(made, options);
  await check(engine, query, made, fields, narrowings, options);
  const after = fields.map(({ name, type }) => {
    return { name, type: narrowings.find((one) => one.name === name)?.to ?? type };
  });
  const optimization = {
    columns: fields.flatMap(({ name, type }, index) => {
      return type === after[index]!.type ? [] : [{ name, from: type, to: after[index]!.type }];
    }),
    bytesBefore: await memoryOf(engine, query, fields, options),
    bytesAfter: await memoryOf(engine, made, after, options),
  };
  return { query: made, optimization };
}

async function findNarrowings(
  engine: Engine,
  query: Query,
  fields: readonly Field[],
  options: QueryOptions,
): Promise<readonly Narrowing[]> {
  const integers = fields.filter(({ type }) => WIDE.test(type));
  const texts = fields.filter(({ type }) => type === 'VARCHAR');
  const asked = [
    ...integers.flatMap(({ name: column }) => [
      compose`min(${name(column)})::VARCHAR`,
      compose`max(${name(column)})::VARCHAR`,
    ]),
    ...texts.flatMap(({ name: column }) => [
      compose`count(${name(column)})`,
      compose`approx_count_distinct(${name(column)})`,
      ...DATES.map(({ format }) => misfits(column, format)),
    ]),
  ];
  if (asked.length === 0) return [];
  const row = valuesOf(await engine.answer(compose`SELECT ${list(asked)} FROM (${query}\n)`, options));
  const found: Narrowing[] = [];
  for (const field of integers) {
    const [min, max] = row.splice(0, 2);
    const narrowing =
      typeof min === 'string' && typeof max === 'string' ? narrowInteger(field, BigInt(min), BigInt(max)) : null;
    if (narrowing) found.push(narrowing);
  }
  for (const field of texts) {
    const [count, distinct, ...wrong] = row.splice(0, 2 + DATES.length).map(Number) as [number, number, ...number[]];
    if (count === 0) continue;
    const date = DATES[wrong.indexOf(0)];
    const isListable = distinct <= DICTIONARY.most && distinct * DICTIONARY.timesEach <= count;
    const narrowing = date
      ? narrowDate(field, date)
      : isListable
        ? await narrowText(engine, query, field, options)
        : null;
    if (narrowing) found.push(narrowing);
  }
  return found;
}

/** How many texts are not dates written exactly so. */
function misfits(column: string, format: string): Query {
  const [place, form] = [name(column), text(quoteText(format))];
  return compose`count(${place}) FILTER (strftime(try_strptime(${place}, ${form}), ${form}) IS DISTINCT FROM ${place})`;
}

function narrowInteger(field: Field, min: bigint, max: bigint): Narrowing | null {
  const fit = INTEGERS.find(({ bits }) => min >= -(2n ** bits) && max < 2n ** bits);
  if (!fit || widthOf(fit.type) >= widthOf(field.type)) return null;
  const column = name(field.name);
  return {
    ...field,
    to: fit.type,
    cast: compose`CAST(${column} AS ${text(fit.type)})`,
    back: compose`CAST(${column} AS ${text(field.type)})`,
  };
}

function narrowDate(field: Field, { format, type }: (typeof DATES)[number]): Narrowing {
  const [column, form] = [name(field.name), text(quoteText(format))];
  return {
    ...field,
    to: type,
    cast: compose`CAST(strptime(${column}, ${form}) AS ${text(type)})`,
    back: compose`strftime(${column}, ${form})`,
  };
}

/** The texts in order, so that sorting by their codes sorts as before. */
async function narrowText(
  engine: Engine,
  query: Query,
  field: Field,
  options: QueryOptions,
): Promise<Narrowing | null> {
  const column = name(field.name);
  const { columns } = await engine.answer(
    compose`SELECT DISTINCT ${column} FROM (${query}\n) WHERE ${column} IS NOT NULL ORDER BY 1`,
    options,
  );
  const read = reader(columns[0]!);
  const values = Array.from({ length: columns[0]!.kind === 'string' ? columns[0]!.codes.length : 0 }, (_, row) =>
    String(read(row)),
  );
  if (values.length === 0 || values.length > DICTIONARY.most) return null;
  const type = `ENUM(${values.map(quoteText).join(', ')})`;
  return {
    ...field,
    to: 'ENUM',
    cast: compose`CAST(${column} AS ${text(type)})`,
    back: compose`CAST(${column} AS VARCHAR)`,
  };
}

/** Compares all values with what they were, row by row, in an order that does not matter. */
async function check(
  engine: Engine,
  query: Query,
  made: Query,
  fields: readonly Field[],
  narrowings: readonly Narrowing[],
  options: QueryOptions,
): Promise<void> {
  const sums = (columns: readonly Query[], rows: Query) =>
    compose`SELECT count(*), sum(hash(${list(columns)}))::VARCHAR FROM (${rows}\n)`;
  const before = sums(
    fields.map((field) => name(field.name)),
    query,
  );
  const back = fields.map((field) => narrowings.find((one) => one.name === field.name)?.back ?? name(field.name));
  const [a, b] = [await engine.answer(before, options), await engine.answer(sums(back, made), options)].map(valuesOf);
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  throw new UserError(
    'optimize: the narrower table would not hold the same values, so the table was left as it is. Does it give other rows each time it is asked?',
  );
}

async function memoryOf(
  engine: Engine,
  query: Query,
  fields: readonly Field[],
  options: QueryOptions,
): Promise<number> {
  const sizes = fields.map(({ name: column, type }) => {
    if (type !== 'VARCHAR') return text(String(widthOf(type)));
    return compose`16 + CASE WHEN strlen(${name(column)}) > 12 THEN strlen(${name(column)}) ELSE 0 END`; // short ones lie in place
  });
  const asked = compose`SELECT sum(${list(sizes, ' + ')}) FROM (${query}\n)`;
  return Number(valuesOf(await engine.answer(asked, options))[0] ?? 0);
}

/** Bytes that a value takes in the database's memory; what is nested counts as if it were one text. */
function widthOf(type: string): number {
  if (/^U?TINYINT$|^BOOLEAN$/.test(type)) return 1;
  if (/^U?SMALLINT$|^ENUM/.test(type)) return 2;
  if (/^U?INTEGER$|^FLOAT$|^DATE$/.test(type)) return 4;
  if (/^U?HUGEINT$|^VARCHAR|^JSON|\[\]$|^STRUCT|^MAP|^UUID|^INTERVAL|^DECIMAL\((19|[23]\d),/.test(type)) return 16;
  return 8;
}

/** The values of a result's only row. */
function valuesOf(columns: Columns): unknown[] {
  return columns.columns.map((column) => reader(column)(0));
}
