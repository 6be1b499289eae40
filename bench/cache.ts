// What the cache costs: values to bytes and back beside what Node has for it, and the tiers by size of record.
// `node bench/cache.ts [--json]`
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { silentLog } from '../src/base/log.ts';
import { Blobs } from '../src/cache/blobs.ts';
import { decode, digestOf, encode } from '../src/cache/codec.ts';
import { DiskTier } from '../src/cache/diskTier.ts';
import { MemoryTier } from '../src/cache/memoryTier.ts';
import { Seal } from '../src/cache/seal.ts';
import type { Entry, Tier } from '../src/cache/tier.ts';

interface Measure {
  readonly what: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly runs: number;
}

const directory = mkdtempSync(join(tmpdir(), 'memoir-bench-'));
try {
  const measures = [...(await codec()), ...(await tiers()), ...(await blobs())];
  if (process.argv.includes('--json')) console.log(JSON.stringify({ suite: 'cache', node: process.version, measures }));
  else for (const { what, p50Ms, p99Ms, runs } of measures) console.log(line(what, p50Ms, p99Ms, runs));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function codec(): Promise<Measure[]> {
  const cities = ['Paris', 'Rome', 'Oslo'];
  const rows = Array.from({ length: 100_000 }, (_, id) => {
    return {
      id,
      name: `user ${id}`,
      city: cities[id % 3],
      score: randomInt(1e9) / 7,
      active: id % 2 === 0,
      day: `2024-01-${id % 28}`,
    };
  });
  const { bytes } = encode(rows);
  const v8 = serialize(rows);
  const json = JSON.stringify(rows);
  return [
    await measure('100,000 rows × 6: encode with digest', 15, () => encode(rows)),
    await measure('100,000 rows × 6: digest alone', 15, () => digestOf(rows)),
    await measure('100,000 rows × 6: decode', 15, () => decode(bytes)),
    await measure('100,000 rows × 6: v8.serialize', 15, () => serialize(rows)),
    await measure('100,000 rows × 6: v8.deserialize', 15, () => deserialize(v8)),
    await measure('100,000 rows × 6: JSON.stringify', 15, () => JSON.stringify(rows)),
    await measure('100,000 rows × 6: JSON.parse', 15, () => JSON.parse(json)),
    await measure('100,000 rows × 6: structuredClone', 15, () => structuredClone(rows)),
  ];
}

async function tiers(): Promise<Measure[]> {
  const memory = new MemoryTier({ maxEntries: 1000, maxBytes: 256e6 });
  const disk = new DiskTier({
    directory,
    maxBytes: 2e9,
    seal: new Seal(Buffer.alloc(32)),
    log: silentLog,
  });
  const measures: Measure[] = [];
  for (const tier of [memory, disk]) for (const size of [1000, 100_000]) measures.push(...(await tierOf(tier, size)));
  await disk.close();
  return measures;
}

async function tierOf(tier: Tier, size: number): Promise<Measure[]> {
  const now = Date.now();
  const meta = { bytes: size, expiresAt: null, tags: ['bench'], savedMs: 5, createdAt: now, lastUsed: now };
  const entry: Entry = { value: { outputs: [{ mime: 'text/plain', data: 'x'.repeat(size) }] }, meta };
  const name = `${tier.name}, ${size / 1000} kB`;
  return [
    await measure(`${name}: set`, 500, (run) => tier.set(`${size}/${run}`, entry)),
    await measure(`${name}: get`, 500, (run) => tier.get(`${size}/${run}`)),
  ];
}

async function blobs(): Promise<Measure[]> {
  const files = new Blobs(directory);
  const content = Buffer.alloc(10_000_000);
  for (let at = 0; at < content.length; at += 8) content.writeDoubleLE(at * 1.5, at);
  const digest = await files.write(content);
  return [
    await measure('10 MB of doubles: write a value file', 10, (run) =>
      files.write(Buffer.from(content.fill(run + 1, 0, 8))),
    ),
    await measure('10 MB of doubles: read a value file', 10, () => files.read(digest)),
  ];
}

async function measure(what: string, runs: number, work: (run: number) => unknown): Promise<Measure> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work(run);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { what, runs, p50Ms: times[runs >> 1]!, p99Ms: times[Math.floor(runs * 0.99)]! };
}

function line(what: string, p50Ms: number, p99Ms: number, runs: number): string {
  return `${what.padEnd(44)} p50 ${p50Ms.toFixed(3).padStart(9)} ms  p99 ${p99Ms.toFixed(3).padStart(9)} ms  (${runs} runs)`;
}
