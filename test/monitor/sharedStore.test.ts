import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { thresholdDefaults } from '../../src/monitor/alert.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import { SharedStore } from '../../src/monitor/sharedStore.ts';
import { readStatus } from '../../src/monitor/status.ts';
import { TempFolder } from '../support/temp.ts';

const file = 'monitor-1.sqlite';
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}; // to whom read-only means something

function cacheDirectory(): string {
  const folder = new TempFolder();
  onTestFinished(() => folder.dispose());
  return folder.file('.memoir');
}

function open(directory: string, now: () => number = Date.now) {
  const lines: string[] = [];
  const keep = (message: string) => void lines.push(message);
  const log: Log = { debug() {}, info() {}, warn: keep, error: keep };
  const store = new SharedStore({ directory, log, now });
  const monitor = new Monitor({ openStore: () => store, now });
  onTestFinished(async () => {
    monitor.dispose();
    await store.close();
  });
  return { store, monitor, lines };
}

function startWriter(directory: string, name: string, count: number, options: object = {}) {
  const script = join(import.meta.dirname, 'writer.ts');
  return spawn(process.execPath, [script, directory, name, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
}

function status(store: SharedStore, thresholds = thresholdDefaults) {
  return readStatus(store, { cache: null, thresholds });
}

describe('measurements', () => {
  test('of one process are seen by another, added up', async () => {
    const directory = cacheDirectory();
    for (const ms of [10, 20, 30]) {
      const { monitor } = open(directory);
      monitor.operation('Chart', { ms });
      monitor.counter('requests').add(2);
      await monitor.flush();
    }
    const { operations, counters } = await status(open(directory).store);
    expect(operations).toMatchObject([{ name: 'Chart', count: 3, totalMs: 60, minMs: 10, maxMs: 30, lastMs: 30 }]);
    expect(counters).toEqual([{ name: 'requests', value: 6 }]);
  });

  test('of two processes that write at the same time are all there', async () => {
    const directory = cacheDirectory();
    const writers = [startWriter(directory, 'a', 300), startWriter(directory, 'b', 300)];
    for (const writer of writers) writer.stdout.resume();
    const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0]));
    expect(codes).toEqual([0, 0]);
    const { operations, counters } = await status(open(directory).store);
    const total = (300 * 301) / 2;
    expect(operations.map(({ name, count, totalMs }) => [name, count, totalMs]).sort()).toEqual([
      ['a', 300, total],
      ['b', 300, total],
    ]);
    expect(counters).toEqual([{ name: 'runs', value: 600 }]);
  });

  test('that were written survive the death of their process, and the file is sound', async () => {
    const directory = cacheDirectory();
    const writer = startWriter(directory, 'a', 1_000_000);
    let written = 0;
    for await (const line of createInterface(writer.stdout)) {
      written = Math.max(written, Number(line));
      if (written >= 100) writer.kill('SIGKILL');
    }
    const { store, lines } = open(directory);
    const [operation] = (await status(store)).operations;
    expect(operation!.count).toBeGreaterThanOrEqual(written);
    expect(lines).toEqual([]);
  });

  test('touch no file before there are any, nor when they are only looked at', async () => {
    const directory = cacheDirectory();
    const { store } = open(directory);
    expect((await status(store)).operations).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });

  test('are dropped when they have not been used for a week', async () => {
    const directory = cacheDirectory();
    const clock = { now: Date.now() };
    const { store, monitor } = open(directory, () => clock.now);
    monitor.operation('old', { ms: 1 });
    await monitor.flush();
    clock.now += 8 * 86_400_000;
    monitor.operation('new', { ms: 1 });
    await monitor.flush();
    expect((await status(store)).operations.map(({ name }) => name)).toEqual(['new']);
  });

  test('stay few however many names there are', async () => {
    const directory = cacheDirectory();
    const clock = { now: Date.now() };
    const { store, monitor } = open(directory, () => clock.now);
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 900; index++) monitor.operation(`work ${round} ${index}`, { ms: 1 });
      clock.now += 61_000;
      await monitor.flush();
    }
    expect((await status(store)).operations.length).toBeLessThanOrEqual(1000);
    expect(statSync(join(directory, file)).size).toBeLessThan(5e6);
  });

  test('of an operation that was forgotten are gone', async () => {
    const { store, monitor } = open(cacheDirectory());
    monitor.operation('Chart', { ms: 5000 });
    await monitor.flush();
    monitor.forget('Chart');
    await monitor.flush();
    expect(await status(store)).toMatchObject({ operations: [], alerts: [] });
  });
});

