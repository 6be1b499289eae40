import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DataFolder, dataFolder, FLIGHTS } from './dataFolder.ts';

let data: DataFolder;

beforeAll(async () => {
  data = await dataFolder();
  await data.write('data/flights.csv', FLIGHTS);
});
afterAll(() => data.remove());

describe('formats', () => {
  const pair = [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ];

  test.each([
    ['t.csv', 'a,b\n1,x\n2,y\n'],
    ['t.tsv', 'a\tb\n1\tx\n2\ty\n'],
    ['t.json', '[{"a":1,"b":"x"},{"a":2,"b":"y"}]'],
    ['t.ndjson', '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'],
    ['t.jsonl', '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'],
    ['t.csv.gz', gzipSync('a,b\n1,x\n2,y\n')],
    ['t.csv.zst', zstdCompressSync('a,b\n1,x\n2,y\n')],
    ['t.ndjson.zst', zstdCompressSync('{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n')],
    ['t.json.gz', gzipSync('[{"a":1,"b":"x"},{"a":2,"b":"y"}]')],
    ['odd [1]*.csv', 'a,b\n1,x\n2,y\n'],
    ["it's.csv", 'a,b\n1,x\n2,y\n'],
  ])('%s is read by its name', async (file, content) => {
    await data.write(file, content);
    expect(await (await data.load(file)).rows()).toEqual(pair);
  });

  test('Parquet is read by its name', async () => {
    await data.query(`COPY (SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y') TO '${data.directory}/t.parquet'`);
    expect(await (await data.load('t.parquet')).rows()).toEqual(pair);
  });

  test('a name that tells no format asks for one', async () => {
    await data.write('t.dat', 'a,b\n1,x\n2,y\n');
    await expect(data.load('t.dat')).rejects.toThrow('its name does not tell the format');
    expect(await (await data.load('t.dat', { format: 'csv' })).rows()).toEqual(pair);
  });

  test('a file can be named by a URL', async () => {
    const url = pathToFileURL(join(data.directory, 'data/flights.csv'));
    expect(await (await data.load(url)).count()).toBe(4);
  });
});

describe('several files', () => {
  beforeAll(async () => {
    await data.write('many/a.csv', 'x,y\n1,a\n');
    await data.write('many/b.csv', 'y,x\nb,2\n');
    await data.write('many/deep/c.ndjson', '{"x":3.5,"z":true}\n');
  });

  test.each([
    ['a list', ['many/a.csv', 'many/b.csv', 'many/deep/c.ndjson']],
    ['patterns', ['many/*.csv', 'many/**/*.ndjson']],
    ['one pattern', 'many/**/*.{csv,ndjson}'],
  ])('given as %s are one table, columns going by their names', async (_, source) => {
    const table = await data.load(source, { where: { x: { min: 1 } } });
    expect(await table.sort('x').rows()).toEqual([
      { x: 1, y: 'a', z: null },
      { x: 2, y: 'b', z: null },
      { x: 3.5, y: null, z: true },
    ]);
    expect(table.recipe().files).toHaveLength(3);
  });

  test('found by a pattern make the folders that were searched part of what is read', async () => {
    const folders = new Set<string>();
    const listen = (message: unknown) => {
      const { path, kind } = message as { path: string; kind: string };
      if (kind === 'folder') folders.add(path);
    };
    subscribe('memoir:data.read', listen);
    try {
      await data.load('many/**/*.csv');
      await data.load('m*/*.csv');
    } finally {
      unsubscribe('memoir:data.read', listen);
    }
    const inside = (path: string) => join(data.directory, path);
    expect(folders).toEqual(new Set([inside('many'), inside('many/deep'), inside('.'), inside('many')]));
  });
});

test.each([
  ['csv', 'id,v\n01,1\n'],
  ['ndjson', '{"id":"01","v":1}\n'],
])('types of a %s file can be given', async (format, content) => {
  await data.write(`typed.${format}`, content);
  const table = await data.load(`typed.${format}`, { types: { id: 'VARCHAR', V: 'DECIMAL(5,2)' } });
  expect(await table.schema()).toEqual([
    { name: 'id', type: 'VARCHAR' },
    { name: expect.stringMatching(/^v$/i), type: 'DECIMAL(5,2)' },
  ]);
  expect(await table.select('id').rows()).toEqual([{ id: '01' }]);
});

test.each([
  ['windows-1252', Buffer.from('name;n\nZo\xe9 \x80;1\n', 'latin1'), 'Zoé €'],
  ['utf-16le', Buffer.from('\ufeffname;n\nZoé €;1\n', 'utf16le'), 'Zoé €'],
  ['shift_jis', Buffer.from('6e616d653b6e0a83658358836720833b310a'.replace('20833b', '3b'), 'hex'), 'テスト'],
])('a file in %s is read as what it says', async (encoding, content, name) => {
  await data.write('encoded.csv', content);
  expect(await (await data.load('encoded.csv', { encoding })).rows()).toEqual([{ name, n: 1 }]);
});

test('UTF-16 is known by its first bytes', async () => {
  await data.write('excel.txt', Buffer.from('\ufeffname\tn\r\nZoé €\t1\r\n', 'utf16le'));
  expect(await (await data.load('excel.txt', { format: 'tsv' })).rows()).toEqual([{ name: 'Zoé €', n: 1 }]);
});

