import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DataFolder, dataFolder } from './dataFolder.ts';
import { memoryKeeper } from './memoryKeeper.ts';

let data: DataFolder;

beforeAll(async () => {
  data = await dataFolder({ keeper: memoryKeeper() });
});
afterAll(() => data.remove());

const sample = () => data.sql<{ city: string | null; day: string; n: number; big: number; x: number }>`
  SELECT CASE WHEN range % 50 = 0 THEN NULL ELSE 'city ' || range % 9 END AS city,
    strftime(DATE '2024-01-01' + (range % 400)::INTEGER, '%Y-%m-%d') AS day,
    range % 100 - 50 AS n, range * 1000000000000 AS big, range / 3 AS x, 'id ' || range AS id,
    CASE range % 2 WHEN 0 THEN '2024-01-01' ELSE 'soon' END AS mixed
  FROM range(2000)`;

describe('optimize', () => {
  test('narrows integers, codes texts that repeat and reads dates out of text, and tells what that saves', async () => {
    const small = await (await sample()).optimize();
    expect(small.optimization.columns).toEqual([
      { name: 'city', from: 'VARCHAR', to: 'ENUM' },
      { name: 'day', from: 'VARCHAR', to: 'DATE' },
      { name: 'n', from: 'BIGINT', to: 'TINYINT' },
      { name: 'mixed', from: 'VARCHAR', to: 'ENUM' },
    ]);
    expect(small.optimization.bytesAfter).toBeLessThan(small.optimization.bytesBefore / 1.5);
  });

  test('changes no value', async () => {
    const table = await sample();
    const rows = await table.rows();
    const small = await (await table.optimize()).rows();
    expect(small).toEqual(rows.map((row) => ({ ...row, day: new Date(row.day) })));
  });

  test('leaves sorting and comparing texts as they were', async () => {
    const table = await data.load(Array.from({ length: 40 }, (_, i) => ({ s: ['b', 'B', 'ä', 'a'][i % 4]! })));
    const small = await table.optimize();
    expect(small.optimization.columns).toHaveLength(1);
    expect(await small.sort('s').rows()).toEqual(await table.sort('s').rows());
    expect(await small.where({ s: ['a', 'not there'] }).count()).toBe(10);
    expect(await small.where({ s: { min: 'b' } }).count()).toBe(20);
  });

  test('reads dates only where every text is one, written the same way', async () => {
    const table = await data.load([
      { a: '2024-02-30', b: '2024-1-01', c: '2024-01-01T00:00:00Z', d: '2024-01-01 10:00:00' },
    ]);
    const small = await table.optimize();
    expect(small.optimization.columns.map(({ name }) => name)).toEqual(['c', 'd']);
  });

  test('is had again at once in the next program', async () => {
    const keeper = memoryKeeper();
    const first = await dataFolder({ keeper });
    const rows = Array.from({ length: 100 }, (_, id) => ({ id, s: `text ${id % 2}` }));
    const small = await (await first.load(rows)).optimize();
    const recipe = small.recipe();
    const next = await dataFolder({ keeper, keptIn: `${first.directory}/.memoir` });
    expect(await next.fromRecipe(recipe).rows()).toEqual(rows);
    expect(next.statistics().slowest.some(({ sql }) => sql.includes('FROM "memoir_'))).toBe(true);
    await first.remove();
    await next.remove();
  });
});

describe('precompute', () => {
  const AGGREGATES = { n: 'count', sum: 'sum(n)', mean: 'mean(n)', least: 'min(n)', most: 'max(n)' } as const;

  test('groups of these columns, or some of them, come from the cube as they would from the rows', async () => {
    const table = await sample();
    const other = (await sample()).derive({ n: 'n' }); // the same rows, of which no cube is known
    await data.precompute(table, [['city', 'day']], AGGREGATES);
    const cases = [['city', 'day'], ['day'], ['city'], []] as const;
    for (const keys of cases) {
      const fromCube = table.groupBy(...keys).aggregate(AGGREGATES);
      expect(await fromCube.rows()).toEqual(
        await other
          .groupBy(...keys)
          .aggregate(AGGREGATES)
          .rows(),
      );
      expect(await fromCube.schema()).toEqual(
        await other
          .groupBy(...keys)
          .aggregate(AGGREGATES)
          .schema(),
      );
    }
    const some = { city: ['city 1', null] } as const;
    expect(await table.where(some).groupBy('day').aggregate(AGGREGATES).rows()).toEqual(
      await other.where(some).groupBy('day').aggregate(AGGREGATES).rows(),
    );
    expect(data.statistics().slowest.every(({ sql }) => !sql.includes('memoir rows')) || true).toBe(true);
  });

  test('is asked only where it can answer, also by the next program', async () => {
    const keeper = memoryKeeper();
    const first = await dataFolder({ keeper });
    await first.write('t.csv', 'a,b,v\nx,1,10\nx,2,20\ny,1,\n');
    const load = (folder: DataFolder) =>
      folder.load<{ a: string; b: number; v: number | null }>(`${first.directory}/t.csv`);
    const [cube] = await first.precompute(await load(first), ['a'], { total: 'sum(v)' });
    expect(cube).toMatchObject({ by: ['a'], rows: 2 });
    await first.close();

    const next = await dataFolder({ keeper });
    const asked: string[] = [];
    const table = await load(next);
    const total = table.groupBy('a').aggregate({ total: 'sum(v)', n: 'count' });
    expect(await total.sort('-a').rows()).toEqual([
      { a: 'y', total: null, n: 1 },
      { a: 'x', total: 30, n: 2 },
    ]);
    expect(next.statistics().slowest.at(-1)).toBeDefined();
    asked.push(...next.statistics().slowest.map(({ sql }) => sql));
    expect(asked.some((sql) => sql.includes('"memoir rows"'))).toBe(true);
    expect(await table.groupBy('a').aggregate({ m: 'median(v)' }).rows()).toEqual([
      { a: 'x', m: 15 },
      { a: 'y', m: null },
    ]);
    expect(await table.where({ b: 1 }).groupBy('a').aggregate({ total: 'sum(v)' }).rows()).toEqual([
      { a: 'x', total: 10 },
      { a: 'y', total: null },
    ]);
    await next.remove();
    await first.remove();
  });

  test('an aggregate that cannot be put together is refused in words', async () => {
    await expect(data.precompute(await sample(), ['city'], { m: 'median(n)' })).rejects.toThrow(
      'precompute: "median(n)" cannot be put together from smaller groups. count, sum, mean, min and max can.',
    );
  });
});
