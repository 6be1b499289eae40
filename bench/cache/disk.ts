// One way of keeping in a process of its own: `node disk.ts <name>` prints how many milliseconds of CPU one operation takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { silentLog } from '../../src/base/log.ts';
import { decode, digestOf, encode } from '../../src/cache/codec.ts';
import { DiskTier } from '../../src/cache/diskTier.ts';
import { keyDigest } from '../../src/cache/key.ts';
import { Seal } from '../../src/cache/seal.ts';

/** An operation, told how often it ran before. */
type Operation = (run: number) => unknown;

const directory = mkdtempSync(join(tmpdir(), 'memoir-bench-'));
const count = 2000;
const small = (run: number) => ({ outputs: [{ mime: 'text/plain', data: `${run}`.padEnd(1000, 'x') }] });
const meta = { expiresAt: null, tags: [], savedMs: 5, createdAt: Date.now(), lastUsed: Date.now() };

const variants: Record<string, { readonly runs: number; readonly start: () => Operation | Promise<Operation> }> = {
  'raw SQLite, get 1 KB': {
    runs: count,
    start: () => {
      const { set, get } = rawTable();
      for (let run = 0; run < count; run++) set.run(`key ${run}`, encode(small(run)).bytes);
      return (run) => decode(get.get(`key ${run % count}`)!.value as Uint8Array);
    },
  },
  'disk tier, get 1 KB': {
    runs: count,
    start: async () => {
      const tier = openTier();
      for (let run = 0; run < count; run++) await tier.set(`key ${run}`, entryOf(small(run)));
      return (run) => tier.get(`key ${run % count}`);
    },
  },
  'raw SQLite, set 1 KB': {
    runs: count,
    start: () => {
      const { set } = rawTable();
      return (run) => set.run(`key ${run}`, encode(small(run)).bytes);
    },
  },
  'disk tier, set 1 KB': {
    runs: count,
    start: () => {
      const tier = openTier();
      return (run) => tier.set(`key ${run}`, entryOf(small(run)));
    },
  },
  'raw SQLite and JSON, restore 100,000 rows': {
    runs: 3,
    start: () => {
      const { set, get } = rawTable();
      set.run('rows', JSON.stringify(rows()));
      return () => JSON.parse(get.get('rows')!.value as string);
    },
  },
  'disk tier, restore 100,000 rows': {
    runs: 3,
    start: async () => {
      const tier = openTier();
      await tier.set('rows', entryOf(rows()));
      return () => tier.get('rows');
    },
  },
  'disk tier, restore the same as columns': {
    runs: 3,
    start: async () => {
      const tier = openTier();
      const id = Int32Array.from({ length: 100_000 }, (_, index) => index);
      const score = Float64Array.from(id, (index) => index / 7);
      const codes = Uint8Array.from(id, (index) => index % 28);
      const columns = { id, score, active: codes, city: codes, day: codes, name: id, words: ['Paris', 'Rome', 'Oslo'] };
      await tier.set('columns', entryOf(columns));
      return () => tier.get('columns');
    },
  },
  'key of 100 MB of doubles': {
    runs: 2,
    start: () => {
      const doubles = Float64Array.from({ length: 12_500_000 }, (_, index) => index * 1.5);
      return () => keyDigest(doubles);
    },
  },
  'digest of 100,000 rows': {
    runs: 3,
    start: () => {
      const value = rows();
      return () => digestOf(value);
    },
  },
};

const { runs, start } = variants[process.argv[2] ?? '']!;
const operation = await start();
const warmUntil = performance.now() + 1000; // until the code is compiled, which takes threads of their own
let warmUp = 0;
while (warmUp < Math.max(20, 8 * runs) || performance.now() < warmUntil) await operation(warmUp++);
const rounds: number[] = [];
for (let round = 1; round <= 7; round++) {
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run++) await operation(warmUp + round * runs + run);
  const { user, system } = process.cpuUsage(before);
  rounds.push((user + system) / 1000 / runs);
}
console.log(JSON.stringify(rounds.sort((a, b) => a - b)[3]));
rmSync(directory, { recursive: true, force: true });
process.exit();

function rawTable() {
  const database = new DatabaseSync(join(directory, 'raw.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE t (key TEXT PRIMARY KEY, value)');
  return {
    set: database.prepare('INSERT OR REPLACE INTO t VALUES (?, ?)'),
    get: database.prepare('SELECT value FROM t WHERE key = ?'),
  };
}

function openTier(): DiskTier {
  return new DiskTier({ directory, maxBytes: 2e9, seal: new Seal(Buffer.alloc(32)), log: silentLog });
}

function entryOf(value: unknown) {
  return { value, meta: { ...meta, bytes: 1000 } };
}

function rows(): object[] {
  return Array.from({ length: 100_000 }, (_, id) => {
    const city = ['Paris', 'Rome', 'Oslo'][id % 3];
    return { id, name: `user ${id}`, city, score: id / 7, active: id % 2 === 0, day: `2024-01-${id % 28}` };
  });
}
