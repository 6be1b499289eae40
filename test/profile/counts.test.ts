import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProfiledFolder } from './profiled.ts';

let folder: ProfiledFolder;
beforeAll(() => {
  folder = new ProfiledFolder({
    'counted.ts': `import { inner } from './inner.ts';

export function outer(count: number): number {
  let sum = inner(0);
  for (let i = 0; i < count; i++) {
    sum += inner(i);
    if (i % 10 === 0) {
      sum -= 1;
    }
  }
  return sum;
}
`,
    'inner.ts': `for (let i = 0; i < 5; i++) inner(i);
export function inner(value: number): number {
  return [value, value].map((one) => one + 1).length;
}
`,
  });
});
afterAll(() => folder.dispose());

test('calls and lines are counted exactly per call, without those of loading', async () => {
  const { result } = await folder.profile('counted.ts', 'outer', { args: '[30]', counts: true, seconds: 1 });
  const { functions, lines, calls } = result.counts!;
  expect(calls).toBeGreaterThan(0);
  expect(functions.filter(({ origin }) => origin === 'own').map(({ name, count }) => [name, count])).toEqual([
    ['inner (anonymous)', 62],
    ['inner', 31],
    ['outer', 1],
  ]);
  const times = (file: string, line: number) =>
    lines.find((one) => one.file.endsWith(file) && one.line === line)?.count;
  expect([4, 6, 8, 11].map((line) => times('counted.ts', line))).toEqual([1, 30, 3, 1]);
  expect(times('inner.ts', 3)).toBe(31);
  expect(result.cpu!.ticks).toBeGreaterThan(0);
});
