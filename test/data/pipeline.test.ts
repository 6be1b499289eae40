import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StepNews } from '../../src/data/stepRun.ts';
import type { Table } from '../../src/data/table.ts';
import { type DataFolder, dataFolder, FLIGHTS } from './dataFolder.ts';
import { memoryKeeper } from './memoryKeeper.ts';

type Flight = { origin: string | null; delay: number };

let keeper: ReturnType<typeof memoryKeeper>;
let data: DataFolder;
let news: StepNews[];
let ran: string[];
const listen = (message: unknown) => news.push(message as StepNews);

beforeEach(async () => {
  keeper = memoryKeeper();
  data = await dataFolder({ keeper });
  await data.write('flights.csv', FLIGHTS);
  [news, ran] = [[], []];
  subscribe('memoir:data.step', listen);
});
afterEach(async () => {
  unsubscribe('memoir:data.step', listen);
  await data.remove();
});

/** The steps of the sample, each noting that it ran. */
const load = () => {
  ran.push('load');
  return data.load<Flight>('flights.csv');
};
const late = (flights: Table<Flight>) => {
  ran.push('late');
  return flights.where({ delay: { min: 15 } });
};
const count = (flights: Table<Flight>) => {
  ran.push('count');
  return flights.count();
};
const run = (own = data) =>
  own.pipeline('delays', [
    ['load', load],
    ['late', late],
    ['count', count],
  ]);

test('a step that reads all files of a folder runs again only when one comes, goes or changes', async () => {
  await data.write('parts/a.csv', FLIGHTS);
  const all = () => data.pipeline('all', { count: async () => (await data.load('parts/*.csv')).count() });
  expect([await all(), await all()]).toEqual([4, 4]);
  await data.write('parts/b.csv', FLIGHTS);
  expect([await all(), await all()]).toEqual([8, 8]);
  expect(news.map(({ savedMs }) => savedMs !== null)).toEqual([false, true, false, true]);
});

test('what a step made of a file that changed meanwhile is not kept as what the file holds then', async () => {
  let isLate = true;
  const read = async () => {
    const text = await readFile(join(data.directory, 'flights.csv'), 'utf8');
    if (isLate) await data.write('flights.csv', FLIGHTS.replace('-5', '95'));
    isLate = false;
    return text.includes('95');
  };
  const once = () => data.pipeline('late', { read: { run: read, dependsOn: ['flights.csv'] } });
  expect([await once(), await once()]).toEqual([false, true]);
});

test('a table whose file changed while it was worked out is not stored as what the file held before', async () => {
  const path = join(data.directory, 'flights.csv');
  let isArmed = false;
  const change = () => {
    if (isArmed) writeFileSync(path, FLIGHTS.replace('-5', '95'));
    isArmed = false;
  };
  subscribe('memoir:data.read', change);
  const first = async () => {
    const flights = await data.load<Flight>('flights.csv');
    isArmed = true;
    return flights;
  };
  const most = async (flights: Table<Flight>) => (await flights.sort('-delay').limit(1).rows())[0]?.delay;
  expect(await data.pipeline('changing', { first, most })).toBe(95);
  unsubscribe('memoir:data.read', change);
  await writeFile(path, FLIGHTS);
  expect(await most(await load())).toBe(30);
});

test('steps run one after the other, and not again while nothing changed', async () => {
  expect(await run()).toBe(2);
  expect(await run()).toBe(2);
  expect(ran).toEqual(['load', 'late', 'count']);
  expect(news.map(({ step, savedMs }) => [step, savedMs !== null])).toEqual([
    ['load', false],
    ['late', false],
    ['count', false],
    ['load', true],
    ['late', true],
    ['count', true],
  ]);
  expect(news.every(({ pipeline, ms, error }) => pipeline === 'delays' && ms >= 0 && error === null)).toBe(true);
});

test('another program finds what the first one made', async () => {
  await run();
  const next = await dataFolder({ keeper, directory: data.directory, keptIn: join(data.directory, '.memoir') });
  ran = [];
  const found = await next.pipeline('delays', [
    ['load', load],
    ['late', late],
  ]);
  expect(await found.rows()).toMatchObject([{ delay: 30 }, { delay: 20 }]);
  expect(ran).toEqual([]);
  await next.close();
});