describe('a file', () => {
  test('that is damaged is put aside and told of, and what comes after is kept', async () => {
    const directory = cacheDirectory();
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, file), 'x'.repeat(10_000));
    const { store, monitor, lines } = open(directory);
    monitor.operation('Chart', { ms: 1 });
    await monitor.flush();
    expect((await status(store)).operations).toHaveLength(1);
    expect(lines).toEqual([expect.stringContaining('was damaged')]);
    const aside = readdirSync(directory).find((name) => name.includes('.damaged-'))!;
    expect(readFileSync(join(directory, aside), 'utf8')).toMatch(/^x+$/);
  });

  test('that is locked neither loses what was measured nor stops anybody', async () => {
    const directory = cacheDirectory();
    const { store, monitor } = open(directory);
    monitor.operation('Chart', { ms: 1 });
    await monitor.flush();
    const other = new DatabaseSync(join(directory, file));
    other.exec('BEGIN EXCLUSIVE');
    monitor.operation('Chart', { ms: 2 });
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    await monitor.flush();
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(3); // the loop went round between the tries
    other.exec('COMMIT');
    other.close();
    monitor.operation('Chart', { ms: 3 });
    await monitor.flush();
    expect((await status(open(directory).store)).operations).toMatchObject([{ count: 3, totalMs: 6 }]);
    expect(store.problem).toBeUndefined();
  });

  test('that cannot be made leaves everything in memory', async () => {
    const folder = new TempFolder({ taken: 'a file where a folder should be' });
    onTestFinished(() => folder.dispose());
    const { store, monitor } = open(folder.file('taken'));
    for (const ms of [1, 2]) {
      monitor.operation('Chart', { ms });
      await monitor.flush();
    }
    expect((await status(store)).operations).toMatchObject([{ count: 2, totalMs: 3 }]);
    expect(store.problem).toContain('measurements are kept only until Memoir stops');
  });

  test('in a folder that is read-only stops no program', async () => {
    const directory = cacheDirectory();
    mkdirSync(directory);
    chmodSync(directory, 0o555);
    onTestFinished(() => chmodSync(directory, 0o700));
    const writer = startWriter(directory, 'a', 20, nobody);
    writer.stdout.resume();
    expect((await once(writer, 'exit'))[0]).toBe(0);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('that was removed meanwhile is begun anew', async () => {
    const directory = cacheDirectory();
    const { monitor } = open(directory);
    monitor.operation('Chart', { ms: 1 });
    await monitor.flush();
    rmSync(directory, { recursive: true });
    monitor.operation('Map', { ms: 1 });
    await monitor.flush();
    expect((await status(open(directory).store)).operations.map(({ name }) => name)).toEqual(['Map']);
  });
});

describe('an alert', () => {
  test('that was acknowledged stays so for every reader, until it comes again', async () => {
    const directory = cacheDirectory();
    const { store, monitor } = open(directory);
    monitor.operation('Chart', { ms: 5000 });
    await monitor.flush();
    await store.acknowledge((await status(store)).alerts[0]!);
    expect((await status(open(directory).store)).alerts).toMatchObject([{ acknowledged: true }]);
    for (const ms of [1, 6000]) {
      await sleep(5); // a later millisecond
      monitor.operation('Chart', { ms });
    }
    await monitor.flush();
    expect((await status(store)).alerts).toMatchObject([{ acknowledged: false, evidence: { lastMs: 6000 } }]);
  });

  test('about a size is known since it was first noticed, and forgotten when it is over', async () => {
    const { store, monitor } = open(cacheDirectory());
    monitor.counter('any').add();
    await monitor.flush();
    const figures = { hits: 0, misses: 0, hitRate: 0, lost: 0, entries: 1, bytes: 0, savedMs: 0, errors: 0 };
    const at = (now: number, bytes: number) =>
      readStatus(store, {
        cache: { ...figures, tiers: [{ name: 'disk', bytes, entries: 1 }] },
        thresholds: thresholdDefaults,
        now,
      });
    await at(1000, 200e6);
    expect((await at(2000, 200e6)).alerts).toMatchObject([{ rule: 'cache-size', since: 1000 }]);
    expect((await at(3000, 1e6)).alerts).toEqual([]);
    expect((await at(4000, 200e6)).alerts).toMatchObject([{ since: 4000 }]);
  });
});

describe('processes', () => {
  test('are listed by the name they got last, until they are taken back', async () => {
    const { store, monitor } = open(cacheDirectory());
    const watched = monitor.watchProcess('kernel of a.memoir.ts', process.ppid);
    monitor.operation('Chart', { ms: 1 });
    await monitor.flush();
    const names = async () => new Map((await status(store)).processes.map(({ pid, name }) => [pid, name]));
    expect((await names()).get(process.ppid)).toBe('kernel of a.memoir.ts');
    expect((await names()).has(process.pid)).toBe(true);
    watched.dispose();
    await monitor.flush();
    expect((await names()).has(process.ppid)).toBe(false);
  });
});
