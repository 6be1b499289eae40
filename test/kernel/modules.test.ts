import { describe, expect, test } from 'vitest';
import { Cells } from './cells.ts';

describe('a cell', () => {
  test('is TypeScript with enums, classes and top-level await', async () => {
    const cells = new Cells();
    const source = `
      enum Colour { Red = 'r', Green = 'g' }
      abstract class Shape { constructor(readonly colour: Colour, private n = 2) {} twice(): number { return this.n * 2 } }
      class Square extends Shape { #side = 1; get side() { return this.#side } }
      const square = new Square(await Promise.resolve(Colour.Green)) satisfies Shape;
      interface Gone { a: string }
      [square.colour, square.twice(), square.side].join()`;
    expect(await cells.show(source)).toBe("'g,4,1'");
  });
});

describe('local modules', () => {
  const load = async (files: Record<string, string>, source: string) => new Cells(files).show(source);

  test('may use enums and parameter properties', async () => {
    const files = {
      'a.ts': 'export enum E { A = 1 }\nexport class P { constructor(readonly x: number) {} }\nexport type T = P;',
    };
    expect(await load(files, "import { E, P, type T } from './a.ts'; const p: T = new P(E.A); p.x")).toBe('1');
  });

  test.each([
    ['without an ending', "import { a } from './dir/a'; a", { 'dir/a.ts': 'export const a = 1;' }],
    [
      'as .js that is .ts',
      "import { a } from './a.js'; a",
      { 'a.ts': "import { a as b } from './b.js'; export const a = b;", 'b.ts': 'export const a: number = 1;' },
    ],
    ['by a folder', "import { a } from './dir'; a", { 'dir/index.ts': 'export const a = 1;' }],
    [
      'as CommonJS',
      "import { a } from './a.cjs'; a",
      { 'a.cjs': "const { a } = require('./b.json'); exports.a = a;", 'b.json': '{"a": 1}' },
    ],
    ['as CommonJS in .js', "import m from './a.js'; m.a", { 'a.js': 'module.exports = { a: 1 };' }],
    [
      'as CommonJS whose names are computed',
      "import { a, Gone } from './a.cjs'; a",
      { 'a.cjs': "Object.assign(exports, { ['a']: 1, Gone: class {} });" },
    ],
    ['by require', "const { a } = require('./a.cjs'); a", { 'a.cjs': 'exports.a = 1;' }],
    ['as JSON', "import m from './a.json' with { type: 'json' }; m.a", { 'a.json': '{"a": 1}' }],
    [
      'in a circle',
      "import { a } from './a.ts'; a()",
      {
        'a.ts': "import { b } from './b.ts'; export const one = 1; export const a = () => b();",
        'b.ts': "import { one } from './a.ts'; export const b = () => one;",
      },
    ],
    [
      'by an alias of tsconfig',
      "import { a } from '@/a'; import { b } from 'lib'; a * b",
      {
        'tsconfig.json':
          '{ // paths\n "compilerOptions": { "paths": { "@/*": ["./src/*"], "lib": ["./lib/main.ts"] }, } }',
        'src/a.ts': "import { b } from 'lib'; export const a = b;",
        'lib/main.ts': 'export const b = 1;',
      },
    ],
    [
      'by an alias of a tsconfig that extends another',
      "import { a } from '~/a'; a",
      {
        'tsconfig.json': '{ "extends": "./base.json" }',
        'base.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "~/*": ["src/*"] } } }',
        'src/a.ts': 'export const a = 1;',
      },
    ],
    [
      'by an alias of jsconfig',
      "import { a } from '~/a.js'; a",
      {
        'jsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
        'src/a.js': 'export const a = 1;',
      },
    ],
    [
      'by an import map of package.json',
      "import { a } from './a.ts'; a",
      {
        'package.json': '{ "type": "module", "imports": { "#b": "./b.ts" } }',
        'a.ts': "import { b, E } from '#b'; export const a = b + E.Zero;",
        'b.ts': 'export enum E { Zero = 0 } export const b = 1;',
      },
    ],
    ['dynamically', "const name = 'a'; (await import(`./${name}.ts`)).a", { 'a.ts': 'export const a: number = 1;' }],
  ])('are found %s', async (_, source, files) => {
    expect(await load(files, source)).toBe('1');
  });

  test('that are CommonJS and lack a name say so', async () => {
    const cells = new Cells({ 'a.cjs': 'Object.assign(exports, { b: 1 });' });
    const { error } = await cells.run('a', "import { a } from './a.cjs'; a");
    expect(error?.message).toBe('`./a.cjs` does not export `a`.');
  });

  test('are fresh after an edit, with what imports them; others keep their state', async () => {
    const cells = new Cells({
      'deep.ts': 'export const deep = 1;',
      'top.ts': "import { deep } from './deep.ts'; export const top = () => deep;",
      'state.ts': 'export const list: number[] = [];',
      'old.cjs': 'exports.value = 1;',
    });
    const source =
      "import { top } from './top.ts'; import { list } from './state.ts'; import { value } from './old.cjs'; list.push(top(), value); list.join()";
    expect(await cells.show(source)).toBe("'1,1'");
    cells.folder.write('deep.ts', 'export const deep = 2;');
    expect(await cells.show(source)).toBe("'1,1,2,1'");
    cells.folder.write('old.cjs', 'exports.value = 3;');
    expect(await cells.show(source)).toBe("'1,1,2,1,2,3'");
    expect(await cells.show("const { value } = require('./old.cjs'); value")).toBe('3');
    cells.folder.write('old.cjs', 'exports.value = 4;');
    expect(await cells.show("const { value } = require('./old.cjs'); value")).toBe('4');
  });

  test('are found once they exist, and work once their mistake is mended', async () => {
    const cells = new Cells();
    expect((await cells.run('a', "import { a } from './a.ts'; a")).error?.message).toContain('a.ts');
    cells.folder.write('a.ts', 'export const a = ;');
    expect((await cells.run('a', "import { a } from './a.ts'; a")).status).toBe('error');
    cells.folder.write('a.ts', "throw new Error('no'); export const a = 1;");
    expect((await cells.run('a', "import { a } from './a.ts'; a")).error?.message).toBe('no');
    cells.folder.write('a.ts', 'export const a = 1;');
    expect((await cells.run('a', "import { a } from './a.ts'; a")).shown).toBe('1');
  });
});

