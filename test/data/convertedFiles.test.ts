import { readFileSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DataFolder, dataFolder } from './dataFolder.ts';

let data: DataFolder;

beforeAll(async () => {
  data = await dataFolder();
  await cp(new URL('fixtures', import.meta.url), data.directory, { recursive: true });
});
afterAll(() => data.remove());

/** A table as DuckDB writes it, which rounds nothing. */
async function texts(path: string, options = {}): Promise<unknown[]> {
  const table = await data.load(path, options);
  const names = (await table.schema()).map(({ name }) => name);
  return table.derive(Object.fromEntries(names.map((name) => [name, `CAST("${name}" AS VARCHAR)`]))).rows();
}

describe('Arrow', () => {
  const missing = Object.fromEntries(
    [
      'i8',
      'u64',
      'i64',
      'f32',
      'f64',
      'b',
      's',
      'dict',
      'dec',
      'bin',
      'day',
      'us',
      'tz',
      'ns',
      'time',
      'list',
      'struct',
    ].map((name) => [name, null]),
  );
  const rows = [
    {
      i8: '-128',
      u64: '0',
      i64: '-9223372036854775808',
      f32: '0.5',
      f64: '0.1',
      b: 'true',
      s: '',
      dict: 'x',
      dec: '-0.001',
      bin: '\\x00\\xFF',
      day: '1969-12-31',
      us: '1969-12-31 23:59:59.999999',
      tz: '2024-01-01 00:00:00.000001+00',
      ns: '1970-01-01 00:00:00.000000001',
      time: '23:59:59.999999',
      list: '[1, NULL, 9007199254740993]',
      struct: "{'a': 1, 'b': [x, NULL]}",
    },
    {
      i8: '127',
      u64: '18446744073709551615',
      i64: '9007199254740993',
      f32: 'inf',
      f64: '-0.0',
      b: 'false',
      s: 'a "b", c\nd',
      dict: 'y',
      dec: '12345678901234567890123456789012345.678',
      bin: '',
      day: '2024-02-29',
      us: '2024-01-01 00:00:00.000001',
      tz: '2024-06-01 00:00:00+00',
      ns: '2024-01-01 00:00:00.000000001',
      time: '00:00:00',
      list: '[]',
      struct: "{'a': NULL, 'b': NULL}",
    },
    missing,
  ];

  test.each(['types.lz4.feather', 'types.zstd.arrow', 'types.arrows'])(
    '%s, as pyarrow wrote it, keeps every value',
    async (file) => {
      expect(await texts(file)).toEqual(rows);
    },
  );

  test('types are those of the file', async () => {
    const types = (await (await data.load('types.arrows')).schema()).map(({ type }) => type);
    expect(types.join(' ')).toBe(
      'TINYINT UBIGINT BIGINT FLOAT DOUBLE BOOLEAN VARCHAR VARCHAR DECIMAL(38,3) BLOB DATE TIMESTAMP TIMESTAMP WITH TIME ZONE TIMESTAMP_NS TIME BIGINT[] STRUCT(a INTEGER, b VARCHAR[])',
    );
  });

  test('packed files are read, damaged ones refused', async () => {
    const bytes = readFileSync(join(data.directory, 'types.arrows'));
    await data.write('packed.arrows.gz', gzipSync(bytes));
    await data.write('packed.arrows.zst', zstdCompressSync(bytes));
    await data.write('cut.arrow', readFileSync(join(data.directory, 'types.lz4.feather')).subarray(0, 900));
    expect(await texts('packed.arrows.gz')).toEqual(rows);
    expect(await texts('packed.arrows.zst')).toEqual(rows);
    await expect(data.load('cut.arrow')).rejects.toThrow(/cut\.arrow cannot be read as an Arrow file/);
  });
});

