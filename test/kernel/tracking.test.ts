import { describe, expect, test } from 'vitest';
import { Cells } from './cells.ts';

const files = {
  'data.txt': 'one',
  'dir/a.txt': '',
  'dir/sub/b.txt': '',
  'data.csv': 'a,b\n1,2\n',
  'm.json': '{"a": 1}',
};

/** What a run of `source` read, as `kind name`, and what it touched. */
async function trace(source: string, more: Record<string, string> = {}) {
  const cells = new Cells({ ...files, ...more });
  const { status, error, reads, impure, shown } = await cells.run('a', source);
  expect(error).toBeNull();
  expect(status).toBe('done');
  const outside = reads.filter(({ kind }) => kind !== 'module');
  return { reads: outside.map(({ kind, name }) => `${kind} ${name}`), impure, shown };
}

const FS = "import fs from 'node:fs'; import { readFileSync } from 'node:fs'; import fsp from 'node:fs/promises';";

describe('files that a run reads are in its trace', () => {
  test.each([
    ["readFileSync('data.txt', 'utf8')"],
    ["fs.readFileSync(new URL('data.txt', import.meta.url))"],
    ["fs.readFileSync(Buffer.from('data.txt'))"],
    ["await new Promise((r) => fs.readFile('data.txt', r))"],
    ["await fsp.readFile('data.txt')"],
    ["await fs.promises.readFile('./dir/../data.txt')"],
    ["for await (const _ of fs.createReadStream('data.txt')) {}"],
    ["const d = fs.openSync('data.txt'); fs.readSync(d, Buffer.alloc(3)); fs.closeSync(d)"],
    ["const h = await fsp.open('data.txt'); await h.readFile(); await h.close()"],
    ["fs.existsSync('data.txt')"],
    ["fs.statSync('data.txt').size"],
    ["await fsp.access('data.txt')"],
    ["fs.realpathSync('data.txt')"],
    ["await (await fs.openAsBlob('data.txt')).text()"],
    ["require('fs').readFileSync('data.txt')"],
    ["process.getBuiltinModule('fs').readFileSync('data.txt')"],
  ])('%s', async (source) => {
    const { reads, impure } = await trace(`${FS} ${source}`);
    expect(reads).toEqual(['file data.txt']);
    expect(impure).toEqual([]);
  });

  test('also when they are absent', async () => {
    expect((await trace(`${FS} fs.existsSync('nothing')`)).reads).toEqual(['file nothing']);
  });

  test('and when DuckDB reads them', async () => {
    const { reads, impure } = await trace(
      "import { load } from 'memoir'; const t = await load('data.csv'); await t.rows()",
    );
    expect(reads).toEqual(['file data.csv']);
    expect(impure).toEqual([]);
  });

  test('and folders, with those below them where they are listed', async () => {
    expect((await trace(`${FS} fs.readdirSync('dir')`)).reads).toEqual(['folder dir']);
    expect((await trace(`${FS} for await (const _ of await fsp.opendir('dir')) {}`)).reads).toEqual(['folder dir']);
    expect((await trace(`${FS} await fsp.readdir('dir', { recursive: true })`)).reads).toEqual([
      'folder dir',
      'folder dir/sub',
    ]);
    const { reads } = await trace(`${FS} fs.globSync('dir/**/*.txt')`);
    expect(reads).toEqual(expect.arrayContaining(['folder dir', 'folder dir/sub']));
  });

  test('but not what Memoir itself reads, nor devices, which never end', async () => {
    const source = "import { f } from './m.ts'; import m from './m.json' with { type: 'json' }; f() + m.a";
    expect((await trace(source, { 'm.ts': 'enum E { A } export const f = () => E.A;' })).reads).toEqual([]);
    const device = await trace(`${FS} fs.readSync(fs.openSync('/dev/zero'), Buffer.alloc(3))`);
    expect(device).toMatchObject({ reads: [], impure: ['a device'] });
  });
});

