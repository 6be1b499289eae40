import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CpuProfile, ProfileComparison, ProfileResult } from '../../src/protocol/profileResult.ts';
import { memoir, memoirJson } from '../support/memoir.ts';
import { TempFolder } from '../support/temp.ts';

const SOURCE = `import { writeFileSync } from 'node:fs';

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

export function fails(text: string): never {
  throw new RangeError(text);
}

export function hangs(): void {
  let i = 0;
  for (;;) i = Math.sin(i) + 1;
}

export function grows(): unknown[] {
  const all: unknown[] = [];
  for (;;) all.push({ all: [1, 2, 3, all.length] });
}

export function writes(): void {
  writeFileSync('written.txt', 'x');
}
`;

const NOTEBOOK = `// %% Start
import { report } from './work.ts';
let made = 0;
for (let i = 0; i < 3e7; i++) made += i % 7;
const counts = new Map([['count', made > 0 ? 100 : 0]]);

// %% Total
const total = report(counts.get('count')!);
total
`;

/** Begins to work only after its statements are done, and only where it is what is run. */
const MAIN = `import { setTimeout } from 'node:timers/promises';
import { report } from './work.ts';
async function main() {
  await setTimeout(20);
  report(Number(process.argv[2]));
}
if (import.meta.main) main();
`;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
  folder.write('work.ts', SOURCE);
  folder.write('n.memoir.ts', NOTEBOOK);
  folder.write('main.ts', MAIN);
  folder.write('given.ts', 'export const args = [100];\n');
});
afterAll(() => folder.dispose());

const profile = (name: string, ...args: string[]) => memoir(folder.path, ['profile', `work.ts#${name}`, ...args]);
const profileJson = (name: string, ...args: string[]) =>
  memoirJson<ProfileResult>(folder.path, ['profile', `work.ts#${name}`, ...args]);

describe('memoir profile of more than a function', () => {
  test('a cell is measured with values from the cache, or else with what the cells above compute', async () => {
    const cell = ['profile', 'n.memoir.ts#total', '--seconds', '1'];
    const before = await memoirJson<ProfileResult>(folder.path, cell);
    await memoir(folder.path, ['run', 'n.memoir.ts']);
    const after = await memoirJson<ProfileResult>(folder.path, cell);
    expect(before.notes.join()).toContain('One cell above it was run for this');
    expect(after.notes.join()).not.toContain('run for this');
    for (const { outcome, error, cpu } of [before, after]) {
      expect({ outcome, error }).toEqual({ outcome: 'measured', error: null });
      expect(cpu!.functions[0]).toMatchObject({ name: 'hash', file: folder.file('work.ts') });
    }
  });

  test('a whole file is run once, as a command with its arguments', async () => {
    const { outcome, cpu, target } = await memoirJson<ProfileResult>(folder.path, [
      'profile',
      'main.ts',
      '--args',
      '[200000]',
    ]);
    expect({ outcome, name: target.name }).toEqual({ outcome: 'once', name: 'main.ts' });
    expect(cpu!.functions[0]).toMatchObject({ name: 'hash', file: folder.file('work.ts') });
  });

  test('a file that only a test runner can run is refused', async () => {
    folder.write('some.test.ts', `import { test } from 'vitest';\ntest('x', () => {});\n`);
    const { code, stderr } = await memoir(folder.path, ['profile', 'some.test.ts']);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('runs inside vitest only') });
  });
});