test('delimiter, quote, header and skipped lines can be given where guessing fails', async () => {
  await data.write('odd.csv', "# x\n1#'a#b'\n2#c\n");
  const table = await data.load('odd.csv', { delimiter: '#', quote: "'", header: false, skip: 1 });
  expect(await table.rows()).toEqual([
    { column0: 1, column1: 'a#b' },
    { column0: 2, column1: 'c' },
  ]);
});

test('only the columns and rows that are asked for come, and a condition may use a column that is not kept', async () => {
  const table = await data.load('data/flights.csv', {
    columns: ['delay', 'origin'],
    where: { distance: { min: 100 } },
    limit: 1,
  });
  expect(await table.rows()).toEqual([{ delay: 10, origin: 'SEA' }]);
});

test('reading only some columns is left to DuckDB', async () => {
  const table = await data.load('data/flights.csv', { columns: ['delay'], where: { origin: 'SEA' } });
  const plan = await table.explain();
  expect(plan).toContain('origin, delay');
  expect(plan).not.toContain('distance');
  expect(await table.rows()).toEqual([{ delay: 10 }, { delay: 20 }]);
});

test('a missing column is told when the table is loaded, with the name that was meant', async () => {
  await expect(data.load('data/flights.csv', { columns: ['dely'] })).rejects.toThrow(
    'There is no column "dely". Did you mean "delay"?',
  );
});

test('a missing file is told with the path that was tried and the nearest name there is', async () => {
  const tried = join(data.directory, 'data', 'flihgts.csv');
  const meant = join(data.directory, 'data', 'flights.csv');
  await expect(data.load('data/flihgts.csv')).rejects.toThrow(`There is no file ${tried}. Did you mean ${meant}?`);
});

test('where a folder is missing too, the nearest folder is named', async () => {
  await expect(data.load('dta/flights.csv')).rejects.toThrow(`Did you mean ${join(data.directory, 'data')}?`);
});

test('a CSV value that does not fit the type guessed tells line, column and cure, and the cure works', async () => {
  await data.write('zips.csv', `zip\n${'1\n'.repeat(30_000)}oops\n`);
  const table = await data.load('zips.csv');
  await expect(table.rows()).rejects.toThrow(/line 30002 .*"zip".*load\(…, \{types: \{"zip": 'VARCHAR'\}\}\)/s);
  const text = await data.load('zips.csv', { types: { zip: 'VARCHAR' } });
  expect(await text.where({ zip: 'oops' }).count()).toBe(1);
});

test('reading is told when the table is made and each time it is worked out', async () => {
  const reads: unknown[] = [];
  const listen = (message: unknown) => reads.push((message as { path: string }).path);
  const path = join(data.directory, 'data/flights.csv');
  subscribe('memoir:data.read', listen);
  try {
    const table = await data.load('data/flights.csv');
    expect(new Set(reads)).toEqual(new Set([path]));
    reads.length = 0;
    const derived = table.where({ delay: { min: 0 } }).select('delay');
    expect(reads).toEqual([]);
    await derived.rows();
    expect(reads).toEqual([path]);
  } finally {
    unsubscribe('memoir:data.read', listen);
  }
});

describe('rows of the program', () => {
  test('come back as they were given, whatever their type', async () => {
    const rows = [
      { n: 1, f: 1.5, s: 'a', b: true, d: new Date('2024-01-01T12:00:00.123Z'), big: 2n ** 60n, o: { x: [1, 'y'] } },
      { n: -7, f: Number.NaN, s: '', b: false, d: null, big: -1n, o: null },
      { n: 2 ** 53 - 1, f: -0, s: null, b: null, d: new Date(0), big: null, o: [1] },
    ];
    const expected = structuredClone(rows);
    (expected[1] as { big: unknown }).big = -1; // fits a number
    expect(await (await data.load(rows)).rows()).toEqual(expected);
  });

  test('are copied, so that a later change of the array does not change the table', async () => {
    const rows = [{ a: 1 }];
    const table = await data.load(rows);
    rows[0]!.a = 2;
    expect(await table.rows()).toEqual([{ a: 1 }]);
  });

  test('more rows than one chunk holds all arrive, in order', async () => {
    const rows = Array.from({ length: 5_000 }, (_, a) => ({ a, b: a % 3 ? `text number ${a}` : null }));
    expect(await (await data.load(rows)).rows()).toEqual(rows);
  });

  test('typed arrays are columns', async () => {
    const table = await data.load({
      x: new Float32Array([0.5, 1.5]),
      y: new BigInt64Array([1n, 2n ** 62n]),
      z: ['a', null],
    });
    expect(await table.rows()).toEqual([
      { x: 0.5, y: 1, z: 'a' },
      { x: 1.5, y: 2n ** 62n, z: null },
    ]);
  });

  test.each([
    ['a column that mixes kinds', [{ a: 1 }, { a: 'x' }], 'The column "a" mixes integer and text'],
    ['columns of different lengths', { a: [1], b: [1, 2] }, '"a" has 1 values, "b" has 2'],
    ['no columns', [], 'at least one column'],
    ['a function', [{ f: () => 1 }], 'holds a function'],
    ['names that differ in case only', [{ a: 1, A: 2 }], 'upper and lower case'],
  ])('%s is refused in words', async (_, source, message) => {
    await expect(data.load(source as never)).rejects.toThrow(message);
  });
});

test('a forgotten await is named', async () => {
  const promise = data.load('data/flights.csv');
  expect(() => (promise as unknown as { describe(): unknown }).describe()).toThrow('(await load(…)).describe(…)');
  await promise;
});
