import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataFolder, dataFolder } from './dataFolder.ts';

let data: DataFolder;

beforeAll(async () => {
  data = await dataFolder();
});
afterAll(() => data.remove());

const date = fc.date({ min: new Date('1700-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Uint8Array.from(array));
const wide = fc.bigInt({ min: 2n ** 53n, max: 2n ** 100n });
const plain = [fc.string({ unit: 'grapheme' }), fc.boolean(), fc.maxSafeInteger(), fc.double(), wide, date, bytes];
const record = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { noNullPrototype: true });
/** Values of one kind, simple or nested; each may be missing. */
const kind: fc.Arbitrary<fc.Arbitrary<unknown>> = fc.letrec<{ kind: fc.Arbitrary<unknown> }>((tie) => ({
  kind: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<fc.Arbitrary<unknown>>(...plain),
    tie('kind').map((inner) => fc.array(fc.option(inner), { maxLength: 4 })),
    tie('kind').map((inner) => record({ a: fc.option(inner), 'b "c"': fc.option(fc.string()) })),
    tie('kind').map((inner) => fc.array(fc.tuple(fc.string(), fc.option(inner))).map((pairs) => new Map(pairs))),
  ),
})).kind;

test('rows of any kind of value come back from the database as they went in', async () => {
  const tables = fc
    .tuple(kind, kind)
    .chain(([a, b]) => fc.array(record({ a: fc.option(a), b: fc.option(b) }), { minLength: 1, maxLength: 8 }));
  await fc.assert(
    fc.asyncProperty(tables, async (rows) => {
      expect(await (await data.load(rows)).rows()).toStrictEqual(rows);
    }),
    { numRuns: 60 },
  );
});

/** Types with expressions of values that are at their limits. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  TINYINT: ['-128', '127'],
  UBIGINT: ['0', '18446744073709551615'],
  BIGINT: ['-9223372036854775808', '9007199254740993'],
  HUGEINT: ["'-170141183460469231731687303715884105728'", '5'],
  FLOAT: ['0.1', "'nan'", "'-inf'"],
  'DECIMAL(4,2)': ['-12.34', '0.01'],
  'DECIMAL(18,6)': ['123456789012.345678', '0.5'],
  'DECIMAL(38,10)': ["'1234567890123456789012345678.0123456789'", '-0.0000000001'],
  DATE: ["'0001-01-01'", "'infinity'", "'2024-02-29'"],
  TIMESTAMP: ["'1969-12-31 23:59:59.999999'", "'2024-02-29 12:00:00.000001'", "'-infinity'"],
  TIMESTAMP_NS: ["'2024-02-29 12:00:00.000000001'", "'1970-01-01'"],
  TIMESTAMP_S: ["'1900-01-01 00:00:01'"],
  TIMESTAMPTZ: ["'2024-03-31 02:30:00.123456+13:45'"],
  TIME: ["'23:59:59.999999'"],
  TIMETZ: ["'12:00:00+05:30'"],
  INTERVAL: ["'1 month -3 days 04:05:06.000007'"],
  UUID: ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
  BIT: ["'010101'"],
  BLOB: ["'\\x00\\xFF'"],
  JSON: [`'{"a":[1,null,12345678901234567890]}'`],
  "ENUM('x', 'y')": ["'y'"],
  'INTEGER[3]': ['[1, NULL, 3]'],
  'UUID[]': ["['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', NULL]", '[]'],
  'DECIMAL(38,2)[]': ["['12345678901234567890.12', '1.5']"],
  'STRUCT(t TIME, n DECIMAL(4,1))': ["{'t': TIME '01:02:03', 'n': 1.5}"],
  'MAP(VARCHAR, TIMESTAMP[])': ["MAP {'a': [TIMESTAMP '2024-01-01'], 'b': NULL}"],
};

test('columns of every type of the database go back to what they were, bit by bit', async () => {
  for (const [type, values] of Object.entries(TYPES)) {
    const rows = [...values, 'NULL'].map((value, id) => `SELECT ${id} AS id, CAST(${value} AS ${type}) AS v`);
    const before = await data.sql([rows.join(' UNION ALL ')] as unknown as TemplateStringsArray);
    const after = await data.load(await before.columns());
    const [b, a] = await Promise.all([before, after].map((table) => table.derive({ v: 'v::VARCHAR' }).rows()));
    expect(a, type).toEqual(b);
    if (!type.startsWith('ENUM')) expect(await after.schema(), type).toEqual(await before.schema());
  }
});
