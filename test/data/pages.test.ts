import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DataFolder, dataFolder } from './dataFolder.ts';
import { memoryKeeper } from './memoryKeeper.ts';

const LINES = Array.from({ length: 3_000 }, (_, id) => `${id},${(id * 7919) % 3_000}`);

let data: DataFolder;
let keeper: ReturnType<typeof memoryKeeper>;
beforeEach(async () => {
  keeper = memoryKeeper();
  data = await dataFolder({ keeper });
  await data.write('many.csv', `id,rank\n${LINES.join('\n')}\n`);
});
afterEach(() => data.remove());

const sorted = async (from = data) => (await from.load('many.csv')).sort('rank');

test('the rows that follow those of a preview can be asked for, in the order of the table', async () => {
  const { rows, rowCount, pages } = await (await sorted()).preview(1_000);
  expect([rows.length, rowCount]).toEqual([1_000, 3_000]);
  const all = [...rows, ...(await data.rows(pages!, 1_000, 1_000)), ...(await data.rows(pages!, 2_000, 5_000))];
  expect(all.map(([, rank]) => rank)).toEqual(Array.from({ length: 3_000 }, (_, rank) => rank));
});

test('a later run can ask, too', async () => {
  const { pages } = await (await sorted()).preview(10);
  const later = await dataFolder({ keeper, directory: data.directory });
  expect(await later.rows(pages!, 2_998, 10)).toHaveLength(2);
  await later.close();
});

test('a table whose file is another by now, or that nobody knows, is told to be run again', async () => {
  const { pages } = await (await sorted()).preview(10);
  await data.write('many.csv', 'id,rank\n1,1\n');
  await expect(data.rows(pages!, 10, 10)).rejects.toThrow('Run its cell again to see more of it.');
  await expect(data.rows(pages!, -1, 10)).rejects.toThrow('Rows are counted from 0');
  await expect(data.rows('nobody', 10, 10)).rejects.toThrow('Run its cell again to see more of it.');
});

test('a table of more rows of the program than can be carried is turned as long as the program runs', async () => {
  const table = await data.load({ id: Float64Array.from({ length: 2_200_000 }, (_, id) => id) });
  const { pages } = await table.preview(10);
  expect(await data.rows(pages!, 2_199_999, 10)).toEqual([[2_199_999]]);
  expect(keeper.kept.has(`pages/${pages}`)).toBe(false);
});

test('a table that is on the page whole, or differs each time, has no further rows', async () => {
  expect((await (await sorted()).limit(5).preview(10)).pages).toBeUndefined();
  const random = await data.sql`SELECT random() AS r FROM range(100)`;
  expect((await random.preview(10)).pages).toBeUndefined();
});