test('an edited step runs again, and what follows only if it gives something else', async () => {
  await run();
  ran = [];
  const same = (flights: Table<Flight>) => {
    ran.push('edited');
    return flights.where({ delay: { min: 15 } });
  };
  expect(
    await data.pipeline('delays', [
      ['load', load],
      ['late', same],
      ['count', count],
    ]),
  ).toBe(2);
  expect(ran).toEqual(['edited']);
  const other = (flights: Table<Flight>) => flights.where({ delay: { min: 25 } });
  expect(
    await data.pipeline('delays', [
      ['load', load],
      ['late', other],
      ['count', count],
    ]),
  ).toBe(1);
  expect(ran).toEqual(['edited', 'count']);
});

test('a changed file runs the step that read it again, and an undone change finds the old result', async () => {
  await run();
  await data.write('flights.csv', FLIGHTS.replace('SEA,10', 'SEA,40'));
  expect(await run()).toBe(3);
  ran = [];
  await data.write('flights.csv', FLIGHTS);
  expect(await run()).toBe(2);
  expect(ran).toEqual([]);
});

test('who finds a result is told to depend on the files it was made of', async () => {
  await run();
  const read: string[] = [];
  const note = (message: unknown) => read.push((message as { path: string }).path);
  subscribe('memoir:data.read', note);
  await run();
  unsubscribe('memoir:data.read', note);
  expect(read).toContain(join(data.directory, 'flights.csv'));
});

test('files read by other means count where they are named', async () => {
  const path = join(data.directory, 'rate.txt');
  await writeFile(path, '2');
  const step = { run: () => ran.push('rate'), dependsOn: ['rate.txt'] };
  await data.pipeline('rates', { step });
  await data.pipeline('rates', { step });
  await writeFile(path, '3');
  await data.pipeline('rates', { step });
  expect(ran).toEqual(['rate', 'rate']);
});

test('a step that asks for randomness, or that says so, runs each time', async () => {
  const random = async () => (await data.sql`SELECT random() AS r`).rows();
  expect(await data.pipeline('dice', { random })).not.toEqual(await data.pipeline('dice', { random }));
  const plain = () => ran.push('plain');
  for (const _ of [1, 2]) await data.pipeline('plain', { plain }, { cache: false });
  expect(ran).toEqual(['plain', 'plain']);
});

test('a step that fails is named, tried again as often as asked, and nothing of it is kept', async () => {
  let failures = 2;
  const flaky = () => {
    ran.push('flaky');
    if (failures-- > 0) throw new Error('the line is down');
    return 'up';
  };
  await expect(data.pipeline('lines', { flaky })).rejects.toThrow(
    'The step "flaky" of the pipeline "lines" failed: the line is down',
  );
  expect(news.at(-1)).toMatchObject({ step: 'flaky', error: 'the line is down' });
  expect(await data.pipeline('lines', { flaky: { run: flaky, retries: 1 } })).toBe('up');
  expect(ran).toEqual(['flaky', 'flaky', 'flaky']);
});

test('where a step fails its fallback stands in, and the next time it is tried again', async () => {
  let isDown = true;
  const remote = () => {
    if (isDown) throw new Error('down');
    return [{ delay: 1 }];
  };
  const steps = { remote, count: (rows: readonly object[]) => rows.length };
  const fallback = ({ step, error }: { step: string; error: unknown }) => [step, String(error)];
  expect(await data.pipeline('remote', steps, { fallback })).toBe(2);
  isDown = false;
  expect(await data.pipeline('remote', steps, { fallback })).toBe(1);
});

test('a signal stops a pipeline before its next step', async () => {
  const stop = new AbortController();
  const first = () => stop.abort(new Error('enough'));
  await expect(
    data.pipeline('two', { first, second: () => ran.push('second') }, { signal: stop.signal }),
  ).rejects.toThrow('enough');
  expect(ran).toEqual([]);
});

test('a pipeline without steps, or with two of a name, is refused in words', async () => {
  await expect(data.pipeline('none', {})).rejects.toThrow('The pipeline "none" has no steps.');
  const twice = [
    ['a', () => 1],
    ['a', () => 2],
  ] as const;
  await expect(data.pipeline('twice', twice)).rejects.toThrow('The pipeline "twice" has two steps called "a".');
});