describe('Excel', () => {
  test('the first sheet is read, or the one that is named', async () => {
    const table = await data.load('sales.xlsx');
    expect(await table.schema()).toEqual([
      { name: 'region', type: 'VARCHAR' },
      { name: 'amount', type: 'DOUBLE' },
      { name: 'count', type: 'BIGINT' },
      { name: 'sold', type: 'DATE' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'paid', type: 'BOOLEAN' },
      { name: 'mixed', type: 'VARCHAR' },
      { name: 'H', type: 'VARCHAR' },
    ]);
    expect(await texts('sales.xlsx')).toEqual([
      {
        region: 'North',
        amount: '1.5',
        count: '1',
        sold: '2024-01-31',
        at: '2024-01-31 12:30:00',
        paid: 'true',
        mixed: '1',
        H: 'x',
      },
      {
        region: ' South, "b"',
        amount: null,
        count: '2',
        sold: '2024-02-29',
        at: '2024-02-29 00:00:00',
        paid: 'false',
        mixed: 'two',
        H: 'y',
      },
    ]);
    expect(await (await data.load('sales.xlsx', { sheet: 'other' })).rows()).toEqual([{ a: 7 }]);
  });

  test('a sheet that is not there and a file that is no workbook are told', async () => {
    await expect(data.load('sales.xlsx', { sheet: 'Sale' })).rejects.toThrow(
      'has no sheet "Sale". Did you mean "Sales"?',
    );
    await data.write('no.xlsx', 'a,b\n1,2\n');
    await expect(data.load('no.xlsx')).rejects.toThrow(/no\.xlsx cannot be read as an Excel file/);
  });

  test.each(['an interrupt', 'a signal'])(
    '%s stops the reading at once, and the next load reads it all',
    async (by) => {
      const stop = new AbortController();
      const drafts = () => readdir(join(data.directory, '.memoir', 'sources')).catch(() => []);
      await data.write(`${by}.xlsx`, readFileSync(join(data.directory, 'sales.xlsx')));
      await data.write(`${by}.csv`, 'a\n1\n');
      const before = (await drafts()).length;
      const options = { sheet: by === 'a signal' ? 'Other' : 'OTHER' }; // read anew, once each
      const loading = data.load(`${by}.xlsx`, { ...options, signal: stop.signal }).then((table) => table.rows());
      loading.catch(() => {}); // told below
      while ((await drafts()).length === before) await setImmediate();
      if (by === 'a signal') stop.abort(new Error('stopped by hand'));
      else data.interrupt(new Error('stopped by hand'));
      await expect(loading).rejects.toThrow('stopped by hand');
      expect(await (await data.load(`${by}.csv`)).rows()).toEqual([{ a: 1 }]);
      expect(await (await data.load(`${by}.xlsx`, options)).rows()).toEqual([{ a: 7 }]);
    },
  );
});

