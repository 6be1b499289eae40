// What a profile takes beside its measuring windows: in a program of its own, and with a spare process waiting.
// `npm run bench -- profiler [--json]`
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLog } from '../src/base/log.ts';
import { type ProfilerEnvironment, prepareProfiler, profileFunction } from '../src/profile/profiler.ts';
import { SpareProcess } from '../src/profile/spareProcess.ts';
import { Workspace } from './openedNotebook.ts';
import { measureOf, print, ratioOf, time } from './report.ts';

const RUNS = 12;
const SOURCE = `
export function report(count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += hash(i);
  return sum;
}
function hash(value: number): number {
  let h = value;
  for (let k = 0; k < 300; k++) h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) + k;
  return Math.abs(h) % 1000;
}
`;

const dist = resolve('dist');
const workspace = new Workspace();
const spare = new SpareProcess();
try {
  const file = workspace.file('report.ts', SOURCE);
  const environment = { script: resolve(dist, 'profile.js'), memoir: resolve(dist, 'index.js'), nodePath: null };
  const [cold, warm, node]: [number[], number[], number[]] = [[], [], []];
  while (warm.length < RUNS) {
    cold.push(coldOverhead(file));
    warm.push(await warmOverhead(file, { ...environment, spare, log: silentLog }));
    node.push(await time(() => spawnSync(process.execPath, ['-e', '0'])));
  }
  print({
    suite: 'profiler',
    node: process.version,
    measures: [
      measureOf('beside the passes, cold', cold),
      measureOf('beside the passes, warm', warm),
      measureOf('starting Node and nothing else', node),
    ],
    ratios: [
      ratioOf('beside the passes, cold', cold, 'starting Node', node),
      ratioOf('beside the passes, warm', warm, 'starting Node', node),
    ],
    notes: [
      'A function with a helper, so that callers are sampled too. Cold is `memoir profile` from its own start on; warm has a process waiting, as in the editor.',
    ],
  });
} finally {
  spare.dispose();
  workspace.dispose();
}

/** What one call of the command line tells of itself. */
function coldOverhead(file: string): number {
  const args = ['profile', `${file}#report`, '--args', '[200]', '--seconds', '1', '--json'];
  const { stdout } = spawnSync(process.execPath, [resolve(dist, 'cli.js'), ...args], { encoding: 'utf8' });
  return (JSON.parse(stdout) as { overheadMs: number }).overheadMs; // a ProfileResult
}

async function warmOverhead(file: string, environment: ProfilerEnvironment): Promise<number> {
  prepareProfiler(environment);
  await delay(500); // it is ready by then
  const started = performance.now();
  const request = { file, target: { name: 'report' }, args: '[200]', seconds: 1 };
  const { result } = await profileFunction(request, environment);
  if (performance.now() - started < result.overheadMs) throw new Error('The overhead is more than the whole.');
  return result.overheadMs;
}
