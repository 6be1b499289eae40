import { afterAll, describe, expect, test } from 'vitest';
import type { ProfileResult } from '../../src/protocol/profileResult.ts';
import { functionOf, KERNEL, lineOf, ProfiledFolder, totalPercent } from './profiled.ts';

const LOOP = (n: number) => `for (let i = 0; i < ${n} * 1000; i++) x = (x * 1103515245 + 12345 + i) % 2147483647;`;

const folder = new ProfiledFolder({
  'kernel.ts': KERNEL.replace('kernel(n)', 'kernel(n: number): number'),
  'lines.ts': `interface Unused { a: number }

export function work(): number {
  let x = 1;
  ${LOOP(7)}
  ${LOOP(2)}
  ${LOOP(1)}
  return x;
}
`,
  'calls.ts': `import { kernel as burn } from './kernel.ts';

function work(): number {
  let sum = 0;
  sum += burn(7);
  sum += burn(2);
  sum += burn(1);
  return sum;
}
`,
  'helpers.ts': `${KERNEL}
const large = () => kernel(7) + 1;
function middle() {
  return kernel(2) + 1;
}
class Small {
  run() { return kernel(1) + 1; }
}
export const work = () => {
  const small = new Small();
  return large() +
    middle() +
    small.run();
};
`,
  'large.ts': "import { kernel } from './kernel.ts';\nexport function large() {\n  return kernel(7) + 1;\n}\n",
  'middle.ts': "import { kernel } from './kernel.ts';\nexport function middle() {\n  return kernel(2) + 1;\n}\n",
  'node_modules/small/package.json': '{"name": "small", "main": "index.js"}',
  'node_modules/small/index.js': `${KERNEL.replace('export ', '')}
exports.small = function small() {
  return kernel(1) + 1;
};
`,
  'native.ts': `const text = JSON.stringify(Array.from({ length: 2000 }, (_, i) => ({ i, name: 'row ' + i })));

export function work(): number {
  let sum = 0;
  for (let i = 0; i < 7; i++) sum += JSON.parse(text).length;
  for (let i = 0; i < 2; i++) sum += JSON.parse(text).length;
  for (let i = 0; i < 1; i++) sum += JSON.parse(text).length;
  return sum;
}
`,
  'modules.ts': `import { small } from 'small';
import { large } from './large.ts';
import { middle } from './middle.ts';

export async function work() {
  const a = large();
  await null;
  const b = middle();
  return a + b + small();
}
`,
});
afterAll(() => folder.dispose());

// samples are drawn by chance: one measurement in fifty lies outside of two points
describe('a split of 70, 20 and 10 % is read within 2 points', { retry: 2 }, () => {
  test('over lines', async () => {
    const { result } = await folder.profile('lines.ts', 'work');
    expect(result.outcome).toBe('measured');
    expect(near(lineOf(result, 'lines.ts', 5)?.percent, 70, result)).toBe(true);
    expect(near(lineOf(result, 'lines.ts', 6)?.percent, 20, result)).toBe(true);
    expect(near(lineOf(result, 'lines.ts', 7)?.percent, 10, result)).toBe(true);
  });

  test('over calls of one function from three lines, which count in their totals', async () => {
    const { result } = await folder.profile('calls.ts', 'work');
    const totals = [5, 6, 7].map((line) => totalPercent(result, 'calls.ts', line));
    expect(
      totals.map((total, i) => near(total, [70, 20, 10][i]!, result)),
      String(totals),
    ).toEqual([true, true, true]);
    expect(functionOf(result, 'kernel')?.percent).toBeGreaterThan(95);
  });

  test('over helpers in the same file', async () => {
    const { result } = await folder.profile('helpers.ts', 'work');
    const totals = ['large', 'middle', 'Small.run'].map((name) => functionOf(result, name)?.totalPercent);
    expect(
      totals.map((total, i) => near(total, [70, 20, 10][i]!, result)),
      String(totals),
    ).toEqual([true, true, true]);
  });

  test('over calls of built-in code, which count for the lines that make them', async () => {
    const { result } = await folder.profile('native.ts', 'work');
    const lines = [5, 6, 7].map((line) => lineOf(result, 'native.ts', line)?.percent ?? 0);
    const sum = lines.reduce((all, percent) => all + percent, 0); // the rest is garbage collection
    expect(
      lines.map((percent, i) => near((percent / sum) * 100, [70, 20, 10][i]!, result)),
      String(lines),
    ).toEqual([true, true, true]);
  });

  test('over modules, one of them a package, in an async function', async () => {
    const { result } = await folder.profile('modules.ts', 'work');
    const totals = ['large', 'middle', 'small'].map((name) => functionOf(result, name)?.totalPercent);
    expect(
      totals.map((total, i) => near(total, [70, 20, 10][i]!, result)),
      String(totals),
    ).toEqual([true, true, true]);
    expect(functionOf(result, 'small')?.origin).toBe('package');
    expect(lineOf(result, 'kernel.ts', 4)?.percent).toBeGreaterThan(85);
    expect(result.cpu!.lines.find(({ origin }) => origin === 'package')?.file).toMatch(/node_modules/);
  });
});

/** Within 2 points, or, where a busy machine gave few samples, within twice the standard error of half of them. */
function near(percent: number | undefined, truth: number, { cpu }: ProfileResult): boolean {
  const error = Math.sqrt((truth * (100 - truth)) / (cpu!.ticks / 2));
  return Math.abs((percent ?? Number.NaN) - truth) <= Math.max(2, 2 * error);
}
