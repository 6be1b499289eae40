import { describe, expect, test } from 'vitest';
import { findAlerts, thresholdDefaults } from '../../src/monitor/alert.ts';
import { addNews, type CallSums, newCalls } from '../../src/monitor/calls.ts';
import { noteQuery } from '../../src/monitor/database.ts';
import type { CacheFigures } from '../../src/monitor/figures.ts';
import { Monitor } from '../../src/monitor/monitor.ts';

const now = 1_700_000_000_000;
const where = { file: '/home/reader/a.memoir.ts', cell: { index: 3, label: 'Chart' } };

function start() {
  const clock = { now };
  return { clock, monitor: new Monitor({ now: () => clock.now }) };
}

function sums(given: Partial<CallSums>): CallSums {
  const none = { hits: 0, misses: 0, first: 0, lost: 0, evictions: 0, computeMs: 0, lostMs: 0, savedMs: 0, errors: 0 };
  return { ...none, ...given };
}

/** Alerts about a function of which processes told these sums, one after the other. */
function alertsAfter(...news: readonly [process: string, sums: Partial<CallSums>][]) {
  const calls = news.reduce(
    (known, [process, given]) => addNews(known, { name: 'f', place: null, sums: sums(given) }, process, now),
    newCalls('f', news[0]![0], now),
  );
  return findAlerts({ operations: [], calls: [calls], cache: null }, thresholdDefaults, now);
}

function cacheOf(given: Partial<CacheFigures>): CacheFigures {
  return { hits: 0, misses: 0, hitRate: 0, lost: 0, entries: 0, bytes: 0, savedMs: 0, errors: 0, tiers: [], ...given };
}

function alertsOf(cache: Partial<CacheFigures>) {
  return findAlerts({ operations: [], calls: [], cache: cacheOf(cache) }, thresholdDefaults, now);
}

describe('a slow operation', () => {
  test('is told with its place, since its first slow run in a row, and no more once a run is fast', () => {
    const { monitor, clock } = start();
    for (const ms of [100, 1500, 1700]) {
      clock.now += 1000;
      monitor.operation('Chart', { ms, where });
    }
    expect(monitor.alerts()).toMatchObject([
      {
        rule: 'slow-operation',
        severity: 'warning',
        where,
        since: now + 2000,
        evidence: { lastMs: 1700, runs: 3, thresholdMs: 1000 },
      },
    ]);
    monitor.operation('Chart', { ms: 20, where });
    expect(monitor.alerts()).toEqual([]);
  });

  test('is what the threshold says', () => {
    const { monitor } = start();
    monitor.operation('Chart', { ms: 400 });
    expect(monitor.alerts()).toEqual([]);
    expect(monitor.alerts({ slowOperationMs: 300 })).toHaveLength(1);
  });

  test('is not a query, which slows whoever asks it', () => {
    const { monitor } = start();
    noteQuery(monitor, { answered: 'computed', ms: 5000, sql: 'SELECT 1', running: 0 });
    monitor.operation('Chart', { ms: 5001, where });
    expect(monitor.alerts().map(({ id }) => id)).toEqual(['slow-operation Chart']);
  });

  test('is forgotten after a day without a run, and when the operation is gone', async () => {
    const { monitor, clock } = start();
    monitor.operation('Chart', { ms: 5000 });
    monitor.operation('Map', { ms: 5000 });
    await monitor.flush();
    monitor.forget('Map');
    await monitor.flush();
    expect(monitor.alerts().map(({ id }) => id)).toEqual(['slow-operation Chart']);
    clock.now += 25 * 3_600_000;
    expect(monitor.alerts()).toEqual([]);
  });
});

