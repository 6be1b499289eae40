import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { notePool, noteQuery } from '../../src/monitor/database.ts';
import { Monitor } from '../../src/monitor/monitor.ts';

/** A monitor whose clock is moved by hand, in milliseconds. */
function start() {
  const clock = { now: 1_700_000_000_000 };
  return { clock, monitor: new Monitor({ now: () => clock.now }) };
}

function operation(monitor: Monitor, name: string) {
  return monitor.summary().operations.find((it) => it.name === name);
}

describe('an operation', () => {
  test('is measured whether it returns, resolves, throws or rejects, and gives what it gave', async () => {
    const { monitor } = start();
    expect(monitor.time('work', () => 1)).toBe(1);
    await expect(monitor.time('work', async () => 2)).resolves.toBe(2);
    expect(() => monitor.time('work', () => JSON.parse('{'))).toThrow(SyntaxError);
    await expect(monitor.time('work', () => Promise.reject(new Error('no bread')))).rejects.toThrow('no bread');
    expect(operation(monitor, 'work')).toMatchObject({ count: 4, errors: 2, lastError: 'no bread' });
  });

  test('has exact counts and sums, and a median within 1 %', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 200 }), (runs) => {
        const { monitor } = start();
        for (const ms of runs) monitor.operation('work', { ms });
        const figures = operation(monitor, 'work')!;
        const median = runs.toSorted((a, b) => a - b)[Math.floor((runs.length - 1) / 2)]!;
        expect(figures).toMatchObject({
          count: runs.length,
          totalMs: runs.reduce((sum, ms) => sum + ms, 0),
          minMs: Math.min(...runs),
          maxMs: Math.max(...runs),
          lastMs: runs.at(-1),
        });
        expect(Math.abs(figures.medianMs - median)).toBeLessThanOrEqual(median * 0.01);
      }),
    );
  });

  test('knows the line it is measured in', () => {
    const { monitor } = start();
    monitor.time('work', () => 1);
    monitor.timer('other').end();
    for (const name of ['work', 'other']) {
      expect(operation(monitor, name)!.where).toMatchObject({ file: import.meta.filename, line: expect.any(Number) });
    }
  });

  test('counts a timer once, however often it is ended', () => {
    const { monitor } = start();
    const timer = monitor.timer('work');
    const ms = timer.end();
    expect(timer.end()).toBe(ms);
    expect(operation(monitor, 'work')!.count).toBe(1);
  });

  test('that is a function keeps its arguments, its this and its result', () => {
    const { monitor } = start();
    const shop = {
      price: 3,
      total: monitor.timed(function (this: { price: number }, count: number) {
        return this.price * count;
      }, 'total'),
    };
    expect(shop.total(4)).toBe(12);
    shop.total(4);
    shop.total(5);
    expect(operation(monitor, 'total')).toMatchObject({ count: 3, repeats: 1 });
  });

  test('can be told by its tags', () => {
    const { monitor } = start();
    monitor.time('a', () => 1, { tags: ['db'] });
    monitor.time('b', () => 1);
    expect(monitor.summary({ tag: 'db' }).operations.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('a summary', () => {
  test('of the last seconds leaves out what came before', async () => {
    const { monitor, clock } = start();
    monitor.operation('early', { ms: 1 });
    await monitor.flush();
    clock.now += 60_000;
    monitor.operation('late', { ms: 2 });
    expect(monitor.summary({ seconds: 30 }).operations.map(({ name }) => name)).toEqual(['late']);
    expect(monitor.summary().operations).toHaveLength(2);
  });

  test('holds counters, gauges and histograms', async () => {
    const { monitor } = start();
    monitor.counter('requests').add(2);
    await monitor.flush();
    monitor.counter('requests').add();
    monitor.gauge('queue').set(7);
    for (const bytes of [10, 20, 30]) monitor.histogram('bytes').record(bytes);
    const { counters, gauges, histograms } = monitor.summary();
    expect(counters).toEqual([{ name: 'requests', value: 3 }]);
    expect(monitor.counter('requests').value).toBe(3);
    expect(gauges).toEqual([{ name: 'queue', value: 7 }]);
    expect(histograms).toMatchObject([{ name: 'bytes', count: 3, sum: 60, min: 10, max: 30, last: 30 }]);
  });

  test('keeps a bounded number of series, the latest ones', () => {
    const { monitor, clock } = start();
    for (let index = 0; index < 3000; index++) {
      clock.now += 1;
      monitor.operation(`work ${index}`, { ms: 1 });
    }
    const { operations } = monitor.summary();
    expect(operations.length).toBeLessThanOrEqual(1000);
    expect(operations.map(({ name }) => name)).toContain('work 2999');
  });

  test('is written out as text', () => {
    const { monitor } = start();
    expect(monitor.report()).toBe('Nothing was measured yet.');
    monitor.operation('fetch', { ms: 2500 });
    expect(monitor.report()).toContain('fetch');
    expect(monitor.report()).toContain('2.5 s');
  });
});

describe('a stopped monitor', () => {
  test('measures nothing, but everything still runs', () => {
    const { monitor } = start();
    monitor.stop();
    expect(monitor.time('work', () => 1)).toBe(1);
    monitor.counter('n').add();
    expect(monitor.summary()).toMatchObject({ operations: [], counters: [] });
    monitor.start({ interval: 60_000 });
    monitor.time('work', () => 1);
    expect(operation(monitor, 'work')!.count).toBe(1);
    monitor.dispose();
  });
});

describe('resources', () => {
  test('are those of this process and of those it watches, while they live', async () => {
    const monitor = new Monitor();
    const gone = monitor.watchProcess('gone', 2 ** 22 + 1); // above every process number
    const uses = await monitor.resources();
    expect(uses).toMatchObject([{ name: 'this process', pid: process.pid }]);
    expect(uses[0]!.rssMB).toBeGreaterThan(10);
    gone.dispose();
  });
});

test('queries of tables are counted, and the slow ones listed by their text', () => {
  const monitor = new Monitor();
  expect(monitor.summary().database).toBeNull();
  const query = { sql: 'SELECT 1', running: 0 };
  for (const [answered, ms] of [
    ['computed', 40],
    ['computed', 400],
    ['memory', 0],
    ['shared', 1],
    ['failed', 5],
    ['stopped', 9],
  ] as const)
    noteQuery(monitor, { ...query, answered, ms });
  expect(monitor.summary().database).toMatchObject({
    queries: 5,
    hits: 2,
    hitRate: 0.4,
    errors: 1,
    running: 0,
    maxMs: 400,
    slowest: [{ sql: 'SELECT 1', maxMs: 400, count: 1 }],
  });
  expect(monitor.report()).toMatch(/Database\n {2}5 queries, 40 % from the cache; .*slowest 400 ms\. 1 query failed\./);
});

test('connections to a database elsewhere are told of, also where no table was asked anything yet', () => {
  const monitor = new Monitor();
  const shop = { where: 'db.example:5432/shop', open: 2, idle: 0, waiting: 3, queries: 12, errors: 1, slowestMs: 40 };
  notePool(monitor, { ...shop, where: 'other/shop', open: 0 });
  notePool(monitor, { ...shop, waiting: 0 });
  notePool(monitor, shop);
  expect(monitor.summary().database).toMatchObject({
    queries: 0,
    hitRate: 0,
    pools: [{ ...shop, where: 'other/shop', open: 0 }, shop],
  });
  expect(monitor.report()).toContain(
    'db.example:5432/shop: 2 connections open, 0 idle, 3 waiting; 12 queries, 1 failed, slowest 40 ms.',
  );
});
