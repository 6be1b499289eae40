import { rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataFolder, dataFolder, FLIGHTS } from './dataFolder.ts';

let here: DataFolder;
let there: DataFolder;

beforeAll(async () => {
  [here, there] = [await dataFolder(), await dataFolder()];
  await here.write('data/flights.csv', FLIGHTS);
  await there.write('data/flights.csv', FLIGHTS);
});
afterAll(async () => {
  await here.remove();
  await there.remove();
});

test('a recipe carried to another process and folder makes the same table there', async () => {
  const flights = await here.load('data/flights.csv');
  const late = (await here.sql`SELECT * FROM ${flights} WHERE delay > ${15} AND date > ${new Date('2023-01-01')}`)
    .join(await here.load([{ origin: 'SEA', city: 'Seattle', rank: 3n }]), { on: 'origin' })
    .derive({ twice: 'delay * 2' });
  const recipe = structuredClone(late.recipe());
  expect(recipe.files).toEqual([{ path: 'data/flights.csv', digest: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  const restored = there.fromRecipe(recipe);
  expect(await restored.rows()).toEqual(await late.rows());
  expect(await restored.fingerprint()).toBe(await late.fingerprint());
});

test('errors keep their place in the text after the journey', async () => {
  const table = await here.sql`SELECT
    CAST(origin AS INTEGER) FROM 'data/flights.csv'`;
  const restored = there.fromRecipe(structuredClone(table.recipe()));
  await expect(restored.rows()).rejects.toMatchObject({ position: { line: 2, column: 5 } });
});

test('the fingerprint changes with the file and with the recipe, and with nothing else', async () => {
  const path = await here.write('changing.csv', 'a\n1\n');
  const load = () => here.load('changing.csv', { where: { a: { min: 0 } } });
  const first = await (await load()).fingerprint();
  expect(await (await load()).fingerprint()).toBe(first);
  await utimes(path, new Date(), new Date(Date.now() - 60_000));
  expect(await (await load()).fingerprint()).toBe(first);
  await rename(path, join(here.directory, 'moved.csv'));
  expect(await (await here.load('moved.csv', { where: { a: { min: 0 } } })).fingerprint()).toBe(first);

  expect(await (await here.load('moved.csv', { where: { a: { min: 1 } } })).fingerprint()).not.toBe(first);
  const table = await here.load('moved.csv', { where: { a: { min: 0 } } });
  await here.write('moved.csv', 'a\n2\n');
  expect(await table.fingerprint()).not.toBe(first);
});

test('values that look alike have different fingerprints', async () => {
  const prints = [1, '1', 1n, true, 'true', null, 'null', -0, 0, new Date(1)].map(async (value) =>
    (await here.sql`SELECT ${value} AS v`).fingerprint(),
  );
  expect(new Set(await Promise.all(prints)).size).toBe(10);
  const data = [[{ a: 1 }], [{ a: '1' }], [{ a: null }], [{ b: 1 }], [{ a: Number.NaN }], [{ a: new Date(1) }]].map(
    async (rows) => (await here.load(rows)).fingerprint(),
  );
  expect(new Set(await Promise.all(data)).size).toBe(6);
});

test('a recipe with too much data of its own is refused with the way out', async () => {
  const table = await here.load({ a: new Float64Array(2_500_000) });
  expect(() => table.limit(1).recipe()).toThrow(
    '20 MB of rows given by the program; a table that is kept may hold 16 MB. Save the rows as a file',
  );
});
