import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { whileSteady } from '../../src/data/steady.ts';
import { type DataFolder, dataFolder } from './dataFolder.ts';

let data: DataFolder;
const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});

beforeAll(async () => {
  data = await dataFolder();
});
afterEach(() => warn.mockClear());
afterAll(() => data.remove());

describe('rows that are too short or too long', () => {
  const ragged = 'a,b\n1,2\n3\n4,5,6\n7,8\n';

  test.each([
    ['among the first rows', ragged, /ragged\.csv cannot be read at line 3 \(3\): .*Columns: 2 Found: 1/],
    ['where all are', 'a,b,c\n1,2\n3,4\n', /line 2 \(1,2\): .*Columns: 3 Found: 2/],
    ['far below', `a,b\n${'1,2\n'.repeat(30_000)}3\n`, /line 30002 \(3\)/],
  ])('%s are an error with file and line', async (_, content, message) => {
    await data.write('ragged.csv', content);
    const table = await data.load('ragged.csv');
    expect((await table.schema())[0]!.name).toBe('a');
    await expect(table.rows()).rejects.toThrow(message);
    await expect(table.rows()).rejects.toThrow("{badRows: 'aside'}");
  });

  test('are kept aside when asked: counted, told, and shown with file and line', async () => {
    const path = await data.write('ragged.csv', ragged);
    const table = await data.load('ragged.csv', { badRows: 'aside' });
    expect(await table.rows()).toEqual([
      { a: 1, b: 2 },
      { a: 7, b: 8 },
    ]);
    expect(await table.where({ a: 1 }).badRows().rows()).toMatchObject([
      { file: path, line: 3, text: '3', problem: 'Expected Number of Columns: 2 Found: 1' },
      { file: path, line: 4, text: '4,5,6', problem: 'Expected Number of Columns: 2 Found: 3' },
    ]);
    expect(warn.mock.calls).toEqual([
      [
        `2 bad rows were kept aside, the first in ${path}, line 3 (3): Expected Number of Columns: 2 Found: 1. See table.badRows().`,
      ],
    ]);
  });
});

test('values that do not fit are kept aside with their column, also in files that are packed or encoded otherwise', async () => {
  const content = `name,n\n${'Zoé,1\n'.repeat(25_000)}Zoé,oops\n`;
  await data.write('packed.csv.gz', gzipSync(Buffer.from(content, 'latin1')));
  const table = await data.load('packed.csv.gz', { badRows: 'aside', encoding: 'latin1' });
  expect(await table.where({ name: 'Zoé' }).count()).toBe(25_000);
  expect(await table.badRows().rows()).toMatchObject([{ line: 25_002, column: 'n', text: 'Zoé,oops' }]);
});

test('lines that are no JSON are kept aside', async () => {
  await data.write('some.ndjson', '{"a":1}\n{"a":\n\n[2]\n{"a":"x"}\n');
  const table = await data.load('some.ndjson', { badRows: 'aside' });
  expect(await table.rows()).toEqual([{ a: '1' }, { a: 'x' }].map(({ a }) => ({ a: a === '1' ? 1 : a })));
  expect(await table.badRows().select('line', 'text').rows()).toEqual([
    { line: 2, text: '{"a":' },
    { line: 4, text: '[2]' },
  ]);
});

test('a table without bad rows has none to show', async () => {
  await data.write('good.csv', 'a\n1\n');
  const table = await data.load('good.csv', { badRows: 'aside' });
  expect(await table.badRows().count()).toBe(0);
  expect(await (await data.load('good.csv')).badRows().rows()).toEqual([]);
  expect(warn).not.toHaveBeenCalled();
});

test('lines above the table are left out, which is told', async () => {
  const path = await data.write('titled.csv', 'Report of 2024\n\na,b\n1,2\n3,4\n');
  expect(await (await data.load('titled.csv')).rows()).toEqual([
    { a: 1, b: 2 },
    { a: 3, b: 4 },
  ]);
  expect(warn).toHaveBeenCalledWith(
    `${path}: the first 2 lines were left out, as the table seems to begin below. Give {skip: 0} to read all.`,
  );
});

