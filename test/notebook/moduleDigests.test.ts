import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { FileDigests } from '../../src/notebook/fileDigests.ts';
import { ModuleDigests } from '../../src/notebook/moduleDigests.ts';
import { TempFolder } from '../support/temp.ts';

const folders: TempFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.dispose();
});

function open(files: Record<string, string>) {
  const folder = new TempFolder(files);
  folders.push(folder);
  const modules = new ModuleDigests(folder.file('n.memoir.ts'), new FileDigests(), '1');
  return { folder, digest: (specifier: string) => modules.digest(specifier) };
}

test('a comment, a type or another layout does not count; code does', async () => {
  const { folder, digest } = open({ 'a.ts': 'export const a = (n: number) => n + 1;\n' });
  const before = await digest('./a.ts');
  folder.write('a.ts', '/* more */\nexport const a =\n  (n: unknown) => n + 1; // one\ninterface Unused {}\n');
  expect(await digest('./a.ts')).toBe(before);
  folder.write('a.ts', 'export const a = (n: number) => n + 2;\n');
  expect(await digest('./a.ts')).not.toBe(before);
});

test('the same modules in another folder have the same digest', async () => {
  const files = {
    'a.ts': "import { b } from './lib/b.ts';\nimport c from './lib/c.cjs';\nexport const a = b + c;\n",
    'lib/b.ts': 'export const b = 1;\n',
    'lib/c.cjs': 'module.exports = 2;\n',
  };
  const digests = [await open(files).digest('./a.ts'), await open(files).digest('./a.ts')];
  expect(digests[0]).toBe(digests[1]);
  const broken = { 'a.ts': "import { b } from './nowhere.ts';" };
  expect(await open(broken).digest('./a.ts')).toBe(await open(broken).digest('./a.ts'));
});

test('an imported JSON file counts', async () => {
  const { folder, digest } = open({
    'a.ts': "import data from './data.json' with { type: 'json' };\nexport const a = data.n;\n",
    'data.json': '{"n": 1}',
  });
  const before = await digest('./a.ts');
  folder.write('data.json', '{"n": 2}');
  expect(await digest('./a.ts')).not.toBe(before);
});

test('the version of a package that a local module imports counts', async () => {
  const { folder, digest } = open({
    'a.ts': "import { x } from 'pack/x';\nexport const a = x;\n",
    'node_modules/pack/package.json': '{"version": "1.0.0"}',
  });
  const before = await digest('./a.ts');
  expect(await digest('pack/x')).toBe('pack@1.0.0');
  folder.write('node_modules/pack/package.json', '{"version": "1.0.1"}');
  expect(await digest('pack/x')).toBe('pack@1.0.1');
  expect(await digest('./a.ts')).not.toBe(before);
});

test('a module that was missing counts once it is there, and again when it is gone', async () => {
  const { folder, digest } = open({});
  const missing = await digest('./a.ts');
  folder.write('a.ts', 'export const a = 1;\n');
  const there = await digest('./a.ts');
  expect(there).not.toBe(missing);
  rmSync(folder.file('a.ts'));
  expect(await digest('./a.ts')).toBe(missing);
});

test('a file that takes precedence over the one imported so far counts', async () => {
  const { folder, digest } = open({ 'a/index.ts': 'export const a = 1;\n' });
  const before = await digest('./a');
  folder.write('a.ts', 'export const a = 2;\n');
  expect(await digest('./a')).not.toBe(before);
});

test('a symbolic link that leads elsewhere now counts', async () => {
  const { folder, digest } = open({ 'one.ts': 'export const a = 1;\n', 'two.ts': 'export const a = 2;\n' });
  symlinkSync(folder.file('one.ts'), folder.file('a.ts'));
  const before = await digest('./a.ts');
  symlinkSync(folder.file('two.ts'), folder.file('b.ts'));
  renameSync(folder.file('b.ts'), folder.file('a.ts'));
  expect(await digest('./a.ts')).not.toBe(before);
});

test('local modules behind an alias count like those behind a path', async () => {
  const { folder, digest } = open({
    'package.json': '{"imports": {"#lib/*": "./lib/*"}}',
    'tsconfig.json': '{"compilerOptions": {"paths": {"@/*": ["./lib/*"]}}}',
    'lib/a.ts': 'export const a = 1;\n',
  });
  const before = [await digest('#lib/a.ts'), await digest('@/a.ts')];
  folder.write('lib/a.ts', 'export const a = 2;\n');
  const after = [await digest('#lib/a.ts'), await digest('@/a.ts')];
  expect(after[0]).not.toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});

test('the files of a package that is linked from elsewhere count', async () => {
  const elsewhere = open({ 'package.json': '{"version": "1.0.0"}', 'index.js': 'export const x = 1;\n' }).folder;
  const { folder, digest } = open({});
  mkdirSync(folder.file('node_modules'));
  symlinkSync(elsewhere.path, folder.file('node_modules/pack'), 'junction');
  const before = await digest('pack');
  elsewhere.write('index.js', 'export const x = 2;\n');
  expect(await digest('pack')).not.toBe(before);
});