describe('a failed operation', () => {
  test('is an error until it succeeds', () => {
    const { monitor, clock } = start();
    monitor.operation('Chart', { ms: 10, ok: false, error: 'x is not defined', where });
    expect(monitor.alerts()).toMatchObject([{ rule: 'failed-operation', severity: 'error', since: now, where }]);
    expect(monitor.alerts()[0]!.what).toContain('x is not defined');
    clock.now += 1000;
    monitor.operation('Chart', { ms: 10, where });
    expect(monitor.alerts()).toEqual([]);
  });

  test('is well again when its result comes from the cache', () => {
    const { monitor, clock } = start();
    monitor.operation('Chart', { ms: 10, ok: false });
    clock.now += 1000;
    monitor.recover('Chart', 10);
    expect(monitor.alerts()).toEqual([]);
    expect(monitor.summary().operations).toMatchObject([{ count: 1, errors: 1 }]);
  });
});

describe('the hit rate of a cached function', () => {
  test('is not judged by what its first process met for the first time', () => {
    expect(alertsAfter(['one', { misses: 50, first: 50 }])).toEqual([]);
  });

  test('is judged by what was lost', () => {
    const alerts = alertsAfter(['one', { hits: 5, misses: 60, first: 30, lost: 30, evictions: 30 }]);
    expect(alerts).toMatchObject([{ rule: 'low-hit-rate', evidence: { lost: 30, first: 30 } }]);
    expect(alerts[0]!.advice).toContain('maxEntries');
  });

  test('is judged in the next process by everything', () => {
    const alerts = alertsAfter(['one', { misses: 30, first: 30 }], ['two', { misses: 30, first: 30 }]);
    expect(alerts[0]!.advice).toContain('persist: true');
  });

  test('takes twenty look-ups', () => {
    expect(alertsAfter(['one', { misses: 19, lost: 19 }])).toEqual([]);
    expect(alertsAfter(['one', { misses: 20, lost: 20 }])).toHaveLength(1);
  });

  test('gets well with the look-ups that follow, however bad it once was', () => {
    expect(alertsAfter(['one', { misses: 100_000, lost: 100_000 }], ['one', { hits: 300 }])).toEqual([]);
  });
});

describe('the cache', () => {
  test('of a first run is well, however many look-ups it missed', () => {
    expect(alertsOf({ misses: 500, hits: 3 })).toEqual([]);
  });

  test('that loses what it was given is told', () => {
    expect(alertsOf({ hits: 5, misses: 40, lost: 20 })).toMatchObject([{ id: 'low-hit-rate cache' }]);
  });

  test('with a tier over its size is told by the tier', () => {
    const tiers = [
      { name: 'memory', bytes: 99e6, entries: 3 },
      { name: 'disk', bytes: 101e6, entries: 7 },
    ];
    expect(alertsOf({ tiers })).toMatchObject([{ rule: 'cache-size', evidence: { bytes: 101e6, entries: 7 } }]);
  });
});

describe('a recommendation', () => {
  test('to cache a function needs repeated arguments that cost time, and says how much', () => {
    const { monitor } = start();
    for (let run = 0; run < 12; run++) monitor.operation('price', { ms: 200, repeated: run > 1 });
    expect(monitor.recommendations()).toMatchObject([{ kind: 'cache-function', predictedMs: 2000 }]);
  });

  test('is not given for what is cheap, rare or fast', () => {
    const { monitor } = start();
    for (let run = 0; run < 500; run++) monitor.operation('cheap', { ms: 0.1, repeated: true });
    for (let run = 0; run < 3; run++) monitor.operation('rare', { ms: 900, repeated: true });
    expect(monitor.recommendations()).toEqual([]);
  });

  test('to give a cell a ttl needs runs that touched the outside', () => {
    const { monitor } = start();
    for (let run = 0; run < 6; run++) monitor.operation('Prices', { ms: 600, where, impure: ['network'] });
    expect(monitor.recommendations()).toMatchObject([{ kind: 'cache-cell', predictedMs: expect.closeTo(3000, -2) }]);
  });

  test('to profile a function needs it to be slow most times', () => {
    const { monitor } = start();
    for (const ms of [1500, 1600, 1700]) monitor.operation('simulate', { ms });
    expect(monitor.recommendations()).toMatchObject([{ kind: 'profile-function', predictedMs: null }]);
    for (const ms of [10, 10, 10, 10]) monitor.operation('simulate', { ms });
    expect(monitor.recommendations()).toEqual([]);
  });
});