describe('modules that a run loads', () => {
  const modules = {
    'a.cjs': "const { b } = require('./b.cjs'); exports.a = b;",
    'b.cjs': 'exports.b = 1;',
    'by.mjs': 'export const by = async (name) => (await import(`./${name}`)).default.b;',
    'text.mjs': "import { readFileSync } from 'node:fs'; export const text = readFileSync('b.cjs', 'utf8');",
  };
  const load = async (source: string) => {
    const cells = new Cells(modules);
    const { error, reads, modules: loaded } = await cells.run('a', source);
    expect(error).toBeNull();
    const names = loaded.map(({ path }) => path.slice(cells.folder.path.length + 1));
    return { reads: reads.map(({ kind, name }) => `${kind} ${name}`), loaded: names.sort() };
  };

  test.each([
    ["import { a } from './a.cjs'; a", ['module ./a.cjs'], ['a.cjs', 'b.cjs']],
    ["require('./a.cjs').a", ['module ./a.cjs'], ['a.cjs', 'b.cjs']],
    ["const name = './b.cjs'; require(name).b", ['module ./b.cjs'], ['b.cjs']],
    ["import { by } from './by.mjs'; await by('b.cjs')", ['module ./by.mjs'], ['b.cjs', 'by.mjs']],
    ["import { text } from './text.mjs'; text", ['module ./text.mjs', 'file b.cjs'], ['text.mjs']],
  ])('are told by file, and are no files that it read: %s', async (source, reads, loaded) => {
    expect(await load(source)).toEqual({ reads, loaded });
  });

  test('are told also when an earlier run loaded them', async () => {
    const cells = new Cells(modules);
    await cells.run('a', "import { by } from './by.mjs'; await by('b.cjs')");
    const { modules: loaded } = await cells.run('b', "import { by } from './by.mjs'; by");
    expect(loaded.map(({ path }) => path)).toEqual([cells.folder.file('by.mjs'), cells.folder.file('b.cjs')]);
  });
});

describe('environment variables that a run reads are in its trace', () => {
  test.each([
    ['process.env.REGION', ['env REGION']],
    ['const { REGION } = process.env; REGION', ['env REGION']],
    ["'REGION' in process.env", ['env REGION']],
    ["Object.hasOwn(process.env, 'REGION')", ['env REGION']],
    ["import { env } from 'node:process'; env.REGION", ['env REGION']],
    ['Object.keys(process.env).length', ['env *']],
    ["import { inspect } from 'node:util'; inspect(process.env).includes('PATH')", ['env *', 'env PATH']],
  ])('%s', async (source, reads) => {
    expect(await trace(source)).toMatchObject({ reads: expect.arrayContaining(reads), impure: [] });
  });

  test('and facts about the machine', async () => {
    const { reads, impure } = await trace("import os from 'node:os'; os.cpus().length + os.hostname().length");
    expect({ reads, impure }).toEqual({ reads: ['env os.cpus()', 'env os.hostname()'], impure: [] });
  });

  test('but one that the cell set itself is not; setting it is impure', async () => {
    const { reads, impure, shown } = await trace("process.env.MINE = 'x'; process.env.MINE");
    expect({ reads, impure, shown }).toEqual({ reads: [], impure: ['setting environment variables'], shown: "'x'" });
  });
});