describe('packages', () => {
  const packages = {
    'node_modules/esm/package.json':
      '{ "name": "esm", "type": "module", "exports": { ".": "./main.js", "./sub": "./lib/sub.js" } }',
    'node_modules/esm/main.js': "export const what = 'esm'; export default 'default';",
    'node_modules/esm/lib/sub.js': "export const what = 'sub';",
    'node_modules/cjs/index.js': "module.exports = { what: 'cjs' };",
    'node_modules/dual/package.json': '{ "name": "dual", "exports": { "import": "./a.mjs", "require": "./a.cjs" } }',
    'node_modules/dual/a.mjs': "export const what = 'import';",
    'node_modules/dual/a.cjs': "exports.what = 'require';",
    'node_modules/@scope/p/index.js': "exports.what = 'scoped';",
  };
  test.each([
    ["import { what } from 'esm'; what", "'esm'"],
    ["import what from 'esm'; what", "'default'"],
    ["import { what } from 'esm/sub'; what", "'sub'"],
    ["import cjs from 'cjs'; cjs.what", "'cjs'"],
    ["import { what } from 'dual'; what", "'import'"],
    ["require('dual').what", "'require'"],
    ["import { what } from '@scope/p'; what", "'scoped'"],
    ["import { html } from 'memoir'; typeof html", "'function'"],
    ["import { readFileSync } from 'node:fs'; typeof readFileSync", "'function'"],
  ])('are those of the notebook: %s', async (source, shown) => {
    expect(await new Cells(packages).show(source)).toBe(shown);
  });
});

describe('the stack of an error', () => {
  const failing = async (source: string, files: Record<string, string> = {}) => {
    const cells = new Cells(files);
    const { error } = await cells.run('Cell', source);
    return { ...error!, folder: cells.folder.path };
  };

  test.each([
    ['at once', "const x: number = 1;\n\n  throw new Error('x');", 3, 9],
    [
      'in a nested function',
      'type T = number;\nfunction f(a: T) {\n  return ((b: T) => { throw new TypeError(`${b}`) })(a);\n}\nf(1)',
      3,
      29,
    ],
    ['after an await', 'interface A { b: 1 }\nawait new Promise((r) => setTimeout(r, 1));\nundefined!.foo', 3, 12],
    ['in an async function', "async function f() {\n  await null;\n  throw new Error('x');\n}\nawait f()", 3, 9],
    ['in a timer', "setTimeout(() => {\n  throw new Error('x') }, 1);\nawait new Promise(() => {});", 2, 9],
  ])('points at the line of the cell: %s', async (_, source, line, column) => {
    const error = await failing(source);
    expect(error).toMatchObject({ line, column });
    expect(error.stack).toContain(`Cell:${line}:${column}`);
    expect(error.stack).not.toMatch(/memoir-cell|node:internal|dist/);
  });

  test('points at the lines of local modules and packages', async () => {
    const files = {
      'a.ts': "enum E { A }\nexport function fail(n: number) {\n  throw new Error('a' + E[n]);\n}",
      'node_modules/p/index.js': 'exports.fail = () => {\n  null.x;\n};',
    };
    const local = await failing("import { fail } from './a.ts';\nconst n = 0;\nfail(n)", files);
    expect(local.line).toBe(3);
    expect(local.stack).toContain(`${local.folder}/a.ts:3:9`);
    expect(local.stack).not.toMatch(/file:|\?v=/);
    const foreign = await failing("import { fail } from 'p';\n\nfail()", files);
    expect(foreign.line).toBe(3);
    expect(foreign.stack).toContain('node_modules/p/index.js:2:8');
  });

  test('names the file and line of a syntax error in a module', async () => {
    const { message, stack } = await failing("import { a } from './a.ts'; a", {
      'a.ts': 'const b = 1;\nexport const a = ;',
    });
    expect(`${message} ${stack}`).toMatch(/a\.ts/);
    expect(`${message} ${stack}`).toMatch(/a\.ts:2|line 2/i);
  });

  test('has its causes and parts, and anything may be thrown', async () => {
    const caused = await failing("throw new Error('outer', { cause: new RangeError('inner') });");
    expect(caused.cause).toMatchObject({ name: 'RangeError', message: 'inner' });
    expect(caused.cause?.stack).toContain('Cell:1:35');
    const many = await failing("await Promise.any([Promise.reject(new Error('one')), Promise.reject('two')])");
    expect(many.message).toMatch(/one.*\n.*two/);
    for (const thrown of ["'text'", '{ a: 1 }', 'null', 'undefined', 'Symbol("s")', 'Object.create(null)', '7n'])
      expect((await failing(`throw ${thrown}`)).message).toMatch(/Thrown|could not be read/);
  });
});
