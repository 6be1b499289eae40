// What a profile takes beside its measuring windows, what sampling adds, how medians agree with those of others, how fast
// leaks and large profiles are read.
// `npm run bench -- profiler [--json]`
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLog } from '../src/base/log.ts';
import type { ProfilerEnvironment } from '../src/profile/measureSubject.ts';
import { profileFunction } from '../src/profile/profiler.ts';
import { SpareProcess } from '../src/profile/spareProcess.ts';
import { webBuild } from '../test/support/vscode/webBuild.ts';
import { npmCommand } from './anchors/npm.ts';
import { Workspace } from './openedNotebook.ts';
import { profileOf } from './profiler/profileOf.ts';
import { measureOf, print, ratioOf, time } from './report.ts';

const RUNS = 12;
const ROUNDS = 5;
const WORK = resolve('bench/profiler/work.ts');

const dist = resolve('dist');
const workspace = new Workspace();
const spare = new SpareProcess();
try {
  const file = WORK;
  const environment = { script: resolve(dist, 'profile.js'), memoir: resolve(dist, 'index.js'), nodePath: null };
  const [cold, warm, node]: [number[], number[], number[]] = [[], [], []];
  while (warm.length < RUNS) {
    cold.push(coldOverhead(file));
    warm.push(await warmOverhead(file, { ...environment, spare, log: silentLog }));
    node.push(await time(() => spawnSync(process.execPath, ['-e', '0'])));
  }
  const environmentOf = { ...environment, spare, log: silentLog };
  const { plain, sampled } = child<{ plain: number[]; sampled: number[] }>(['bench/profiler/sampled.ts']);
  const [bare, cpuProf]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(child([WORK]));
    cpuProf.push(child(['--cpu-prof', '--cpu-prof-interval=1000', `--cpu-prof-dir=${workspace.path}`, WORK]));
  }
  const charts = timeToCharts();
  const medians = await compareMedians(environmentOf);
  const leak = await timeToLeak(environmentOf);
  const opened = openings();
  const models = await modelTimes();
  print({
    suite: 'profiler',
    node: process.version,
    measures: [
      measureOf('beside the passes, cold', cold),
      measureOf('beside the passes, warm', warm),
      measureOf('starting Node and nothing else', node),
      measureOf('memoir profile of a file, from start to end', charts.memoir),
      ...(charts.zeroX.length ? [measureOf('0x of the same file, to its flame graph', charts.zeroX)] : []),
      measureOf('finding a leak of some 130 B per call', leak.times),
      ...opened.flatMap(({ what, times, cpu }) => [measureOf(what, times), measureOf(`${what}, CPU time`, cpu)]),
    ],
    ratios: [
      ratioOf('beside the passes, cold', cold, 'starting Node', node),
      ratioOf('beside the passes, warm', warm, 'starting Node', node),
      ratioOf('CPU time while sampled every 1 ms', sampled, 'not sampled', plain),
      ratioOf('node --cpu-prof every 1 ms', cpuProf, 'node', bare),
      ...(charts.underZeroX.length ? [ratioOf('under 0x', charts.underZeroX, 'node', bare)] : []),
      ratioOf('the model of 200,000 samples', models.memoir, "VS Code's visualiser's, of its table", models.visualiser),
      ...medians.flatMap(({ name, memoir, mitata, tinybench }) => [
        ratioOf(`median of ${name}`, memoir, "mitata's", mitata),
        ratioOf(`median of ${name}`, memoir, "tinybench's", tinybench),
      ]),
    ],
    notes: [
      'A function with a helper, so that callers are sampled too. Cold is `memoir profile` from its own start on; warm has a process waiting, as in the editor.',
      `The leak was found to be ${leak.bytes.map((bytes) => Math.round(bytes)).join(', ')} B per call.`,
      `Opening takes from the file's bytes to the first boxes of the first chart; the editor's extension host does the reading, its page the charts. At its peak a process that does both held ${opened.map(({ hostMB, peakMB }) => `${Math.round(peakMB)} MB, ${Math.round(hostMB)} before the charts`).join('; ')}.`,
    ],
  });
} finally {
  spare.dispose();
  workspace.dispose();
}

type Medians = Readonly<Record<'memoir' | 'mitata' | 'tinybench', number[]>> & { readonly name: string };

