import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { NotebookFolder } from '../support/notebook.ts';

let open: NotebookFolder[] = [];
afterEach(async () => {
  await Promise.all(open.map((folder) => folder.close()));
  open = [];
});

function notebook(cells: Record<string, string>, files: Record<string, string | Uint8Array> = {}): NotebookFolder {
  const folder = new NotebookFolder(cells);
  for (const [name, content] of Object.entries(files)) folder.folder.write(name, content);
  open.push(folder);
  return folder;
}

describe('modules of other kinds', () => {
  test('JSON counts by what it says, not by how it is laid out', async () => {
    const folder = notebook({ A: "import j from './d.json' with { type: 'json' };\nj.a" }, { 'd.json': '{"a":1}' });
    const window = await folder.open();
    await window.runStale();
    folder.write('d.json', '{\n  "a": 1\n}');
    expect(await window.refresh()).toEqual([]);
    folder.write('d.json', '{"a":2}');
    expect(await window.refresh()).toEqual(['A ran']);
    expect(window.shown('A')).toBe('2');
  });

  test('WebAssembly counts, imported or read', async () => {
    const cells = {
      Imported: "import { a } from './m.wasm';\na()",
      Read: "import { readFileSync } from 'node:fs';\n(await WebAssembly.instantiate(readFileSync('m.wasm'))).instance.exports.a()",
    };
    const folder = notebook(cells, { 'm.wasm': wasmGiving(3) });
    const window = await folder.open();
    await window.runStale();
    expect([window.shown('Imported'), window.shown('Read')]).toEqual(['3', '3']);
    folder.folder.write('m.wasm', wasmGiving(5));
    expect(await window.refresh()).toEqual(['Imported ran', 'Read ran']);
    expect([window.shown('Imported'), window.shown('Read')]).toEqual(['5', '5']);
  });

  test('names that are taken apart and handed on count to the end', async () => {
    const files = {
      'h.ts': "import * as d from './d.ts';\nexport const { a, ...others } = d;\nexport const rest = others.b;\n",
      'd.ts': 'export const a = 1; export const b = 2;\n',
    };
    const folder = notebook({ A: "import { a, rest } from './h.ts';\na + rest", B: '1' }, files);
    const window = await folder.open();
    await window.runStale();
    folder.write('d.ts', 'export const a = 1; export const b = 3;\n');
    expect(await window.refresh()).toEqual(['A ran']);
    expect(window.shown('A')).toBe('4');
  });
});

/** A module that exports `a`, a function that gives `n`, which is less than 64. */
function wasmGiving(n: number): Uint8Array {
  const head = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const [types, functions, exports] = [
    [1, 5, 1, 0x60, 0, 1, 0x7f],
    [3, 2, 1, 0],
    [7, 5, 1, 1, 0x61, 0, 0],
  ];
  return Uint8Array.from([...head, ...types, ...functions, ...exports, 10, 6, 1, 4, 0, 0x41, n, 0x0b]);
}

describe('packages', () => {
  const manifest = (version: string, file: string) =>
    JSON.stringify({ name: 'pkg', version, type: 'module', exports: `./${file}` });

  test('of a workspace count by their code, as local modules do', async () => {
    const folder = notebook(
      { A: "import { a } from 'pkg';\na" },
      {
        'packages/pkg/package.json': manifest('1.0.0', 'index.ts'),
        'packages/pkg/index.ts': 'export const a: number = 1;',
      },
    );
    mkdirSync(folder.folder.file('node_modules'));
    symlinkSync('../packages/pkg', folder.folder.file('node_modules/pkg'));
    const window = await folder.open();
    await window.runStale();
    folder.write('packages/pkg/index.ts', '// one\nexport const a = 1;');
    expect(await window.refresh()).toEqual([]);
    folder.write('packages/pkg/index.ts', 'export const a = 2;');
    expect(await window.refresh()).toEqual(['A ran']);
    expect(window.shown('A')).toBe('2');
  });

  test('as pnpm links them count by the version that the link leads to', async () => {
    const at = (version: string) => `node_modules/.pnpm/pkg@${version}/node_modules/pkg`;
    const files = Object.fromEntries(
      ['1.0.0', '2.0.0'].flatMap((version) => [
        [`${at(version)}/package.json`, manifest(version, 'index.js')],
        [`${at(version)}/index.js`, `export const a = '${version}';`],
      ]),
    );
    const folder = notebook({ A: "import { a } from 'pkg';\na" }, files);
    const link = folder.folder.file('node_modules/pkg');
    symlinkSync('.pnpm/pkg@1.0.0/node_modules/pkg', link);
    const window = await folder.open();
    await window.runStale();
    rmSync(link);
    symlinkSync('.pnpm/pkg@2.0.0/node_modules/pkg', link);
    expect(await window.refresh()).toEqual(['A ran']);
    expect(window.shown('A')).toBe("'2.0.0'");
  });
});

