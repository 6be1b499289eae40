import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TempFolder } from '../support/temp.ts';

interface Told {
  readonly digest: string;
  readonly components: Readonly<Record<string, string>>;
  readonly notFollowed: readonly string[];
}

const source = (name: string) => pathToFileURL(`${import.meta.dirname}/../../src/cache/${name}.ts`).href;

const program = {
  'main.ts': `
import { helper, limit } from './helpers.ts';
import * as all from './helpers.ts';
import { total } from 'sums';
const scale: number = 3;
function make(offset: number) {
  return (x: number): number => helper(x) * scale + offset + limit + all.step + total([x]);
}
export const target = make(7);
`,
  'helpers.ts': `
import { deep } from './deep.ts';
export const limit: number = 10;
export const step = 1;
export function helper(x: number): number { return deep(x) + 1; }
export const unrelated = () => 'unrelated';
`,
  'deep.ts': `export const deep = (x: number): number => x * 2;\n`,
  'node_modules/sums/package.json': '{"name": "sums", "version": "1.2.3", "type": "module", "exports": "./index.js"}',
  'node_modules/sums/index.js': 'export const total = (list) => list.reduce((a, b) => a + b, 0);\n',
};

/** What a program of its own tells of the code of its function `target`. */
function tell(
  changes: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const folder = new TempFolder({ ...program, ...changes });
  onTestFinished(() => folder.dispose());
  const ask = folder.write(
    'ask.ts',
    `import { functionCode } from '${source('functionCode')}';
import { functionBehind } from '${source('cachedFunctions')}';
import { target } from './main.ts';
const code = functionCode(target, { keyedDigest: (text) => 'keyed ' + text.length, behind: functionBehind });
console.log(JSON.stringify({ ...code, components: Object.fromEntries(code.components) }));`,
  );
  return new Promise((done, failed) => {
    execFile(process.execPath, [ask], { env: { ...process.env, ...env } }, (error, stdout) =>
      error ? failed(error) : done(JSON.parse(stdout) as Told),
    );
  });
}

const edited = (file: keyof typeof program, from: string, to: string) => ({ [file]: program[file].replace(from, to) });
const main = (body: string) => ({ 'main.ts': body });

describe('The code of a function', () => {
  test('is its own, that of the local functions it calls across modules, what it captures, and versions', async () => {
    const { components, notFollowed } = await tell();
    expect(Object.keys(components).sort()).toEqual([
      'captured all.step',
      'captured limit',
      'captured offset',
      'captured scale',
      'code',
      'code of deep',
      'code of helper',
      'package sums',
      'runtime',
    ]);
    expect(components['package sums']).toBe('1.2.3');
    expect(notFollowed).toEqual([]);
  });

  test('changes with a helper, however far away, a captured value, and a package', async () => {
    const [before, ...after] = await Promise.all([
      tell(),
      tell(edited('helpers.ts', '+ 1', '+ 2')),
      tell(edited('deep.ts', '* 2', '* 3')),
      tell(edited('helpers.ts', 'limit: number = 10', 'limit: number = 11')),
      tell(edited('main.ts', 'make(7)', 'make(8)')),
      tell(edited('node_modules/sums/package.json', '1.2.3', '1.2.4')),
    ]);
    const changed = after.map(({ components }) =>
      Object.keys(components).filter((name) => components[name] !== before.components[name]),
    );
    expect(changed).toEqual([
      ['code of helper'],
      ['code of deep'],
      ['captured limit'],
      ['captured offset'],
      ['package sums'],
    ]);
    expect(new Set([before, ...after].map(({ digest }) => digest)).size).toBe(6);
  });

  test('does not change with comments, layout, types and lines that it has nothing to do with', async () => {
    const [before, ...after] = await Promise.all([
      tell(),
      tell(edited('helpers.ts', 'return deep', '/* twice */ return   deep')),
      tell(edited('deep.ts', '(x: number): number => x', '(x: 1 | 2) => x // doubled\n')),
      tell(edited('helpers.ts', "'unrelated'", "'quite unrelated'")),
      tell(
        edited(
          'main.ts',
          'const scale: number = 3;',
          '// three\n\nexport const other = 1;\nconst scale = 3 as number;',
        ),
      ),
    ]);
    expect(after.map(({ digest }) => digest)).toEqual(Array(4).fill(before.digest));
  });

  test('tells functions of one text apart by what they close over', async () => {
    const codes = await Promise.all([tell(edited('main.ts', 'make(7)', 'make(7.5)')), tell()]);
    expect(codes[0].components.code).toBe(codes[1].components.code);
    expect(codes[0].digest).not.toBe(codes[1].digest);
  });

  test('says what cannot be followed', async () => {
    const { notFollowed } = await tell(
      main(`
import { readFileSync } from 'node:fs';
class Database { #rows = [1]; query() { return this.#rows; } }
const database = new Database();
const memo = new Map();
let calls = 0;
export async function target(name) {
  calls += 1;
  memo.set(name, 1);
  const { deep } = await import('./deep.ts');
  return eval('1') + deep(2) + database.query()[0] + Number(process.env[name]) + readFileSync.length;
}`),
    );
    expect(notFollowed.toSorted()).toEqual([
      'The function loads ./deep.ts while it runs, whose code is not in its keys.',
      'The function reads environment variables by names that it works out, which are not in its keys.',
      'The function runs code that it makes, which is not in its keys.',
      'What calls holds is not in its keys, as the function changes it.',
      'What database holds is not in its keys: it is an instance of Database.',
      'What memo holds is not in its keys, as the function changes it.',
    ]);
  });

  test('follows methods of objects and classes, and what stands behind other cached functions', async () => {
    const { components, notFollowed } = await tell(
      main(`
import { cached } from '${source('programCache')}';
import { helper } from './helpers.ts';
class Base { base() { return 1; } }
class Shape extends Base { area() { return helper(2); } }
const rules = { first: (x) => x + 1, second: { factor: 2 } };
const quick = cached(function inner(x) { return helper(x); });
export const target = (x) => new Shape().area() + rules.first(x) * rules.second.factor + quick(x);`),
    );
    expect(Object.keys(components)).toEqual(
      expect.arrayContaining([
        'code of Shape',
        'code of Base',
        'code of rules.first',
        'captured rules.second',
        'code of quick',
        'code of helper',
      ]),
    );
    expect(notFollowed).toEqual([]);
  });

  test('holds environment variables that it reads, as keyed digests', async () => {
    const files = main(`export const target = () => process.env.REGION + process.env['STAGE'];`);
    const { components } = await tell(files, { REGION: 'secret region' });
    expect(components).toMatchObject({
      'environment variable REGION': 'keyed 13',
      'environment variable STAGE': 'unset',
    });
    expect(JSON.stringify(components)).not.toContain('secret');
  });
});