describe('memoir capture', () => {
  test('keeps the arguments of calls in a program and in a notebook, which are profiled with in turn', async () => {
    folder.write('calls.mjs', `import { report } from './work.ts';\nfor (let i = 1; i < 9; i++) report(i * 50);\n`);
    const { stdout } = await memoir(folder.path, ['capture', 'work.ts#report', '--calls', '3', '--', 'calls.mjs']);
    expect(stdout).toContain('3 calls of report kept for seven days, secrets masked.\n  [ 150 ]\n  [ 100 ]\n  [ 50 ]');
    const { target, outcome } = await profileJson('report', '--captured', '--seconds', '1');
    expect([target.args, outcome]).toEqual(['3 captured calls', 'measured']);
    const calls = await memoirJson(folder.path, ['capture', 'work.ts#report', '--json', '--', 'n.memoir.ts']);
    expect(calls).toMatchObject({ calls: [{ preview: '[ 100 ]' }], skipped: null });
    const { stderr } = await profile('hangs', '--captured');
    expect(stderr).toContain(
      'No call of hangs was captured in the last seven days. Run: memoir capture work.ts#hangs --',
    );
  });
});

describe('memoir profile --json', () => {
  test('tells times, hot lines and hot functions', async () => {
    const result = await profileJson('report', '--args', '[100]', '--seconds', '2');
    const file = folder.file('work.ts');
    expect(result).toMatchObject({ outcome: 'measured', error: null, touched: [] });
    expect(result.target).toEqual({ file, name: 'report', line: 3, endLine: 7, args: '[100]' });
    const { runs, medianMs, meanMs, p95Ms, ci95, mad } = result.timing!;
    expect(runs).toBeGreaterThan(5);
    expect(medianMs).toBeLessThanOrEqual(p95Ms);
    expect(ci95![0]).toBeLessThanOrEqual(medianMs);
    expect(ci95![1]).toBeGreaterThanOrEqual(medianMs);
    expect([meanMs, mad].every((ms) => ms >= 0)).toBe(true);
    const [hottest] = result.cpu!.lines;
    expect(hottest).toMatchObject({ file, line: 11, origin: 'own' });
    expect(hottest!.percent).toBeGreaterThan(50);
    expect(hottest!.plusMinus).toBeGreaterThan(0);
    expect(hottest!.totalMs).toBeGreaterThanOrEqual(hottest!.selfMs);
    expect(result.cpu!.functions[0]).toMatchObject({ name: 'hash', line: 9 });
  });

  test('takes arguments from a module, times as often as asked, and saves the samples', async () => {
    const saved = ['--cpuprofile', 'out.cpuprofile', '--runs', '40'];
    const result = await profileJson('report', '--fixture', 'given.ts', '--seconds', '2', ...saved);
    expect(result.timing!.runs).toBeGreaterThanOrEqual(40);
    const { nodes } = JSON.parse(readFileSync(folder.file('out.cpuprofile'), 'utf8')) as CpuProfile; // what was just saved
    expect(nodes.map(({ callFrame }) => callFrame.functionName)).toContain('hash');
  });

  test('a function that throws is told with its line, and the exit code is 1', async () => {
    const { code, stdout } = await profile('fails', '--args', '["too much"]', '--json');
    expect(code).toBe(1);
    const { outcome, error } = JSON.parse(stdout) as ProfileResult;
    expect(outcome).toBe('threw');
    expect(error).toMatchObject({ name: 'RangeError', message: 'too much', file: folder.file('work.ts'), line: 16 });
  });

  test('an endless loop ends at the deadline, with the lines it was on', async () => {
    const { code, stdout } = await profile('hangs', '--seconds', '1', '--json');
    expect(code).toBe(1);
    const { outcome, cpu } = JSON.parse(stdout) as ProfileResult;
    expect(outcome).toBe('deadline');
    expect(cpu!.lines[0]?.line).toBe(21);
  });

  test('running out of memory is told', async () => {
    const { code, stdout } = await profile('grows', '--memory-mb', '64', '--seconds', '20', '--json');
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as ProfileResult).outcome).toBe('outOfMemory');
  });

  test('a function that writes files is called once, unless that was allowed', async () => {
    const { stdout, stderr } = await profile('writes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'once', touched: ['files written'], timing: { runs: 1 } });
    expect(stderr).toContain('with --yes it is called again');
    expect(existsSync(folder.file('written.txt'))).toBe(true); // where the command was called
    const allowed = await profileJson('writes', '--yes', '--seconds', '1');
    expect(allowed.timing!.runs).toBeGreaterThan(1);
  });
});