describe('what a run reads', () => {
  test('of folders is which entries they have, of those below too where it looks there', async () => {
    const cells = {
      List: "import { readdirSync } from 'node:fs';\nreaddirSync('dir').join()",
      Glob: "import { globSync } from 'node:fs';\nglobSync('dir/*.txt').length",
      Deep: "import { readdirSync } from 'node:fs';\nreaddirSync('dir', { recursive: true }).length",
    };
    const folder = notebook(cells, { 'dir/a.txt': '', 'dir/sub/x.txt': '' });
    const window = await folder.open();
    await window.runStale();
    folder.write('dir/a.txt', 'changed');
    expect(await window.refresh()).toEqual([]);
    folder.write('dir/sub/y.txt', '');
    expect(await window.refresh()).toEqual(['Deep ran']);
    folder.write('dir/b.txt', '');
    expect(await window.refresh()).toEqual(['List ran', 'Glob ran', 'Deep ran']);
    expect(window.shown('List')).toBe("'a.txt,b.txt,sub'");
  });

  test('through DuckDB marks exactly the cells that did', async () => {
    const cells = {
      Load: "import { load } from 'memoir';\nconst t = await load('d.csv');",
      Rows: '(await t.rows()).length',
      Query: "import { sql } from 'memoir';\n(await (await sql`SELECT count(*)::INT AS n FROM 'd.csv'`).rows())[0].n",
      Other: '1',
    };
    const folder = notebook(cells, { 'd.csv': 'a,b\n1,2\n' });
    const window = await folder.open();
    await window.runStale();
    folder.write('d.csv', 'a,b\n1,2\n3,4\n');
    expect(await window.refresh()).toEqual(['Load ran', 'Rows ran', 'Query ran']);
    expect([window.shown('Rows'), window.shown('Query')]).toEqual(['2', '2']);
  });
});

describe('awaiting at the top level', () => {
  test('who loses a race is no part of the result, and what it reads later does not count', async () => {
    const cells = {
      Race: "import { readFileSync } from 'node:fs';\nconst _late = new Promise((done) => setTimeout(() => done(readFileSync('d.txt', 'utf8')), 100));\nconst first = await Promise.race([_late, 'first']);",
      Wait: 'await new Promise((done) => setTimeout(done, 300));\nfirst',
    };
    const folder = notebook(cells, { 'd.txt': 'late' });
    const window = await folder.open();
    await window.runStale();
    expect(window.shown('Wait')).toBe("'first'");
    folder.write('d.txt', 'other');
    expect(await window.refresh()).toEqual([]);
  });

  test('a module that awaits is loaded once for all who use it', async () => {
    const files = { 'm.ts': 'export const m = await new Promise<object>((done) => setTimeout(done, 50, {}));' };
    const cells = {
      Both: "import { m } from './m.ts';\nconst [a, b] = await Promise.all([import('./m.ts'), import('./m.ts')]);",
      Same: 'a.m === m && b.m === m',
    };
    const window = await notebook(cells, files).open();
    await window.runStale();
    expect([window.error('Both'), window.shown('Same')]).toEqual([null, 'true']);
  });
});

