import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { QueryError } from '../../src/data/queryError.ts';
import { Table } from '../../src/data/table.ts';
import { type DataFolder, dataFolder, FLIGHTS } from './dataFolder.ts';

let data: DataFolder;
let flights: Table;

beforeAll(async () => {
  data = await dataFolder();
  await data.write('flights.csv', FLIGHTS);
  flights = await data.load('flights.csv');
});
afterAll(() => data.remove());

async function failure(promise: PromiseLike<unknown>): Promise<QueryError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(QueryError);
  expect(error).toBeInstanceOf(UserError);
  return error as QueryError;
}

test('the query of the sample notebook gives a table', async () => {
  const late = 5;
  const byAirport = await data.sql`
    SELECT origin, count(*) AS flights, avg(delay) AS mean_delay
    FROM ${flights} WHERE delay > ${late} GROUP BY origin ORDER BY flights DESC LIMIT 20`;
  expect(byAirport).toBeInstanceOf(Table);
  expect(await byAirport.rows()).toEqual([
    { origin: 'SEA', flights: 2, mean_delay: 15 },
    { origin: 'SFO', flights: 1, mean_delay: 30 },
  ]);
});

test('tables, arrays of objects, other queries and lists stand where they are put', async () => {
  const codes = [{ code: 'SEA', city: 'Seattle' }];
  const early = data.sql`SELECT * FROM ${flights} WHERE delay < 15 -- a comment at the end`;
  const table =
    await data.sql`SELECT city FROM ${early} JOIN ${codes} AS c ON origin = c.code WHERE delay IN ${[10, 20]};`;
  expect(await table.rows()).toEqual([{ city: 'Seattle' }]);
  expect(await (await data.sql`SELECT 1 IN ${[]} AS found`).rows()).toEqual([{ found: false }]);
});

test('values are bound, so that text cannot become SQL', async () => {
  const hostile = `'); DROP TABLE x; --`;
  expect(
    await (
      await data.sql`SELECT ${hostile} AS t, ${new Date('2024-05-06')} AS d, ${2n ** 70n} AS big, ${null} AS none`
    ).rows(),
  ).toEqual([{ t: hostile, d: new Date('2024-05-06'), big: 2n ** 70n, none: null }]);
});

test('a table made of a query is composed further', async () => {
  const table = (await data.sql`SELECT * FROM ${flights} ORDER BY delay`)
    .where({ origin: 'SEA' })
    .limit(1)
    .select('delay');
  expect(await table.rows()).toEqual([{ delay: 10 }]);
});

describe('errors', () => {
  test('a missing column is told by line and column of the text as written, with the name that was meant', async () => {
    const error = await failure(data.sql`
      SELECT 'ä', origin,
        dely FROM ${flights}`);
    expect(error.message).toBe('There is no column "dely". Did you mean "delay"? (line 3, column 9 of the SQL)');
    expect(error.position).toMatchObject({ line: 3, column: 9, part: 0 });
  });

  test('the place is found behind values and relations, and in a query used by another', async () => {
    const error = await failure(data.sql`SELECT * FROM ${flights} WHERE origin = ${'SEA'} AND dely > 3`);
    expect(error.position).toMatchObject({ part: 2, offset: ' AND '.length });
    const inner = data.sql`SELECT dely FROM ${flights}`;
    expect((await failure(data.sql`SELECT count(*) FROM ${inner}`)).position).toMatchObject({
      line: 1,
      column: 8,
      part: 0,
    });
  });

  test('a table that does not exist and bad syntax are told at once, in plain words', async () => {
    await data.query('CREATE TABLE airports (code VARCHAR)');
    expect((await failure(data.sql`SELECT * FROM airprots`)).message).toMatch(
      /^There is no table "airprots"\. Did you mean "airports"\?/,
    );
    expect((await failure(data.sql`SELECT * FRM x`)).message).toMatch(/^The SQL has a syntax error at or near "x"\./);
  });

  test('an error that only running shows points into the text too', async () => {
    const table = await data.sql`SELECT
      CAST(origin AS INTEGER) AS n FROM ${flights}`;
    const error = await failure(table.rows());
    expect(error.message).toContain("Could not convert string 'SEA' to INT32");
    expect(error.position).toMatchObject({ line: 2, column: 7 });
  });

  test('an error outside the text written has no place in it', async () => {
    const table = await data.sql`SELECT origin FROM ${flights}`;
    expect((await failure(table.where({ orign: 'x' }).rows())).position).toBeNull();
  });

  test.each([
    ['CREATE TABLE t (a INTEGER)', 'only queries'],
    ['SELECT 1; SELECT 2', 'one query is expected, and there are 2'],
    ['  ', 'one query is expected, and there are none'],
  ])('%s is refused', async (text, message) => {
    const texts = Object.assign([text], { raw: [text] });
    await expect(data.sql(texts)).rejects.toThrow(message);
  });

  test('a value that no table can hold is refused by its place', () => {
    expect(() => data.sql`SELECT ${1}, ${undefined}`).toThrow('the 2nd value is undefined');
    expect(() => data.sql`SELECT ${() => 1}`).toThrow('the 1st value is a function');
  });
});

describe('files that the text names', () => {
  test.each([
    ['as a table', () => data.sql`SELECT count(*) AS n FROM 'flights.csv'`],
    ['in a function', () => data.sql`SELECT count(*) AS n FROM read_csv('flights.csv', header = true)`],
    ['by a pattern', () => data.sql`SELECT count(*) AS n FROM read_csv(['fl*.csv'])`],
    ['by a value', () => data.sql`SELECT count(*) AS n FROM read_csv(${'flights.csv'})`],
    ['in a query within', () => data.sql`SELECT * FROM ${data.sql`SELECT count(*) AS n FROM 'flights.csv'`}`],
  ])('%s start from the base folder, are told of and belong to the recipe', async (_, query) => {
    const reads = new Set<string>();
    const listen = (message: unknown) => {
      const { path, kind } = message as { path: string; kind: string };
      if (kind === 'file') reads.add(path);
    };
    subscribe('memoir:data.read', listen);
    try {
      const table = await query();
      expect([...reads]).toEqual([join(data.directory, 'flights.csv')]);
      expect(await table.rows()).toEqual([{ n: 4 }]);
      expect(table.recipe().files.map(({ path }) => path)).toEqual(['flights.csv']);
    } finally {
      unsubscribe('memoir:data.read', listen);
    }
  });
});

test('a query that uses the clock or randomness tells so', async () => {
  const touched: unknown[] = [];
  const listen = (message: unknown) => touched.push((message as { what: string }).what);
  subscribe('memoir:data.impure', listen);
  try {
    await data.sql`SELECT count(*) FROM ${flights}`;
    expect(touched).toEqual([]);
    await data.sql`SELECT random(), now()`;
    expect(touched).toEqual(['clock', 'randomness']);
  } finally {
    unsubscribe('memoir:data.impure', listen);
  }
});
