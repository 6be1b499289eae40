// Tables beside what people use instead: each task in a process of its own, in turns. Ten million rows, and a hundred million
// for the last; `MEMOIR_BENCH_ROWS` sets how many the first are. `npm run bench -- data [--json]`
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonWith } from './anchors/python.ts';
import { fetchPeers } from './cache/peers.ts';
import { type Measure, measureOf, print, type Ratio, ratioOf } from './report.ts';

const rows = Number(process.env.MEMOIR_BENCH_ROWS) || 10_000_000;
const isSmall = rows < 10_000_000;
const RUNS = 3;
const folder = join(tmpdir(), `memoir-bench-data-${rows}`);
const bin = pythonWith('tables');
const measures: Measure[] = [];
const ratios: Ratio[] = [];
const notes: string[] = [];
const caches: string[] = [];

interface Result {
  readonly times?: readonly number[];
  readonly ms?: number;
  readonly peakMB: number;
  readonly [more: string]: number | readonly number[] | undefined;
}

mkdirSync(folder, { recursive: true });
fetchPeers();
memoir('files');
beside('CSV to first aggregate', ['duckdb', 'polars', 'pandas']);
beside('group-by in memory', ['duckdb', 'polars', 'pandas']);
inJavaScript();
cube();
columnsAndObjects();
again();
analyses();
batches();
if (!isSmall) huge();
for (const path of caches) rmSync(path, { recursive: true, force: true });
print({ suite: 'data', node: process.version, measures, ratios, notes });

/** A task of Memoir's and of others, in turns. */
function beside(task: string, others: readonly string[]): void {
  const own: Result[] = [];
  const theirs = new Map<string, Result[]>(others.map((name) => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    own.push(memoir(task));
    for (const [name, results] of theirs) {
      const result = python(name, task);
      if (result) results.push(result);
    }
  }
  note(task, 'Memoir', own);
  for (const [name, results] of theirs) {
    if (results.length === 0) continue;
    note(task, name, results);
    compare(`${task}: Memoir`, own, name, results);
  }
}

/** A group-by of a million rows as programs without a database do it. */
function inJavaScript(): void {
  const results = new Map(['memoir', 'typed arrays', 'plain objects', 'arquero'].map((way) => [way, [] as Result[]]));
  for (let run = 0; run < RUNS; run++)
    for (const [way, all] of results) all.push(node('javascript.ts', [way, folder], cacheFolder()));
  for (const [way, all] of results) note('group-by of 1 M rows', way === 'memoir' ? 'Memoir' : way, all);
  for (const [way, all] of results)
    if (way !== 'memoir') compare('group-by of 1 M rows: Memoir', results.get('memoir')!, way, all);
}

function cube(): void {
  note('group-by through a cube', 'Memoir', [memoir('group-by through a cube')]);
}

function columnsAndObjects(): void {
  const result = memoir('a million rows × 6');
  const [columns, objects, client] = [list(result.columns), list(result.objects), list(result.client)];
  measures.push(
    measureOf('1 M × 6 into typed columns', columns),
    measureOf('1 M × 6 into row objects', objects),
    measureOf("1 M × 6 into row objects by DuckDB's own client", client),
  );
  ratios.push(
    ratioOf('1 M × 6: row objects', objects, 'typed columns', columns.slice(0, objects.length)),
    ratioOf("1 M × 6: row objects of DuckDB's own client", client, 'typed columns', columns.slice(0, client.length)),
  );
  notes.push(
    `1 M × 6: the event loop stood still for at most ${Math.round(Number(result.columnsBlockMs))} ms (columns) and ${Math.round(Number(result.objectsBlockMs))} ms (objects).`,
  );
}

/** What is asked, or run, a second time: in the same process and in a new one. */
function again(): void {
  for (const task of ['a query again', 'a pipeline again']) {
    const results = Array.from({ length: RUNS }, () => memoir(task));
    const [first, second] = [results.map((one) => Number(one.first)), results.map((one) => Number(one.again))];
    measures.push(measureOf(`${task}: the first time`, first), measureOf(`${task}: the second`, second));
    ratios.push(ratioOf(`${task}: the first time`, first, 'the second', second));
  }
  const cache = cacheFolder();
  const first = [Number(memoir('a pipeline again', cache).first)];
  const later = [Number(memoir('a pipeline in a new process', cache).ms)];
  measures.push(measureOf('a pipeline in a new process', later));
  ratios.push(ratioOf('a pipeline: the first time', first, 'in a new process', later));
}

function analyses(): void {
  for (const task of ['a simple analysis', 'a complex analysis']) note(task, 'Memoir', [memoir(task), memoir(task)]);
}

function batches(): void {
  const result = memoir('10,000 records in batches');
  measures.push(
    measureOf('10,000 records in batches of 10', list(result.times)),
    measureOf('the same in a loop', list(result.plain)),
  );
}

/** Ten times as many rows, in little memory. */
function huge(): void {
  memoir('huge');
  const task = '100 M rows aggregated';
  const own = memoir(task, cacheFolder(), { MEMOIR_DATA_MAX_MB: '700' });
  note(task, 'Memoir', [own]);
  const theirs = python('duckdb', task);
  if (theirs) {
    note(task, 'duckdb', [theirs]);
    compare(`${task}: Memoir`, [own], 'duckdb', [theirs]);
  }
}

function note(task: string, who: string, results: readonly Result[]): void {
  measures.push(measureOf(`${task}: ${who}`, results.flatMap(timesOf)));
  const peak = Math.max(...results.map(({ peakMB }) => peakMB));
  notes.push(`${task}: ${who} took at most ${Math.round(peak)} MB.`);
}

/** By the medians of processes that took turns. */
function compare(what: string, own: readonly Result[], than: string, others: readonly Result[]): void {
  const medians = (results: readonly Result[]) => results.map((result) => measureOf('', timesOf(result)).p50Ms);
  ratios.push(ratioOf(what, medians(own), than, medians(others)));
}

function timesOf({ times, ms }: Result): readonly number[] {
  return times ?? [Number(ms)];
}

function list(value: Result[string]): readonly number[] {
  return typeof value === 'object' ? value : [];
}

/** A folder that nothing was remembered in. */
function cacheFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'memoir-bench-cache-'));
  caches.push(path);
  return path;
}

function memoir(task: string, cache = cacheFolder(), env: NodeJS.ProcessEnv = {}): Result {
  return node('memoir.ts', [task, folder, String(rows)], cache, env);
}

function node(script: string, args: readonly string[], cache: string, env: NodeJS.ProcessEnv = {}): Result {
  const output = execFileSync(process.execPath, ['--no-warnings', join(import.meta.dirname, 'data', script), ...args], {
    env: { ...process.env, MEMOIR_CACHE_DIR: cache, ...env },
    encoding: 'utf8',
  });
  return JSON.parse(output) as Result; // written by that script
}

/** Null where there is no Python. */
function python(library: string, task: string): Result | null {
  if (!bin) return null;
  const script = join(import.meta.dirname, 'data', 'peers.py');
  return JSON.parse(execFileSync(join(bin, 'python'), [script, library, task, folder], { encoding: 'utf8' })) as Result; // written by that script
}