/** The same functions measured by each in turn, all in processes of their own. */
async function compareMedians(environment: ProfilerEnvironment): Promise<Medians[]> {
  const all: Medians[] = ['report', 'sorted', 'parsed'].map((name) => ({
    name,
    memoir: [],
    mitata: [],
    tinybench: [],
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, memoir, mitata, tinybench } of all) {
      const args = name === 'report' ? '[200]' : '[]';
      const { result } = await profileFunction({ file: WORK, target: { name }, args, seconds: 2 }, environment);
      memoir.push(result.timing!.medianMs);
      mitata.push(child(['bench/profiler/peer.ts', 'mitata', name]));
      tinybench.push(child(['bench/profiler/peer.ts', 'tinybench', name]));
    }
  }
  return all;
}

/** What one run of a file takes until its flame graph can be drawn; what the file's own work takes under 0x. */
function timeToCharts(): Record<'memoir' | 'zeroX' | 'underZeroX', number[]> {
  const times = { memoir: [] as number[], zeroX: [] as number[], underZeroX: [] as number[] };
  const zeroX = npmCommand('0x');
  const run = (command: string, args: readonly string[]) => {
    const started = performance.now();
    const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return { stdout, ms: performance.now() - started };
  };
  for (let round = 0; round < ROUNDS; round++) {
    times.memoir.push(run(process.execPath, [resolve(dist, 'cli.js'), 'profile', WORK, '--json']).ms);
    if (!zeroX) continue;
    const { stdout, ms } = run(zeroX, ['-D', join(workspace.path, `0x-${round}`), '--', process.execPath, WORK]);
    times.zeroX.push(ms);
    times.underZeroX.push(Number(stdout));
  }
  return times;
}

/** How long the leak pass takes, and what it says. */
async function timeToLeak(environment: ProfilerEnvironment): Promise<{ times: number[]; bytes: number[] }> {
  const found = { times: [] as number[], bytes: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const at: Record<string, number> = {};
    const onProgress = (phase: string) => {
      at[phase] = performance.now();
    };
    const request = { file: WORK, target: { name: 'leaks' }, seconds: 1, leak: true, onProgress };
    const { result } = await profileFunction(request, environment);
    found.times.push(at.timing! - at.leaks!);
    found.bytes.push(result.leak!.bytesPerCall);
  }
  return found;
}

interface Opened {
  readonly what: string;
  readonly times: number[];
  /** CPU time, which says more where others work too. */
  readonly cpu: number[];
  /** At its peak, after reading the file and with the charts. */
  hostMB: number;
  peakMB: number;
}

function openings(): Opened[] {
  return [200_000, 1_040_000].map((count) => {
    const file = workspace.file(`${count}.cpuprofile`, JSON.stringify(profileOf(count)));
    const opened: Opened = {
      what: `opening ${Math.round(statSync(file).size / 1e6)} MB`,
      times: [],
      cpu: [],
      hostMB: 0,
      peakMB: 0,
    };
    for (let round = 0; round < ROUNDS; round++) {
      const { ms, cpuMs, hostMB, peakMB } = child<Record<'ms' | 'cpuMs' | 'hostMB' | 'peakMB', number>>([
        'bench/profiler/opening.ts',
        file,
      ]);
      opened.times.push(ms);
      opened.cpu.push(cpuMs);
      opened.hostMB = Math.max(opened.hostMB, hostMB);
      opened.peakMB = Math.max(opened.peakMB, peakMB);
    }
    return opened;
  });
}

/** From a file's bytes; that of Memoir has the charts' stacks in time and by weight, the other's what its table begins with. */
async function modelTimes(): Promise<Record<'memoir' | 'visualiser', number[]>> {
  const extension = join(await webBuild(), 'extensions/ms-vscode.vscode-js-profile-table/out/extension.js');
  const file = workspace.file('samples.cpuprofile', JSON.stringify(profileOf(200_000)));
  return child(['bench/profiler/visualiser.ts', extension, file]);
}

/** What a program of its own prints as JSON. */
function child<T = number>(args: readonly string[]): T {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--no-warnings', ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** What one call of the command line tells of itself. */
function coldOverhead(file: string): number {
  const args = ['profile', `${file}#report`, '--args', '[200]', '--seconds', '1', '--json'];
  const { stdout } = spawnSync(process.execPath, [resolve(dist, 'cli.js'), ...args], { encoding: 'utf8' });
  return (JSON.parse(stdout) as { overheadMs: number }).overheadMs; // a ProfileResult
}

async function warmOverhead(file: string, environment: ProfilerEnvironment): Promise<number> {
  environment.spare?.prepare(environment);
  await delay(500); // it is ready by then
  const started = performance.now();
  const request = { file, target: { name: 'report' }, args: '[200]', seconds: 1 };
  const { result } = await profileFunction(request, environment);
  if (performance.now() - started < result.overheadMs) throw new Error('The overhead is more than the whole.');
  return result.overheadMs;
}