describe('what a run touches taints it', () => {
  test.each([
    ['writing files', `${FS} fs.writeFileSync('out.txt', '')`],
    ['writing files', `${FS} await fsp.writeFile('out.txt', '')`],
    ['writing files', `${FS} fs.createWriteStream('out.txt').end()`],
    ['writing files', `${FS} fs.closeSync(fs.openSync('out.txt', 'w'))`],
    ['writing files', `${FS} await (await fsp.open('out.txt', 'a+')).close()`],
    ['writing files', `${FS} fs.closeSync(fs.openSync('out.txt', fs.constants.O_RDWR | fs.constants.O_CREAT))`],
    ['writing files', `${FS} fs.mkdirSync('new')`],
    ['writing files', `${FS} await fsp.rm('data.txt')`],
    ['writing files', `${FS} fs.renameSync('data.txt', 'b.txt')`],
    ['writing files', `${FS} await fsp.copyFile('data.txt', 'b.txt')`],
    ['network', "await fetch('http://127.0.0.1:1').catch(() => {})"],
    [
      'network',
      "import http from 'node:http'; await new Promise((r) => http.get('http://127.0.0.1:1').on('error', r))",
    ],
    [
      'network',
      "import https from 'node:https'; await new Promise((r) => https.get('https://127.0.0.1:1').on('error', r))",
    ],
    ['network', "import net from 'node:net'; await new Promise((r) => net.connect(1, '127.0.0.1').on('error', r))"],
    ['network', "import { lookup } from 'node:dns/promises'; await lookup('127.0.0.1')"],
    ['network', "import dns from 'node:dns'; await new Promise((r) => dns.lookup('127.0.0.1', r))"],
    ['child processes', "import { execSync } from 'node:child_process'; String(execSync('echo 1'))"],
    [
      'child processes',
      "import { spawn } from 'node:child_process'; await new Promise((r) => spawn('true').on('exit', r))",
    ],
    [
      'workers',
      "import { Worker } from 'node:worker_threads'; await new Promise((r) => new Worker('', { eval: true }).on('exit', r))",
    ],
    ['databases', "import { DatabaseSync } from 'node:sqlite'; new DatabaseSync('x.db').close()"],
    ['reading a terminal', 'process.stdin.isTTY'],
    ['reading a terminal', `${FS} fs.readFileSync(0)`],
    ['clock', 'Date.now() > 0'],
    ['clock', 'new Date().getTime() > 0'],
    ['clock', 'performance.now() > 0'],
    ['clock', 'process.hrtime.bigint() > 0n'],
    ['clock', 'process.memoryUsage().rss > 0'],
    ['clock', "import os from 'node:os'; os.freemem() > 0"],
    ['clock', 'new Intl.DateTimeFormat().format().length > 0'],
    ['clock', "import { f } from './clock.ts'; f()"],
    ['randomness', 'Math.random() < 1'],
    ['randomness', 'crypto.randomUUID().length'],
    ['randomness', "import { randomBytes } from 'node:crypto'; randomBytes(1).length"],
    ['randomness', 'import * as c from "node:crypto"; c.randomInt(3) < 3'],
  ])('%s: %s', async (what, source) => {
    const { impure } = await trace(source, { 'clock.ts': 'export const f = () => Date.now() > 0;' });
    expect(impure).toContain(what);
  });

  test('again in the next run, and only then', async () => {
    const cells = new Cells();
    const source = 'for (let i = 0; i < 10; i++) Math.random() + Date.now();';
    for (let i = 0; i < 2; i++)
      expect((await cells.run('a', source)).impure.toSorted()).toEqual(['clock', 'randomness']);
    expect((await cells.run('b', '1')).impure).toEqual([]);
  });

  test('but not when a package uses clock and randomness, or a format is given its date', async () => {
    const more = { 'node_modules/p/index.js': 'exports.id = () => Math.random() + Date.now() + new Date().getTime();' };
    expect((await trace("import { id } from 'p'; id() > 0", more)).impure).toEqual([]);
    expect((await trace('new Intl.DateTimeFormat("en", { timeZone: "UTC" }).format(0)')).impure).toEqual([]);
  });

  test('and a fixed seed and clock repeat it without taint', async () => {
    const cells = new Cells();
    const more = { seed: 7, now: 1000 };
    const source =
      '[Math.random(), Date.now(), new Date().getTime(), new Intl.DateTimeFormat("en", { timeZone: "UTC" }).format()].join()';
    const one = await cells.run('a', source, more);
    expect(one.impure).toEqual([]);
    expect(one.shown).toContain('1000,1000,1/1/1970');
    expect((await cells.run('a', source, more)).shown).toBe(one.shown);
  });

  test.each([
    ['crypto.randomUUID()'],
    ['[...crypto.getRandomValues(new Uint16Array(4))].join()'],
    ["import { randomUUID } from 'node:crypto'; randomUUID()"],
    ["import { randomBytes } from 'node:crypto'; randomBytes(8).toString('hex')"],
    [
      "import { promisify } from 'node:util'; import { randomBytes } from 'node:crypto'; (await promisify(randomBytes)(8)).toString('hex')",
    ],
    [
      "import node from 'node:crypto'; `${node.randomInt(1000)} ${node.randomInt(5, 1000)} ${node.webcrypto.randomUUID()}`",
    ],
    ["import * as node from 'node:crypto'; node.randomFillSync(new Uint8Array(9), 1, 7).join()"],
  ])('a fixed seed repeats %s', async (source) => {
    const cells = new Cells();
    const run = (seed: number) => cells.run('a', source, { seed });
    const [one, again, other] = [await run(7), await run(7), await run(8)];
    expect([one.error, one.impure]).toEqual([null, []]);
    expect(again.shown).toBe(one.shown);
    expect(other.shown).not.toBe(one.shown);
  });

  test.each([
    ['performance.now() + performance.timeOrigin', '1000'],
    ["import { performance as p } from 'node:perf_hooks'; p.timeOrigin + p.now()", '1000'],
    ['process.hrtime().join() + process.hrtime.bigint()', "'1,01000000000'"],
    ["import { hrtime } from 'node:process'; hrtime.bigint()", '1000000000n'],
  ])('a fixed clock stands still for %s', async (source, shown) => {
    const { shown: one, impure, error } = await new Cells().run('a', source, { now: 1000 });
    expect([error, one, impure]).toEqual([null, shown, []]);
  });

  test('a fixed clock leaves what it cannot fix impure', async () => {
    expect((await new Cells().run('a', 'process.memoryUsage().rss > 0', { now: 1000 })).impure).toEqual(['clock']);
  });
});
