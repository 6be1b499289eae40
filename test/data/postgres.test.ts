import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PostgresDatabase } from '../../src/data/postgres.ts';
import { findPostgres, PostgresServer } from '../support/postgres.ts';
import { freePort } from '../support/redis.ts';
import { type DataFolder, dataFolder } from './dataFolder.ts';

const NEEDS = findPostgres()
  ? 'PostgreSQL'
  : 'PostgreSQL, which this machine lacks (Debian: apt-get install postgresql)';

describe.skipIf(!findPostgres())(NEEDS, () => {
  let server: PostgresServer;
  let data: DataFolder;
  let shop: PostgresDatabase;

  /** Runs statements that change something, and gives the last one's rows. */
  async function change(sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(server.url);
    await client.connect();
    try {
      const results = (await client.query(sql)) as unknown as
        | { rows: Record<string, unknown>[] }
        | { rows: Record<string, unknown>[] }[];
      return Array.isArray(results) ? results.at(-1)!.rows : results.rows;
    } finally {
      await client.end();
    }
  }

  /** The queries that came from Memoir, as the server saw them last. */
  const asked = async () =>
    (await change(`SELECT query FROM pg_stat_activity WHERE application_name = 'memoir'`)).map(({ query }) =>
      String(query),
    );

  beforeAll(async () => {
    [server, data] = [await PostgresServer.create(), await dataFolder()];
    await change(`CREATE TABLE orders (id int PRIMARY KEY, customer text, total numeric(10, 2), day date, open boolean, kind text COLLATE "C");
      INSERT INTO orders SELECT n, 'customer ' || n % 3, n / 4.0, date '2024-01-01' + n, n % 2 = 0, CASE WHEN n % 5 > 0 THEN 'k' || n % 5 END FROM generate_series(1, 100) n;
      CREATE SCHEMA "Odd"; CREATE TABLE "Odd"."a ""b""" (id int, "ID" int, "x,y" text); INSERT INTO "Odd"."a ""b""" VALUES (1, 2, '')`);
  });
  beforeEach(() => {
    shop = data.database(server.url, { pool: 2, timeout: '5s' });
  });
  afterEach(() => shop.close());
  afterAll(async () => {
    await server.remove();
    await data.remove();
  });

  test('a table is a table, and its verbs work', async () => {
    const orders = await shop.table('orders');
    expect(await orders.schema()).toEqual([
      { name: 'id', type: 'INTEGER' },
      { name: 'customer', type: 'VARCHAR' },
      { name: 'total', type: 'DECIMAL(10, 2)' },
      { name: 'day', type: 'DATE' },
      { name: 'open', type: 'BOOLEAN' },
      { name: 'kind', type: 'VARCHAR' },
    ]);
    const groups = orders.where('id > 10').groupBy('customer').aggregate({ n: 'count', last: 'max(day)' });
    expect(await groups.rows()).toEqual([
      { customer: 'customer 0', n: 30, last: new Date('2024-04-09') },
      { customer: 'customer 1', n: 30, last: new Date('2024-04-10') },
      { customer: 'customer 2', n: 30, last: new Date('2024-04-08') },
    ]);
  });

  test('odd names, names that differ in case only and empty text come over', async () => {
    const odd = await data.load(await shop.table('Odd.a "b"'));
    expect(await odd.rows()).toEqual([{ id: 1, ID_1: 2, 'x,y': '' }]);
  });

  test('values of every kind come over exactly', async () => {
    const values = await shop.sql`SELECT * FROM (VALUES
      (9223372036854775807::int8, (-32768)::int2, 0.1::float4, 'NaN'::float8, 12345678901234567890.123456789::numeric, 1.5::numeric(38, 10),
       '0044-03-15 BC'::date, 'infinity'::timestamp, '2024-06-01 12:00:00.000001+02'::timestamptz, '23:59:59.999999'::time,
       '{"a": [1, 1e400]}'::json, '{"b": 9007199254740993}'::jsonb, '\\x00ff5c'::bytea, '00000000-0000-0000-0000-0000000000ff'::uuid,
       ARRAY[1, NULL, 3], ARRAY['a "b"', NULL, '{}', 'null', ''], ARRAY['2024-01-01 00:00:00+00']::timestamptz[], ARRAY[1.50, NULL]::numeric[],
       '1 year 2 days 03:04:05.000006'::interval, '10.0.0.1'::inet, e'a,"b"\\n\\\\.\\r\\n', int4range(1, 5)),
      (NULL::int8, NULL, NULL, '-Infinity', -0.5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, '{}', NULL, NULL, NULL, NULL, '', NULL)) AS v(
       big, small, f4, f8, num, fixed, bc, inf, tz, t, js, jb, raw, id, ints, texts, times, nums, iv, ip, txt, r)`;
    const names = (await values.schema()).map(({ name }) => name);
    const casts = Object.fromEntries(names.map((name) => [name, `CAST("${name}" AS VARCHAR)`]));
    expect(await values.derive(casts).rows()).toEqual([
      {
        big: '9223372036854775807',
        small: '-32768',
        f4: '0.1',
        f8: 'nan',
        num: '12345678901234567890.123456789',
        fixed: '1.5',
        bc: '0044-03-15 (BC)',
        inf: 'infinity',
        tz: '2024-06-01 10:00:00.000001+00',
        t: '23:59:59.999999',
        js: '{"a": [1, 1e400]}',
        jb: '{"b": 9007199254740993}',
        raw: '\\x00\\xFF\\x5C',
        id: '00000000-0000-0000-0000-0000000000ff',
        ints: '[1, NULL, 3]',
        texts: `['a "b"', NULL, '{}', 'null', '']`,
        times: "['2024-01-01 00:00:00+00']",
        nums: '[1.50, NULL]',
        iv: '1 year 2 days 03:04:05.000006',
        ip: '10.0.0.1/32',
        txt: 'a,"b"\n\\.\r\n',
        r: '[1,5)',
      },
      {
        big: null,
        small: null,
        f4: null,
        f8: '-inf',
        num: '-0.500000000',
        fixed: null,
        bc: null,
        inf: null,
        tz: null,
        t: null,
        js: null,
        jb: null,
        raw: '',
        id: null,
        ints: null,
        texts: '[]',
        times: null,
        nums: null,
        iv: null,
        ip: null,
        txt: '',
        r: null,
      },
    ]);
    const types =
      await data.sql`SELECT typeof(num) AS num, typeof(ints) AS ints, typeof(tz) AS tz, typeof(raw) AS bytes, typeof(id) AS id, typeof(js) AS js FROM ${values} LIMIT 1`;
    expect(await types.rows()).toEqual([
      {
        num: 'DECIMAL(38,9)',
        ints: 'INTEGER[]',
        tz: 'TIMESTAMP WITH TIME ZONE',
        bytes: 'BLOB',
        id: 'UUID',
        js: 'JSON',
      },
    ]);
  });

  test('zeros at the end of quotients, which PostgreSQL adds, take no room', async () => {
    const table = await shop.sql`SELECT i / 8.0 AS eighths, i * 1.000 AS whole FROM generate_series(1, 9) i`;
    const rows = await table.where('eighths = 0.125').rows();
    expect(rows).toEqual([{ eighths: 0.125, whole: 1 }]);
  });

  test('numbers too long for a decimal come as text rather than rounded', async () => {
    const table = await shop.sql`SELECT * FROM (VALUES (repeat('9', 39)::numeric), ('NaN'), (1.5)) v(n)`;
    expect(await table.rows()).toEqual([{ n: '9'.repeat(39) }, { n: 'NaN' }, { n: '1.5' }]);
  });

  describe('what is wanted is chosen over there', () => {
    test('by the options of table and load, by where, select and limit', async () => {
      const options = { where: { id: { min: 3 }, open: true }, columns: ['id', 'customer'], limit: 2 };
      const rows = [
        { id: 4, customer: 'customer 1' },
        { id: 6, customer: 'customer 0' },
      ];
      expect(await (await shop.table('orders', options)).rows()).toEqual(rows);
      expect((await asked()).join()).toMatch(
        /^COPY \(SELECT "id", "customer", true FROM \(SELECT \* FROM "orders"\s*\) AS q\(.*\) WHERE .*"id" >= '3'::integer.*"open" = 'true'::boolean.* LIMIT 2\)|COMMIT/s,
      );
      const orders = await shop.table('orders');
      expect(await (await data.load(orders, options)).rows()).toEqual(rows);
      const verbs = orders
        .where({ id: { min: 3 } })
        .where({ open: true })
        .select('id', 'customer')
        .limit(2);
      expect(await verbs.rows()).toEqual(rows);
      const fetched = (await readdir(join(data.directory, '.memoir/sources'))).length;
      expect(await orders.count()).toBe(100);
      expect(await orders.where({ day: { min: new Date('2024-04-01') } }).count()).toBe(10);
      expect((await readdir(join(data.directory, '.memoir/sources'))).length).toBe(fetched); // counting brings nothing here
    });

    test.each<[Record<string, unknown>, number]>([
      [{ customer: "customer 1' OR '1'='1" }, 0],
      [{ customer: ['customer 1', 'customer 2'] }, 67],
      [{ customer: { min: 'customer 1', max: 'customer 1z' } }, 34],
      [{ kind: null }, 20],
      [{ kind: { not: ['k1', null] } }, 60],
      [{ total: 0.25 }, 1],
      [{ total: { max: 1 } }, 4],
      [{ id: [5n, 2 ** 40] }, 1],
      [{ day: '2024-01-02' }, 1],
      [{ day: { not: { min: new Date('2024-01-03') } }, id: { max: 50 } }, 1],
    ])('condition %# means the same as here', async (where, count) => {
      const orders = await shop.table('orders');
      expect(await (await data.load(orders, { where: where as never })).count()).toBe(count);
      const here = await data.load(await orders.rows(), { types: {} });
      expect(await here.where(where as never).count()).toBe(count);
    });

    test('a limit comes before what is asked of its rows', async () => {
      const orders = await shop.table('orders', { limit: 10 });
      expect(await orders.where({ id: { min: 8 } }).count()).toBe(3);
    });
  });

  test('values in a query are bound, wherever they stand', async () => {
    const hostile = `x'); DROP TABLE orders; --\\`;
    const table =
      await shop.sql`SELECT ${hostile} AS text, ${5} + 1 AS n, ${2n ** 70n} AS big, ${null}::int AS none, ${new Date(0)} AS day, ${true} AS yes, substr('abc', ${2}) AS bc`;
    expect(await table.rows()).toEqual([
      { text: hostile, n: 6, big: '1180591620717411303424', none: null, day: new Date(0), yes: true, bc: 'bc' },
    ]);
    await expect(shop.sql`SELECT '${hostile}' AS text`).rejects.toThrow(/bind message supplies 1 parameters/);
    await expect(shop.sql`SELECT * FROM ${await shop.table('orders')}`).rejects.toThrow('the value 1 is a table');
  });

  test('a text that begins as files do keeps its beginning', async () => {
    const texts = ['\ufeff', '\ufeffmarked'];
    const table = await shop.sql`SELECT ${texts[0]} AS a, ${texts[1]} AS b`;
    expect(await table.rows()).toEqual([{ a: texts[0], b: texts[1] }]);
  });

  test('nothing can be changed', async () => {
    await expect(shop.sql`WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone`).rejects.toThrow(
      /PostgreSQL at 127\.0\.0\.1/,
    );
    await expect(shop.sql`SELECT setval('none', 1)`).rejects.toThrow();
    expect(await (await shop.table('orders')).count()).toBe(100);
  });

  test('rows stay the same once they were fetched, and a table made anew sees what is there now', async () => {
    await change('CREATE TABLE counts AS SELECT 1 AS n');
    const table = await shop.table('counts');
    expect(await table.rows()).toEqual([{ n: 1 }]);
    await change('UPDATE counts SET n = 2');
    expect(await table.rows()).toEqual([{ n: 1 }]);
    expect(await table.where({ n: 2 }).count()).toBe(0);
    const anew = await shop.table('counts');
    expect(await anew.rows()).toEqual([{ n: 2 }]);
    expect(await anew.fingerprint()).not.toBe(await table.fingerprint());
  });

  test('a table tells that it depends on the network, and is not kept', async () => {
    const touched: unknown[] = [];
    const listen = (message: unknown) => touched.push((message as { what: string }).what);
    subscribe('memoir:data.impure', listen);
    try {
      const orders = await shop.table('orders');
      expect([orders.isRemote, orders.derive({ a: '1' }).isRemote]).toEqual([true, true]);
      expect(() => orders.limit(1).recipe()).toThrow('made anew rather than kept');
    } finally {
      unsubscribe('memoir:data.impure', listen);
    }
    expect(touched).toEqual(['network']);
  });

  test('connections are shared, and their numbers told', async () => {
    const told: unknown[] = [];
    const listen = (news: unknown) => told.push(news);
    subscribe('memoir:data.pool', listen);
    const counts = Array.from({ length: 6 }, async () => (await shop.table('orders')).count());
    expect(await Promise.all(counts)).toEqual(Array(6).fill(100));
    unsubscribe('memoir:data.pool', listen);
    expect(shop.stats()).toMatchObject({ open: 2, idle: 2, waiting: 0, queries: 12, errors: 0 });
    expect(told.at(-1)).toEqual({ where: expect.stringMatching(/^127\.0\.0\.1:\d+\//), ...shop.stats() });
    expect(told).toContainEqual(expect.objectContaining({ open: 2, idle: 0, waiting: expect.any(Number) }));
    expect(shop.stats().slowestMs).toBeGreaterThan(0);
  });

  describe('what goes wrong is one sentence', () => {
    test.each([
      ['a missing table', () => shop.table('order'), 'has no table "order". Did you mean "orders"?'],
      [
        'a missing column',
        () => shop.table('orders', { columns: ['custmer'] }),
        'There is no column "custmer". Did you mean "customer"?',
      ],
      [
        'a missing column in a condition',
        async () => (await shop.table('orders')).where({ dya: 1 } as never),
        'There is no column "dya". Did you mean "day"?',
      ],
      ['SQL that is wrong', () => shop.sql`SELEC 1`, /PostgreSQL at .*syntax error/],
      [
        'a missing database',
        () => data.database(server.url.replace(/postgres$/, 'none')).table('x'),
        'refused the connection: database "none" does not exist',
      ],
      [
        'an address of another kind',
        async () => data.database('mysql://x/y'),
        'takes the address of a PostgreSQL database',
      ],
    ])('%s', async (_, ask, message) => {
      const asking = ask();
      await expect(asking).rejects.toThrow(message);
      await expect(asking).rejects.toMatchObject({
        name: 'UserError',
        message: expect.not.stringMatching(/\n|memoir:|me:/),
      });
    });

    test('a server that is down', async () => {
      const down = data.database(`postgres://me:secret@127.0.0.1:${await freePort()}/shop`);
      await expect(down.table('orders')).rejects.toThrow(
        /^PostgreSQL at 127\.0\.0\.1:\d+\/shop cannot be reached: .*ECONNREFUSED/,
      );
    });

    test('a server that takes the connection and says nothing', async () => {
      const mute = createServer(() => {}).listen(0, '127.0.0.1');
      try {
        await new Promise((resolve) => mute.once('listening', resolve));
        const { port } = mute.address() as { port: number };
        const silent = data.database(`postgres://me@127.0.0.1:${port}/shop`, { timeout: '200ms' });
        await expect(silent.table('orders')).rejects.toThrow('cannot be reached');
      } finally {
        mute.close();
      }
    });
  });

  describe('in mid-stream', () => {
    const many = () => shop.sql`SELECT n, repeat(md5(n::text), 20) AS text FROM generate_series(1, 2000000) n`;
    const kept = () =>
      readdir(join(data.directory, '.memoir/sources')).then(
        (names) => names.length,
        () => 0, // nothing was fetched yet
      );
    const begun = async () => {
      while (!(await asked()).some((query) => query.startsWith('COPY')))
        await new Promise((resolve) => setTimeout(resolve, 10));
    };

    test('an interrupt ends the query over there too', async () => {
      const [table, before] = [await many(), await kept()];
      const stop = new AbortController();
      const rows = table.derive({ m: 'n' }).count({ signal: stop.signal });
      await begun();
      stop.abort(new Error('enough'));
      await expect(rows).rejects.toThrow('enough');
      while ((await asked()).some((query) => query.startsWith('COPY')))
        await new Promise((resolve) => setTimeout(resolve, 10));
      await expect.poll(kept).toBe(before); // the draft goes once its file is closed
    });

    test('a server that freezes is given up after its time', async () => {
      shop = data.database(server.url, { timeout: '300ms' });
      const table = await many();
      const rows = table.derive({ m: 'n' }).count();
      rows.catch(() => {}); // awaited below
      await begun();
      server.freeze();
      try {
        await expect(rows).rejects.toThrow(/said nothing for .*database\(url, \{timeout: '10m'\}\)/);
      } finally {
        server.thaw();
      }
    });

    test('a server that is lost is told, keeps nothing half, and is asked anew when it is back', async () => {
      const [table, orders, before] = [await many(), await shop.table('orders'), await kept()];
      const rows = table.derive({ m: 'n' }).count();
      rows.catch(() => {}); // awaited below
      await begun();
      await server.kill();
      const lost = /^PostgreSQL at \S+ (broke off|cannot be reached)/; // connections end a little after their server
      await expect(rows).rejects.toThrow(lost);
      expect(await kept()).toBe(before);
      await expect(shop.table('orders')).rejects.toThrow(lost);
      await server.start();
      expect(await orders.count()).toBe(100);
      expect(shop.stats().errors).toBe(2);
    });
  });
});