test('a file of uneven rows that SQL names itself is refused, unless SQL says how it is written', async () => {
  const path = await data.write('uneven.csv', 'a,b,c\n1,2,3\n4,5\n6,7,8\n');
  await expect(data.sql`SELECT * FROM 'uneven.csv'`).rejects.toThrow(
    `${path}: some of its first rows are shorter or longer than the others.`,
  );
  const padded = await data.sql`SELECT c FROM read_csv('uneven.csv', null_padding = true)`;
  expect(await padded.rows()).toEqual([{ c: 3 }, { c: null }, { c: 8 }]);
});

test('quotes that first come far below are understood', async () => {
  await data.write('late.csv', `a,b\n${'x,1\n'.repeat(30_000)}"p, q",2\n`);
  expect(await (await data.load('late.csv')).where({ b: 2 }).rows()).toEqual([{ a: 'p, q', b: 2 }]);
});

test.each([
  ['empty.csv', '', {}, 'empty.csv is empty.'],
  ['empty.parquet', '', {}, 'empty.parquet is empty.'],
  ['text.parquet', 'This is no Parquet file at all.', {}, /text\.parquet/],
  ['broken.ndjson', '{"a":1}\n{"a":\n{"a":3}\n', {}, /Malformed JSON in file ".*broken\.ndjson".* line 3/],
  ['t.csv', 'a\n1\n', { types: { aa: 'VARCHAR' } }, 't.csv has no column "aa". Did you mean "a"?'],
  ['t.ndjson', '{"abc":1}', { types: { abd: 'VARCHAR' } }, 't.ndjson has no column "abd". Did you mean "abc"?'],
  ['t.ndjson', '{"abc":1}', { types: { abc: "INT) FROM 'x'" } }, 'is not a type'],
  ['t.csv', 'a\n1\n', { encoding: 'klingon' }, 'There is no encoding "klingon"'],
  ['odd.csv', Buffer.from('a\n\xff\xff\n', 'latin1'), { encoding: 'shift_jis' }, 'odd.csv is not written in shift_jis'],
  [
    'latin.csv',
    Buffer.from('a,b\né,1\n', 'latin1'),
    {},
    "latin.csv cannot be read at line 2.*load\\(…, \\{encoding: 'windows-1252'\\}\\)",
  ],
  ['t.json', '[]', { badRows: 'aside' }, 'bad rows can be kept aside for CSV, TSV and NDJSON'],
  ['odd.csv', '"p\r\nq",b\nx,1\n', {}, 'odd.csv: its first rows do not tell how this CSV file is written'],
  ['no*.csv', null, {}, 'No file matches'],
  ['s3://bucket/t.csv', null, {}, 'addresses of http and https, not of s3:'],
] as const)('%s holding %j is refused in one sentence', async (name, content, options, message) => {
  if (content !== null) await data.write(name, content);
  const reading = data.load(name, options).then((table) => table.rows());
  await expect(reading).rejects.toThrow(
    typeof message === 'string' ? new RegExp(message.replace(/[?.](?!\*)/g, '\\$&')) : message,
  );
  await expect(reading).rejects.toMatchObject({ name: 'UserError', message: expect.not.stringContaining('\n') });
});

test.skipIf(process.platform === 'win32')('a file of somebody else is told as such', async () => {
  await chmod(data.directory, 0o755);
  await chmod(await data.write('locked.csv', 'a\n1\n'), 0);
  const isRoot = process.geteuid!() === 0;
  if (isRoot) process.seteuid!(65_534); // root may read everything
  try {
    await expect(data.load('locked.csv')).rejects.toThrow('locked.csv may not be read by this user.');
  } finally {
    if (isRoot) process.seteuid!(0);
  }
});

describe('a file that is changed while it is read', () => {
  test('is read again', async () => {
    const path = await data.write('moving.csv', 'a\n1\n');
    let reads = 0;
    const result = await whileSteady([path], async () => {
      reads += 1;
      if (reads === 1) await appendFile(path, '2\n');
      return (await (await data.load('moving.csv')).rows()).length;
    });
    expect([result, reads]).toEqual([2, 2]);
  });

  test('is an error when it does not rest, whatever the reading itself came to', async () => {
    const path = join(data.directory, 'moving.csv');
    let content = 'a\n';
    const work = async () => {
      content += '1\n';
      await writeFile(path, content);
      throw new Error('half a row');
    };
    await expect(whileSteady([path], work)).rejects.toThrow('moving.csv was changed while it was being read.');
  });
});
