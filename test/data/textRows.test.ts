import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/data/database.ts';
import { castTo, textRow, textToParquet } from '../../src/data/textRows.ts';
import { type DataFolder, dataFolder } from './dataFolder.ts';

let data: DataFolder;
const database = new Database({ threads: 1 });
beforeAll(async () => {
  data = await dataFolder();
});
afterAll(async () => {
  await database.close();
  await data.remove();
});

test('texts written as lines come back as they were, whatever is in them', async () => {
  const awkward = fc.constantFrom(
    '',
    ',',
    '"',
    '""',
    '\n',
    '\r\n',
    '\\.',
    '.',
    ' ',
    '\t',
    'NULL',
    "'",
    '\\',
    '\0',
    '\u2028',
    '\ufeff',
    'é',
    '😀',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(awkward, { maxLength: 6 }).map((parts) => parts.join('')),
  );
  const rows = fc.array(fc.tuple(fc.option(text), fc.option(text)), { maxLength: 30 });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      count += 1;
      const [from, to] = [join(data.directory, 'rows.csv'), join(data.directory, `rows${count}.parquet`)];
      await writeFile(from, given.map((row) => textRow(row)).join(''));
      const columns = [castTo('a', 'VARCHAR'), castTo('b', 'VARCHAR')];
      await textToParquet(database, { from, rows: given.length, to, columns });
      const read = await (await data.load(to)).rows();
      expect(read).toEqual(given.map(([a, b]) => ({ a, b })));
    }),
    { numRuns: 40, examples: [[[['\ufeff', null]]], [[['\ufeff\ufeff,', '\ufeff']]]] },
  );
});