describe('memoir profile --compare', () => {
  type Compared = ProfileResult & { readonly comparison: ProfileComparison };
  const SLOW = SOURCE.replace('k < 300', 'k < 900');
  let repository: TempFolder;
  beforeAll(() => {
    repository = new TempFolder();
    repository.write('work.ts', SOURCE);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], {
        cwd: repository.path,
      });
    git('init', '--quiet');
    git('add', 'work.ts');
    git('commit', '--quiet', '--message', 'fast');
    repository.write('work.ts', SLOW);
  });
  afterAll(() => repository.dispose());
  const compare = (from: string) =>
    memoirJson<Compared>(repository.path, [
      ...['profile', 'work.ts#report', '--args', '[200]', '--seconds', '2', '--compare', from],
    ]);

  test('with a commit, measures both and tells which function is slower', async () => {
    const { comparison } = await compare('HEAD');
    expect(comparison.verdict).toBe('slower');
    expect(comparison.ratio!.value).toBeGreaterThan(1.8);
    expect(comparison.functions[0]).toMatchObject({ name: 'hash', verdict: 'slower' });
    expect(execFileSync('git', ['worktree', 'list'], { cwd: repository.path, encoding: 'utf8' }).trim()).not.toContain(
      '\n',
    );
  });

  test('with a profile that was saved, takes that', async () => {
    const saved = await memoir(repository.path, [
      'profile',
      'work.ts#report',
      '--args',
      '[200]',
      '--seconds',
      '2',
      '--json',
    ]);
    repository.write('before.json', saved.stdout);
    repository.write('work.ts', SOURCE);
    const { comparison } = await compare('before.json');
    expect(comparison.verdict).toBe('faster');
    expect(comparison.ratio!.ci95[1]).toBeLessThan(1);
  });

  test('with anything else, says what it wants', async () => {
    const { code, stderr } = await memoir(repository.path, ['profile', 'work.ts#report', '--compare', 'nothing']);
    expect(code).toBe(1);
    expect(stderr).toContain('"nothing" is no file and no commit to compare with.');
  });
});

describe('memoir profile in words', () => {
  test('shows the median, the lines and the functions', async () => {
    const { stdout } = await profile('report', '--args', '[100]', '--seconds', '1');
    expect(stdout).toMatch(/^report {2}work\.ts:3\n\nmedian [\d.]+ ms \(95 % between/);
    expect(stdout).toMatch(/% ±\d.*work\.ts:11\n/);
    expect(stdout).toMatch(/% ±\d.*hash {2}work\.ts:9\n/);
  });

  test.each([
    ['no function is named', ['#report'], 2, 'Name a function as in file.ts#name; got "#report".'],
    ['no cell is named', ['n.memoir.ts'], 2, 'Name a cell of the notebook, as in n.memoir.ts#total.'],
    [
      'there is no such cell',
      ['n.memoir.ts#totals'],
      1,
      'There is no cell "totals" in n.memoir.ts. It has Start, Total.',
    ],
    [
      'two sources of arguments are given',
      ['work.ts#report', '--args', '[]', '--fixture', 'given.ts'],
      2,
      'Give either',
    ],
    ['a number is none', ['work.ts#report', '--seconds', 'soon'], 2, '--seconds wants a number above 0.'],
    ['an option is unknown', ['work.ts#report', '--fast'], 2, '--fast'],
    ['there is no such function', ['work.ts#repot'], 1, 'There is no function "repot" in this file. It has report'],
    ['there is no such file', ['gone.ts#report'], 1, 'There is no file'],
    ['the arguments are no list', ['work.ts#report', '--args', '100'], 1, 'The arguments must be a list'],
    ['the arguments cannot be read', ['work.ts#report', '--args', '[1'], 1, 'The arguments cannot be read'],
  ])('when %s, stderr says so and stdout stays empty', async (_, args, code, message) => {
    const result = await memoir(folder.path, ['profile', ...args]);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});
