import { afterEach, expect, test } from 'vitest';
import { checkProgram } from '../../src/notebook/check.ts';
import { readDocument } from '../../src/notebook/document.ts';
import { programCell } from '../../src/notebook/documentCells.ts';
import { Program } from '../../src/notebook/program.ts';
import type { CellId } from '../../src/protocol/kernel.ts';
import { TempFolder } from '../support/temp.ts';

const folders: TempFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.dispose();
});

/** `cell:line:column severity message` for each problem. */
function problems(text: string, files: Record<string, string> = {}): string[] {
  const folder = new TempFolder(files);
  folders.push(folder);
  const { cells } = readDocument(Buffer.from(text));
  const program = Program.of(cells.flatMap((cell, index) => programCell(cell, `${index}` as CellId, index) ?? []));
  const found = checkProgram(program, folder.file('n.memoir.ts'));
  return found.map(({ id, line, column, severity, message }) => `${id}:${line}:${column} ${severity} ${message}`);
}

test('a notebook without mistakes has no problems, in any order of its cells', () => {
  expect(
    problems("// %%\nb + signal.aborted\n// %%\nconst b = 1;\nimport { join } from 'node:path';\njoin('a')"),
  ).toEqual([]);
});

test('mistakes of the graph stand where the names are', () => {
  expect(problems('// %% A\nconst a = 1;\n// %% B\n\nconst a = 2;')).toEqual([
    expect.stringMatching(/^0:1:7 error .*`a`/),
    expect.stringMatching(/^1:2:7 error .*`a`/),
  ]);
});

test('a name that nothing declares is a warning', () => {
  expect(problems('// %%\nconst a = 1;\na + misspelled')).toEqual([
    '0:2:5 warning `misspelled` is not declared in any cell. Declare or import it.',
  ]);
});

test('an option that makes no sense is named', () => {
  expect(problems('// %% {"run":"sometimes"}\n1')).toEqual([expect.stringContaining('error `run` must be')]);
});

test('an option that nobody knows is told, as it is part of the title', () => {
  expect(problems('// %% Load {"cahce": "off"}\n1')).toEqual([
    '0:1:1 warning {"cahce": "off"} is part of the title, as there is no option "cahce". Did you mean "cache"?',
  ]);
  expect(problems('// %% Sets such as {"a"}\n1')).toEqual([]);
});

test('modules that are not there are named; files, folders, packages and aliases that are there are not', () => {
  const files = {
    'a.ts': '',
    'b/index.ts': '',
    'lib/c.ts': '',
    'package.json': '{"imports": {"#lib/*": "./lib/*"}}',
    'tsconfig.json': '{"compilerOptions": {"paths": {"@/*": ["./lib/*"]}}}',
    'node_modules/pack/package.json': '{"version": "1.0.0"}',
  };
  const there = ['./a.ts', './a.js', './a', './b', '#lib/c.ts', '@/c.ts', 'pack', 'pack/sub', 'fs', 'memoir'];
  const missing = ['./nowhere.ts', '#lib/nowhere.ts', '@/nowhere.ts', 'no-such-package'];
  const imports = [...there, ...missing].map((specifier) => `import '${specifier}';`);
  expect(problems(`// %%\n${imports.join('\n')}`, files)).toEqual(
    missing.map((specifier) => expect.stringContaining(`There is no module "${specifier}".`)),
  );
});
