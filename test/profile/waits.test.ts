import { afterAll, expect, test } from 'vitest';
import { markWaits } from '../../src/profile/markWaits.ts';
import { ProfiledFolder } from './profiled.ts';

const folder = new ProfiledFolder({
  'waits.ts': `import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export async function work(path: string): Promise<number> {
  const text = await readFile(path, 'utf8');
  await delay(20);
  await new Promise((done) => setTimeout(done, 40));
  return (await helper()) + text.length;
}

async function helper(): Promise<number> {
  await delay(10);
  await 1;
  return 1;
}

export const plain = () => 1;
`,
});
afterAll(() => folder.dispose());

test('each line of an async function tells how long it waits, and what for', async () => {
  const args = JSON.stringify([folder.file('waits.ts')]);
  const { result } = await folder.profile('waits.ts', 'work', { args, seconds: 3 });
  const { lines, wallMs } = result.waiting!;
  const at = (line: number) => lines.find((one) => one.line === line);
  expect(at(5)).toMatchObject({ kind: 'files', count: 1 });
  expect(at(6)).toMatchObject({ kind: 'timers', count: 1 });
  expect(at(7)).toMatchObject({ kind: 'timers', count: 1 });
  expect(at(8)).toMatchObject({ kind: 'other code', count: 1 });
  expect(at(12)).toMatchObject({ kind: 'timers', count: 1 });
  expect(at(13)).toBeUndefined(); // what is no promise is not waited for
  const ms = (line: number) => at(line)?.waitMs ?? Number.NaN;
  expect([ms(6) >= 19, ms(7) >= 39, ms(12) >= 9, ms(8) >= ms(12)]).toEqual([true, true, true, true]);
  expect(lines[0]?.line).toBe(7);
  expect(wallMs).toBeGreaterThan(69);
});

test('a function that is not async has nothing to tell', async () => {
  expect((await folder.profile('waits.ts', 'plain', { seconds: 1 })).result.waiting).toBeNull();
});

test('awaits are marked with the place in their file, also inside one another', () => {
  const source = 'async () => {\n  await a(await b());\n  for await (const x of y);\n};';
  expect(markWaits(source, '/home/reader/a.ts').split('\n//#')[0]).toBe(
    'async () => {\n  await $memoirWait(a(await $memoirWait(b(), "/home/reader/a.ts:2")), "/home/reader/a.ts:2");\n  for await (const x of y);\n};',
  );
  expect(markWaits('const a = 1;', '/home/reader/a.ts')).toBe('const a = 1;');
});
