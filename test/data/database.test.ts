import { execFile, spawnSync } from 'node:child_process';
import { existsSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { reader } from '../../src/data/columns.ts';
import { openData } from '../../src/data/openData.ts';
import { TempFolder } from '../support/temp.ts';
import { type DataFolder, dataFolder } from './dataFolder.ts';

let data: DataFolder;

beforeAll(async () => {
  data = await dataFolder();
});
afterAll(() => data.remove());

const ENDLESS = 'SELECT count(*) FROM range(10000000000) AS a, range(1000000) AS b WHERE a.range % 7 = b.range % 5';

describe('stopping', () => {
  test('an aborted query rejects with the reason of the signal, and the next one runs', async () => {
    const stop = new AbortController();
    const running = data.query(ENDLESS, [], { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(running).rejects.toThrow('enough');
    expect((await data.query('SELECT 1')).rowCount).toBe(1);
  });

  test('a query whose signal is aborted already never starts', async () => {
    await expect(data.query(ENDLESS, [], { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  test('stopping one query leaves another running', async () => {
    const stop = new AbortController();
    const endless = data.query(ENDLESS, [], { signal: stop.signal });
    const finite = data.query('SELECT sum(range) AS s FROM range(3000000)');
    setTimeout(() => stop.abort(), 30);
    await expect(endless).rejects.toMatchObject({ name: 'AbortError' });
    expect((await finite).rowCount).toBe(1);
  });

  test('closing ends what runs and refuses what comes, and closing twice is harmless', async () => {
    const own = openData();
    const running = own.query(ENDLESS);
    const refused = expect(running).rejects.toThrow('The database is closed.');
    await own.query('SELECT 1');
    await own.close();
    await refused;
    await own.close();
    await expect(own.query('SELECT 1')).rejects.toThrow('The database is closed.');
  });
});

test('an interrupt stops what runs, and nothing that comes later', async () => {
  const running = data.query(ENDLESS);
  const stopped = expect(running).rejects.toThrow('interrupted by hand');
  await data.query('SELECT 1');
  data.interrupt(new Error('interrupted by hand'));
  await stopped;
  expect((await data.query('SELECT 1')).rowCount).toBe(1);
});

test('an engine that broke down is started anew, with the rows that the program gave', async () => {
  const own = await dataFolder();
  const table = await own.load([{ a: 1 }, { a: 2 }]);
  expect(await table.count()).toBe(2);
  await own.query(`ATTACH '${own.directory}/f.db' AS f`);
  await own.query('CREATE TABLE f.t AS FROM range(10)');
  await own.query("SET debug_checkpoint_abort = 'before_header'"); // as if the disk failed there
  await expect(own.query('CHECKPOINT f')).rejects.toThrow(
    'The database engine broke down in this query and was started anew',
  );
  expect(await table.where({ a: 2 }).rows()).toEqual([{ a: 2 }]);
  await own.remove();
});

test('what a killed process left of data that did not fit into memory is removed', async () => {
  const folder = new TempFolder();
  const left = (pid: number, hours: number) => {
    const file = folder.write(`memoir-duckdb-${pid}-${hours}/spilled`, 'x');
    const at = new Date(Date.now() - hours * 3_600_000);
    utimesSync(dirname(file), at, at);
    return dirname(file);
  };
  const { pid: gone } = spawnSync('true');
  const [killed, recent, running] = [left(gone, 2), left(gone, 0), left(process.pid, 2)];
  const own = openData({ spillDirectory: folder.path });
  await own.query('SELECT 1');
  await vi.waitFor(() => expect(existsSync(killed)).toBe(false));
  expect([recent, running].map((path) => existsSync(path))).toEqual([true, true]);
  await own.close();
  folder.dispose();
});

test('importing the library loads no database, and an open one does not keep the process alive', async () => {
  const script = `
    const { openData } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/data/openData.ts'))});
    const data = openData();
    const loaded = () => Boolean(process.report.getReport().sharedObjects.find((path) => path.includes('duckdb')));
    console.log(loaded());
    await data.query('SELECT 1');
    console.log(loaded());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 15_000,
  });
  expect(stdout.trim().split('\n')).toEqual(['false', 'true']);
});

describe('types', () => {
  test.each([
    ['TRUE', 'boolean', true],
    ['-5::TINYINT', 'number', -5],
    ['60000::USMALLINT', 'number', 60_000],
    ['4294967295::UINTEGER', 'number', 4_294_967_295],
    ['9007199254740991::BIGINT', 'number', 9_007_199_254_740_991],
    ['-9007199254740993::BIGINT', 'number', -9_007_199_254_740_993n],
    ['18446744073709551615::UBIGINT', 'number', 18_446_744_073_709_551_615n],
    ['0.1::FLOAT', 'number', Math.fround(0.1)],
    ['0.1::DOUBLE', 'number', 0.1],
    ['12.34::DECIMAL(10,2)', 'number', 12.34],
    ['sum(5)', 'number', 5],
    ['170141183460469231731687303715884105727::HUGEINT', 'other', 2n ** 127n - 1n],
    ["''", 'string', ''],
    ["'twelve bytes'", 'string', 'twelve bytes'],
    ["'thirteen bytes, Zürich 🛬'", 'string', 'thirteen bytes, Zürich 🛬'],
    ["'b'::ENUM('a', 'b')", 'string', 'b'],
    ["DATE '1969-12-31'", 'date', new Date('1969-12-31')],
    ["TIMESTAMP '1969-12-31 23:59:59.999'", 'date', new Date(-1)],
    ["TIMESTAMP_S '2024-01-02 03:04:05'", 'date', new Date('2024-01-02T03:04:05Z')],
    ["TIMESTAMP_NS '2024-01-02 03:04:05.678'", 'date', new Date('2024-01-02T03:04:05.678Z')],
    ["TIMESTAMP_NS '2024-01-02 03:04:05.000000001'", 'string', '2024-01-02 03:04:05.000000001'],
    ['-0.0005::DECIMAL(4,4)', 'number', -0.0005],
    ['1234567890.12345::DECIMAL(15,5)', 'number', 1_234_567_890.123_45],
    ['1234567890.12345678::DECIMAL(18,8)', 'string', '1234567890.12345678'],
    ['12345678901234567890.12::DECIMAL(38,2)', 'string', '12345678901234567890.12'],
    ['12.50::DECIMAL(38,2)', 'number', 12.5],
    ["TIMESTAMPTZ '2024-01-02 03:04:05+02'", 'date', new Date('2024-01-02T01:04:05Z')],
    ["TIME '03:04:05'", 'string', '03:04:05'],
    ["INTERVAL '1 day'", 'string', '1 day'],
    ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID", 'string', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['[1, NULL, 3]', 'other', [1, null, 3]],
    ["{'a': 1, 'b': ['x']}", 'other', { a: 1, b: ['x'] }],
    ["MAP {'k': 1}", 'other', new Map([['k', 1]])],
    ["'\\xAA'::BLOB", 'other', new Uint8Array([0xaa])],
    [`'{"a": [1]}'::JSON`, 'other', { a: [1] }],
    [`'{"id": 12345678901234567890}'::JSON`, 'other', { id: 12_345_678_901_234_567_890n }],
    ['NULL', 'number', null],
  ])('%s comes as a %s column', async (expression, kind, expected) => {
    const { columns } = await data.query(`SELECT ${expression} AS v`);
    expect(columns[0]!.kind).toBe(kind);
    expect(reader(columns[0]!)(0)).toEqual(expected);
  });

  test('infinite dates are no date at all rather than a wrong one', async () => {
    const { columns } = await data.query("SELECT DATE 'infinity' AS d, TIMESTAMP '-infinity' AS t");
    expect(columns.map((column) => 'values' in column && column.values[0])).toEqual([Infinity, -Infinity]);
  });

  test('missing values are marked across chunks of any size, in every kind of column', async () => {
    const { columns, rowCount } = await data.query(`
      SELECT range AS id, CASE WHEN range % 3 = 0 THEN NULL ELSE range END AS n, CASE WHEN range % 5 = 0 THEN NULL ELSE 'text ' || range END AS s,
        CASE WHEN range % 7 = 0 THEN NULL ELSE range::DECIMAL(10,2) END AS d, range::VARCHAR AS whole
      FROM range(10000) WHERE range % 11 < 8`);
    const [id, n, s, d, whole] = columns.map(reader);
    const wrong = Array.from({ length: rowCount }, (_, row) => row).filter((row) => {
      const i = id!(row) as number;
      const expected = [i % 3 ? i : null, i % 5 ? `text ${i}` : null, i % 7 ? i : null, String(i)];
      return [n, s, d, whole].some((read, index) => read!(row) !== expected[index]);
    });
    expect(wrong).toEqual([]);
    expect(columns[4]!.validity).toBeNull();
    const texts = columns[2]!.kind === 'string' ? columns[2]!.dictionary : [];
    expect(texts.filter((text) => !/^text \d+$/.test(text))).toEqual([]); // nothing of what lies where no value is
  });

  test('columns of one name are told apart', async () => {
    const { columns } = await data.query('SELECT 1 AS a, 2 AS A, 3 AS a');
    expect(new Set(columns.map(({ name }) => name.toLowerCase())).size).toBe(3);
  });
});

test('a result does not depend on the time zone of the machine', async () => {
  const { columns } = await data.query("SELECT TIMESTAMPTZ '2024-01-02 00:00:00+00'::VARCHAR AS t");
  expect(reader(columns[0]!)(0)).toBe('2024-01-02 00:00:00+00');
});
