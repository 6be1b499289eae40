// Started by bench/profiler.ts: the same work with and without the profiler's sampler at 1 ms, in turns; prints both as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Sidecar } from '../../src/profile/sidecar.ts';
import { everything } from './work.ts';

const folder = mkdtempSync(join(tmpdir(), 'memoir-bench-'));
const sidecar = new Sidecar(resolve(import.meta.dirname, '../../dist/profile.js'), { folder, nudged: false });
const cpuMs = () => {
  const before = process.threadCpuUsage();
  everything();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
};
cpuMs(); // warm
const [plain, sampled]: [number[], number[]] = [[], []];
const until = performance.now() + 30_000;
while (plain.length < 8 && performance.now() < until) {
  plain.push(cpuMs());
  await sidecar.start(1000);
  sampled.push(cpuMs());
  await sidecar.stop();
}
await sidecar.end();
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify({ plain, sampled }));
