// What the cache costs beside the least that is possible and beside what people use instead, each in a process of its own.
// `npm run bench -- cache [--json]`
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fetchPeers } from './cache/peers.ts';
import { runProgram } from './cache/programs.ts';

/** One figure beside another: `what` takes `ratio` times as long as `than`; at most `limit`, or at least that much less. */
interface Comparison {
  readonly what: string;
  readonly than: string;
  readonly ratio: number;
  readonly wanted: string;
  readonly holds: boolean;
}

const rounds = 3; // every variant takes its turn in each
const hits = [
  'Map.get',
  'Map.get of a text',
  'cached, one argument',
  'cached, one text',
  'cached, two arguments',
  'cached, a small object',
];
const asynchronous = ['await', 'cached, asynchronous'];
const peers = ['lru-cache with ttl', 'cache-manager', 'bentocache', 'cacheable'];
const sqlite = ['raw SQLite, get 1 KB', 'disk tier, get 1 KB', 'raw SQLite, set 1 KB', 'disk tier, set 1 KB'];
const restored = ['raw SQLite and JSON, restore 100,000 rows', 'disk tier, restore 100,000 rows'];
const columns = ['disk tier, restore the same as columns', 'key of 100 MB of doubles', 'digest of 100,000 rows'];
const programs = [
  'a program of 1,000 lines',
  'the same, importing memoir',
  'the same, caching a function',
  'an operation of 1 ms',
];
const remembered = ['the same, remembered in memory', 'the same, remembered on disk'];

fetchPeers();
const times = new Map<string, number[]>();
for (let round = 0; round < rounds; round++) {
  for (const name of [...hits, ...asynchronous, ...peers]) note(name, run('hits.ts', name) / 1e6);
  for (const name of [...sqlite, ...restored, ...columns]) note(name, run('disk.ts', name));
  for (const name of [...programs, ...remembered]) note(name, runProgram(name));
  const redis = runRedis();
  if (redis) note('Redis client, get 1 KB', redis.client / 1000);
  if (redis) note('Redis tier, get 1 KB', redis.tier / 1000);
}
const hasRedis = times.has('Redis tier, get 1 KB');

const imported = medianOf('the same, importing memoir') - medianOf('a program of 1,000 lines');
const comparisons = [
  atMost('cached, one argument', 'Map.get', 2.5),
  atMost('cached, one text', 'Map.get of a text', 2.5),
  atMost('cached, two arguments', 'Map.get', 6),
  atMost('cached, asynchronous', 'await', 1.5),
  atLeast('cache-manager', 'cached, one argument', 10),
  atLeast('bentocache', 'cached, one argument', 25),
  atLeast('cacheable', 'cached, one argument', 25),
  atMost('disk tier, get 1 KB', 'raw SQLite, get 1 KB', 1.8),
  atMost('disk tier, set 1 KB', 'raw SQLite, set 1 KB', 1.5),
  atMost('disk tier, restore 100,000 rows', 'raw SQLite and JSON, restore 100,000 rows', 1 / 3),
  ...(hasRedis ? [atMost('Redis tier, get 1 KB', 'Redis client, get 1 KB', 1.25)] : []),
  atMost('the same, remembered in memory', 'an operation of 1 ms', 0.2),
  atMost('the same, remembered on disk', 'an operation of 1 ms', 0.2),
];
const limits = [
  { what: 'cached, a small object', ms: medianOf('cached, a small object'), mostMs: 0.0007 },
  { what: 'disk tier, restore the same as columns', ms: medianOf('disk tier, restore the same as columns'), mostMs: 5 },
  { what: 'key of 100 MB of doubles', ms: medianOf('key of 100 MB of doubles'), mostMs: 100 },
  { what: 'importing memoir', ms: imported, mostMs: 30 },
];

if (process.argv.includes('--json')) {
  const measures = [...times.keys()].map((what) => ({ what, ms: medianOf(what) }));
  console.log(JSON.stringify({ suite: 'cache', node: process.version, measures, comparisons, limits }, null, 2));
} else {
  for (const what of times.keys()) console.log(`${what.padEnd(44)} ${shown(medianOf(what)).padStart(9)}`);
  console.log('');
  for (const { what, than, ratio, wanted, holds } of comparisons) {
    console.log(`${holds ? '✔' : '✘'} ${what}: ${Number(ratio.toPrecision(3))} × ${than}, wanted ${wanted}`);
  }
  for (const { what, ms, mostMs } of limits) {
    console.log(`${ms <= mostMs ? '✔' : '✘'} ${what}: ${shown(ms)}, wanted at most ${shown(mostMs)}`);
  }
  console.log(`\nMedians of ${rounds} processes each, of CPU time, so that other programs count less.`);
  console.log(
    hasRedis ? 'Of Redis by the clock, as most of it is waiting.' : 'There is no Redis here to compare with.',
  );
}

function run(script: string, name: string): number {
  const path = join(import.meta.dirname, 'cache', script);
  return Number(execFileSync(process.execPath, [path, name], { encoding: 'utf8' }));
}

/** Microseconds of both; null where there is no Redis. */
function runRedis(): { readonly client: number; readonly tier: number } | null {
  return JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, 'cache/redis.ts')], { encoding: 'utf8' }),
  );
}

function note(name: string, ms: number): void {
  times.set(name, [...(times.get(name) ?? []), ms]);
}

function medianOf(name: string): number {
  const sorted = times.get(name)!.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

function atMost(what: string, than: string, limit: number): Comparison {
  const ratio = medianOf(what) / medianOf(than);
  return { what, than, ratio, wanted: `at most ${Number(limit.toPrecision(2))}`, holds: ratio <= limit };
}

function atLeast(what: string, than: string, limit: number): Comparison {
  const ratio = medianOf(what) / medianOf(than);
  return { what, than, ratio, wanted: `at least ${limit}`, holds: ratio >= limit };
}

function shown(ms: number): string {
  if (ms <= 0) return 'below what can be measured'; // a difference
  if (ms < 0.001) return `${Number((ms * 1e6).toPrecision(3))} ns`;
  return ms < 1 ? `${Number((ms * 1000).toPrecision(3))} µs` : `${Number(ms.toPrecision(3))} ms`;
}