describe('values that are hard to carry', () => {
  test.each([
    [
      'a getter that throws',
      "const v = { get x() { throw new Error('no'); } };",
      '(() => { try { return v.x; } catch (e) { return e.message; } })()',
      "'no'",
    ],
    ['a circle', 'const v = { self: null };\nv.self = v;', 'v.self.self === v', 'true'],
    ['a proxy', 'const v = new Proxy({}, { get: (_, key) => String(key) });', 'v.hello', "'hello'"],
    ['a generator function', 'function* v() { yield 1; yield 2; }', '[...v()].join()', "'1,2'"],
    ['three million numbers', 'const v = Array.from({ length: 3_000_000 }, (_, i) => i);', 'v.at(-1)', '2999999'],
    [
      'what is nested very deeply',
      'let v = null;\nfor (let i = 0; i < 20_000; i++) v = { v };',
      'typeof v.v',
      "'object'",
    ],
    ['a symbol', "const v = Symbol('x');", 'v.description', "'x'"],
    [
      'a rejected promise',
      "const v = Promise.reject(new Error('late'));\nv.catch(() => {});",
      'await v.catch((e) => e.message)',
      "'late'",
    ],
  ])('%s is there for others, also after the window was opened again', async (_, makes, uses, shown) => {
    const folder = notebook({ Make: makes, Use: uses });
    let window = await folder.open();
    await window.runStale();
    expect([window.error('Make'), window.shown('Use')]).toEqual([null, shown]);
    window = await folder.reopen(window);
    expect(await window.runStale()).toEqual([]);
    await window.edit('Use', `0, ${uses}`);
    expect([window.error('Use'), window.shown('Use')]).toEqual([null, shown]);
  });

  test.each([
    ['a generator', 'function* count() { yield 1; yield 2; }\nconst v = count();'],
    ['an iterator', 'const v = [1, 2].values();'],
    ['a stream', "import { Readable } from 'node:stream';\nconst v = Readable.from([1, 2]);"],
  ])('%s that one run has used up is whole for the next', async (_, makes) => {
    const window = await notebook({
      Make: makes,
      Use: 'const all = []; for await (const x of v) all.push(x);\nall.join()',
    }).open();
    await window.runStale();
    expect(window.shown('Use')).toBe("'1,2'");
    await window.edit('Use', 'const all = []; for await (const x of v) all.push(x);\nall.join() + 3');
    expect(window.shown('Use')).toBe("'1,23'");
  });
});

describe('editing while a cell runs', () => {
  const WAIT = 'await new Promise((resolve) => setTimeout(resolve, 400));';

  test('an edit of the running cell drops its run; the later text counts', async () => {
    const window = await notebook({ A: `${WAIT}\nconst a = 1;`, B: 'a' }).open();
    const running = window.session.runStale();
    await expect.poll(() => window.state('A').status, { timeout: 10_000 }).toBe('running');
    await window.edit('A', 'const a = 2;');
    await running;
    expect([window.shown('B'), window.error('A')]).toEqual(['2', null]);
  });

  test('an edit above the running cell drops its run; one elsewhere lets it finish', async () => {
    const window = await notebook({ A: 'const a = 1;', Slow: `${WAIT}\nconst s = a + 1;`, Other: '1', B: 's' }).open();
    const running = window.session.runStale();
    await expect.poll(() => window.state('Slow').status, { timeout: 10_000 }).toBe('running');
    window.happened();
    await window.edit('Other', '2');
    await running;
    expect([window.shown('B'), window.shown('Other')]).toEqual(['2', '2']);
    const again = window.session.run([window.id('Slow')]);
    const edited = window.edit('A', 'const a = 5;');
    await Promise.all([again, edited]);
    expect(window.shown('B')).toBe('6');
  });

  test('the running cell is removed, and its late result changes nothing', async () => {
    const window = await notebook({ A: `${WAIT}\nconst a = 1;`, B: '7' }).open();
    const running = window.session.runStale();
    await expect.poll(() => window.state('A').status, { timeout: 10_000 }).toBe('running');
    await window.remove('A');
    await window.add('A', 'const a = 3;\na');
    await running;
    expect([window.shown('A'), window.shown('B')]).toEqual(['3', '7']);
  });
});