describe('SQLite', () => {
  beforeAll(() => {
    const sqlite = new DatabaseSync(join(data.directory, 'shop.sqlite'));
    sqlite.exec(`CREATE TABLE orders (id INTEGER PRIMARY KEY, price REAL, big INTEGER, open BOOLEAN, day DATE, at DATETIME, blob BLOB, any, "odd ""name""" TEXT, large);
      INSERT INTO orders VALUES (1, 0.1, 9223372036854775807, 1, '2024-02-29', '2024-02-29 10:00:00', x'00ff', 1, 'a,"b"', 9007199254740993);
      INSERT INTO orders VALUES (2, 3, -9223372036854775807 - 1, 0, '2024-03-01', '2024-03-01T10:00', x'', 'text', '', 0.5);
      INSERT INTO orders (id) VALUES (3);
      CREATE TABLE empty (n INT, r REAL, t TEXT);
      CREATE VIEW cheap AS SELECT id FROM orders WHERE price < 1;`);
    sqlite.close();
  });

  test('each column has the type that keeps all its values', async () => {
    expect(
      (await (await data.load('shop.sqlite', { table: 'orders' })).schema()).map(({ name, type }) => `${name} ${type}`),
    ).toEqual([
      'id BIGINT',
      'price DOUBLE',
      'big BIGINT',
      'open BOOLEAN',
      'day DATE',
      'at TIMESTAMP',
      'blob BLOB',
      'any VARCHAR',
      'odd "name" VARCHAR',
      'large VARCHAR',
    ]);
    const table = await data.load('shop.sqlite', { table: 'orders' });
    expect(await table.select('id', 'price', 'big', 'open', 'any', 'odd "name"', 'large').rows()).toEqual([
      {
        id: 1,
        price: 0.1,
        big: 9223372036854775807n,
        open: true,
        any: '1',
        'odd "name"': 'a,"b"',
        large: '9007199254740993',
      },
      { id: 2, price: 3, big: -9223372036854775808n, open: false, any: 'text', 'odd "name"': '', large: '0.5' },
      { id: 3, price: null, big: null, open: null, any: null, 'odd "name"': null, large: null },
    ]);
    expect(await texts('shop.sqlite', { table: 'orders', columns: ['day', 'at', 'blob'], limit: 2 })).toEqual([
      { day: '2024-02-29', at: '2024-02-29 10:00:00', blob: '\\x00\\xFF' },
      { day: '2024-03-01', at: '2024-03-01 10:00:00', blob: '' },
    ]);
  });

  test('rows longer than what DuckDB reads of a line by itself come over whole', async () => {
    const sqlite = new DatabaseSync(join(data.directory, 'long.sqlite'));
    sqlite.exec('CREATE TABLE t (a INT, b TEXT)');
    const insert = sqlite.prepare('INSERT INTO t VALUES (?, ?)');
    for (const length of [1, 9_000_000, 2]) insert.run(length, 'x'.repeat(length));
    sqlite.close();
    const table = (await data.load('long.sqlite')).derive({ n: 'length(b)' }).select('a', 'n');
    expect(await table.rows()).toEqual([1, 9_000_000, 2].map((a) => ({ a, n: a })));
  });

  test('views and empty tables are tables', async () => {
    expect(await (await data.load('shop.sqlite', { table: 'cheap' })).rows()).toEqual([{ id: 1 }]);
    const empty = await data.load('shop.sqlite', { table: 'Empty' });
    expect((await empty.schema()).map(({ type }) => type)).toEqual(['BIGINT', 'DOUBLE', 'VARCHAR']);
    expect(await empty.count()).toBe(0);
  });

  test('a table has to be named where there are several, and the nearest is told', async () => {
    await expect(data.load('shop.sqlite')).rejects.toThrow('has several tables; name one');
    await expect(data.load('shop.sqlite', { table: 'order' })).rejects.toThrow(
      'has no table "order". Did you mean "orders"?',
    );
    await data.write('no.sqlite', 'not a database, but long enough to look at for a moment');
    await expect(data.load('no.sqlite')).rejects.toThrow(/no\.sqlite cannot be read as a SQLite file/);
  });

  test('is brought over once for a content, whoever asks, and anew when it changed, also where that is still in the log', async () => {
    const made = () => readdir(join(data.directory, '.memoir', 'sources')).then((names) => names.length);
    const before = await made();
    const count = async () => (await data.load('log.sqlite')).count();
    const sqlite = new DatabaseSync(join(data.directory, 'log.sqlite'));
    try {
      sqlite.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
      const [table, ...counts] = await Promise.all([data.load('log.sqlite'), count(), count(), count()]);
      expect(counts).toEqual([1, 1, 1]);
      expect(await made()).toBe(before + 1);
      const print = await table.fingerprint();
      sqlite.exec('INSERT INTO t VALUES (2)');
      expect(await count()).toBe(2);
      expect(await table.fingerprint()).not.toBe(print);
      expect(await table.count()).toBe(2);
    } finally {
      sqlite.close();
    }
  });

  test('is carried to other places as the file and the table that is meant', async () => {
    const there = await dataFolder();
    try {
      await cp(join(data.directory, 'shop.sqlite'), join(there.directory, 'shop.sqlite'));
      const table = (await data.load('shop.sqlite', { table: 'orders' })).where({ id: { max: 2 } });
      const restored = there.fromRecipe(structuredClone(table.recipe()));
      expect(await restored.rows()).toEqual(await table.rows());
      expect(await restored.fingerprint()).toBe(await table.fingerprint());
    } finally {
      await there.remove();
    }
  });
});
