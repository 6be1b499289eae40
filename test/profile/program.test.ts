import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import type { ProfileResult } from '../../src/protocol/profileResult.ts';
import { TempFolder } from '../support/temp.ts';

// Needs a build: `npm test` makes one first.
const dist = process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist');

const folder = new TempFolder({
  'work.mjs': `export class Money { constructor(cents) { this.cents = cents; } }
export function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
export function spend(money, list) {
  for (let i = 0; i < 1000; i++) money.cents += list.length;
  return money.cents;
}
`,
});
afterAll(() => folder.dispose());

/** What a program that uses the library prints as JSON. */
async function run<T>(body: string): Promise<T> {
  const library = pathToFileURL(join(dist, 'index.js')).href;
  const head = `import { profile } from '${library}';\nimport { Money, fibonacci, spend } from './work.mjs';\n`;
  folder.write('program.mjs', `${head}console.log(JSON.stringify(await (async () => {\n${body}\n})()));\n`);
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder.path });
  return JSON.parse(stdout) as T; // the test names what it prints
}

test('a function of the program is measured where it is, with its closure and arguments of any kind', async () => {
  const result = await run<ProfileResult>(
    'const base = 4; return profile((money) => fibonacci(base + 14) + money.cents, [new Money(3)], { seconds: 2 });',
  );
  expect(result.outcome).toBe('measured');
  expect(result.timing!.medianMs).toBeGreaterThan(0);
  const { name, line, percent } = result.cpu!.functions[0]!;
  expect({ name, line }).toEqual({ name: 'fibonacci', line: 2 });
  expect(percent).toBeGreaterThan(80);
});

test('it is named with its file and line, and gets new arguments where it changes them', async () => {
  const { target, notes } = await run<ProfileResult>(
    'const list = [3, 1, 2];\nfunction shrink(list) {\n  return list.length === 3 ? list.pop() : list.nothing.here;\n}\nreturn profile(shrink, [list], { seconds: 1 });',
  );
  expect(target).toMatchObject({ file: folder.file('program.mjs'), name: 'shrink', line: 5, endLine: 7 });
  expect(notes).toContain('The function changes its arguments, so every call got new ones.');
});

test('a named function is measured in a process of its own, with values or an expression', async () => {
  const [values, expression, refused] = await run<[ProfileResult, ProfileResult, string]>(
    `return [
      await profile('work.mjs#fibonacci', [15], { seconds: 1 }),
      await profile('work.mjs#spend', '[new Money(3), [1]]', { seconds: 1 }),
      await profile('work.mjs#spend', [new Money(3), [1]]).catch((error) => error.message),
    ];`,
  );
  expect(values).toMatchObject({ outcome: 'measured', target: { name: 'fibonacci', line: 2, args: '[ 15 ]' } });
  expect(expression.outcome).toBe('measured');
  expect(refused).toContain('[0] is an instance of Money. Give them as an expression');
});

test('an error is a result; an aborted signal is an error', async () => {
  const [thrown, aborted] = await run<[ProfileResult, string]>(
    `const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 300);
    return [
      await profile(() => { throw new RangeError('too much'); }),
      await profile(fibonacci, [24], { signal: cancel.signal }).catch((error) => error.name),
    ];`,
  );
  expect(thrown).toMatchObject({ outcome: 'threw', error: { name: 'RangeError', file: folder.file('program.mjs') } });
  expect(aborted).toBe('AbortError');
});
