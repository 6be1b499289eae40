import { existsSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { afterAll, describe, expect, test } from 'vitest';
import { capturedCalls, withCapture } from '../../src/profile/captured.ts';
import { maskSecrets } from '../../src/profile/secrets.ts';
import { functionNamed, listFunctions } from '../../src/profile/target.ts';
import { TempFolder } from '../support/temp.ts';

const folder = new TempFolder();
afterAll(() => folder.dispose());

describe('captured calls', () => {
  const source = `function plain(a: number, ...more: number[]) { 'use asm'; return a + more.length; }
const arrow = async ({ a }: { a: number }) => a;
class Store { static #kept = (n: number) => n; load(n: number) { return Store.#kept(n); } }
return [plain(1, 2, 3), await arrow({ a: 4 }), new Store().load(5)];`;

  test.each([
    ['plain', [1, 2, 3]],
    ['arrow', [{ a: 4 }]],
    ['Store.load', [5]],
    ['Store.#kept', [5]],
  ])('of %s are told with their arguments, and it does what it did', async (name, args) => {
    const seen: unknown[] = [];
    const take = (given: ArrayLike<unknown>) => void seen.push(Array.from(given));
    const watch = (fn: (...given: never[]) => unknown) => {
      const apply = (target: typeof fn, self: unknown, given: never[]) => {
        take(given);
        return Reflect.apply(target, self, given);
      };
      return new Proxy(fn, { apply });
    };
    const functions = listFunctions(source.replace(/^return .*$/m, ''));
    const watched = withCapture(source, functionNamed(functions, name));
    expect(watched.split('\n')).toHaveLength(source.split('\n').length);
    const code = stripTypeScriptTypes(`async function run() { ${watched} }`);
    Object.assign(globalThis, { $memoirCapture: take, $memoirWatch: watch });
    try {
      expect(await new Function(`${code} return run();`)()).toEqual([3, 4, 5]);
    } finally {
      Object.assign(globalThis, { $memoirCapture: undefined, $memoirWatch: undefined });
    }
    expect(seen).toEqual([args]);
  });

  test('are forgotten after seven days, the latest first', async () => {
    const at = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();
    for (const day of [1, 5, 9])
      folder.write(`calls/${day}.json`, JSON.stringify({ at: at(day), preview: `${day}`, data: '' }));
    const calls = await capturedCalls(folder.file('calls'), Date.parse(at(10)));
    expect(calls.map(({ preview }) => preview)).toEqual(['9', '5']);
    expect(existsSync(folder.file('calls/1.json'))).toBe(false);
    expect(await capturedCalls(folder.file('none'))).toEqual([]);
  });

  test('hide secrets by their names, at any depth, and keep everything else', () => {
    const given = {
      user: 'ada',
      password: 'hunter2',
      headers: new Map<string, unknown>([
        ['Authorization', 'Bearer abc'],
        ['Accept', 'text/html'],
      ]),
      nested: [{ apiKey: 'k', accessToken: { value: 'v', id: 7 } }, 'Bearer xyz'],
      monkey: 'stays',
      cookies: new Set(['a']),
    };
    expect(maskSecrets(structuredClone(given))).toEqual({
      user: 'ada',
      password: '*******',
      headers: new Map<string, unknown>([
        ['Authorization', '**********'],
        ['Accept', 'text/html'],
      ]),
      nested: [{ apiKey: '*', accessToken: { value: '*', id: 0 } }, '**********'],
      monkey: 'stays',
      cookies: new Set(['*']),
    });
  });
});
