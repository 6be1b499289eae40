import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  CodeAction,
  Diagnostic,
  DocumentHighlight,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  LocationLink,
  Position,
  SemanticTokens,
  SignatureHelp,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { checkNotebook } from '../../src/language/check.ts';
import { readDocument } from '../../src/notebook/document.ts';
import { TABLE_SCHEME } from '../../src/protocol/language.ts';
import { TempFolder } from '../support/temp.ts';
import { type EngineName, LanguageEditor, type OpenTestNotebook } from './languageEditor.ts';

const NATIVE = resolve(import.meta.dirname, '../../node_modules/@typescript/native');
const FILES = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2023',
      noEmit: true,
      noUnusedLocals: true,
      allowImportingTsExtensions: true,
      paths: { '@lib/*': ['./lib/*'] },
    },
    include: ['**/*.ts'],
  }),
  'delays.ts': 'export const delayClass = (minutes: number): "late" | "fine" => (minutes > 15 ? "late" : "fine");\n',
  'lib/far.ts': '/** How far. */\nexport function far(miles: number): string { return String(miles); }\n',
  'node_modules/pack/package.json': '{"name": "pack", "types": "index.d.ts"}',
  'node_modules/pack/index.d.ts': 'export declare function packed(): Map<string, number>;\n',
};
const NOTEBOOK = `// %% [markdown]
// # Delays

// %% Use before it is declared
const twice = total * 2;
total.toFixed(1);
const _own = 'text';
_own

// %% Load
import { slider } from 'memoir';
import { readFile } from 'node:fs/promises';
import { delayClass } from './delays.ts';
import { far } from '@lib/far.ts';
import { packed } from 'pack';
const rows = [{ origin: 'BOS', delay: 3 }];
const total = rows.reduce((sum, row) => sum + row.delay, 0);
const least = slider('Least', { min: 0, max: 10 });
const _own = 5;
_own.toFixed();

// %% [sql] By origin
const byOrigin = await sql\`
  SELECT * FROM \${rows}
  WHERE delay > \${least}\`;

// %% Show
const first = (await byOrigin.rows())[0];
const bytes = await readFile('x');
delayClass(total); far(total); packed().get('a'); signal.aborted;
first

// %% Begins like a continuation
(twice + total).toFixed()

// %% Half-written
function half(a: number) {
  if (a > 1) { return [a, \`\${a

// %% After it
const after = twice + 1;
after.toFixed()
`;
/** What can be wrong with a notebook. */
const MISTAKES = `// %% Types
import { gone } from './gone.ts';
const wrong: string = gone ? 5 : 6;
const flights = Promise.resolve([1]);

// %% Names
totl + 1;
flights.count();

// %% [sql] Table
const table = await sql\`
  SELECT * FROM \${nowhere}
  WHERE a > \${wrong}\`;

// %% Syntax
const open = (;

// %% Twice
const twin = 1;

// %% Again
const twin = 2;

// %% Assigned
wrong = 'other';

// %% Call
function add(a: number, b: number) { return a + b; }
add(1);
add('x', 2);
const _own = add(1, 2);

// %% Private
_own.toFixed();

// %% Circle one
const one = two + 1;

// %% Circle two
const two = one + 1;

// %% Option {"hidden": true}
fetch('x').then((response) => response.jsn());
`;
/** Cells of NOTEBOOK. */
const [USE, LOAD, SQL, SHOW, PAREN, HALF, AFTER] = [1, 2, 3, 4, 5, 6, 7];

describe.each<EngineName>(['bundled', 'workspace'])('types in cells, TypeScript %s', (engine) => {
  let folder: TempFolder;
  let editor: LanguageEditor;
  let notebook: OpenTestNotebook;
  let opened = 0;

  beforeAll(async () => {
    folder = new TempFolder(FILES);
    if (engine === 'workspace') {
      mkdirSync(folder.file('node_modules/@typescript'));
      symlinkSync(NATIVE, folder.file('node_modules/@typescript/native'), 'junction');
    }
    editor = await LanguageEditor.start(folder.path, engine);
    notebook = await editor.open('main.memoir.ts', NOTEBOOK);
  });
  afterAll(async () => {
    await editor.close();
    folder.dispose();
  });

  const open = (source: string, ending = 'ts') => editor.open(`n${++opened}.memoir.${ending}`, source);
  const hover = async (cell: number, mark: string, from = notebook) => {
    const found = await from.ask<Hover | null>('textDocument/hover', cell, mark);
    return found && 'value' in (found.contents as object) ? (found.contents as { value: string }).value : '';
  };
  const labels = async (from: OpenTestNotebook, cell: number, mark: string) =>
    (await from.complete(cell, mark)).map(({ label }) => label);
  /** Places as `cell:text`, or the end of a file's path. */
  const places = (from: OpenTestNotebook, found: readonly (Location | LocationLink)[]) =>
    found.map((one) => {
      const [uri, range] = 'targetUri' in one ? [one.targetUri, one.targetSelectionRange] : [one.uri, one.range];
      const cell = from.cells.findIndex((candidate) => candidate.uri === uri);
      return cell < 0 ? uri.split('/').at(-1) : `${cell}:${from.textIn(cell, range)}`;
    });
  const errors = (all: readonly Diagnostic[]) => all.filter(({ severity }) => severity === 1);
  /** `text: message` for the errors of a cell. */
  const mistakes = async (from: OpenTestNotebook, cell: number, count = 1) => {
    const all = await from.diagnostics(cell, (found) => errors(found).length >= count);
    return errors(all).map(({ range, message }) => `${from.textIn(cell, range)}: ${message}`);
  };

  test('flow from any cell to any other, and from modules, aliases, packages, Node and memoir', async () => {
    expect(await hover(USE, 'to|tal * 2')).toContain('const total: number');
    expect(await hover(AFTER, 'tw|ice')).toContain('const twice: number');
    expect(await hover(SHOW, 'by|tes')).toMatch(/const bytes: .*Buffer/);
    expect(await hover(SHOW, 'delay|Class')).toContain('"late" | "fine"');
    expect(await hover(SHOW, 'f|ar(')).toContain('How far.');
    expect(await hover(SHOW, 'get|(')).toContain('Map<string, number>');
    expect(await hover(SHOW, 'fi|rst =')).toContain('Record<string, unknown>');
    expect(await hover(SHOW, 'sig|nal')).toContain('AbortSignal');
    expect(await hover(LOAD, 'sli|der(')).toMatch(/@example/);
    expect(await hover(SQL, '{le|ast')).toContain('const least: number');
    expect(await hover(PAREN, 'toF|ixed')).toContain('Number.toFixed');
  });

  test('of private names stay in their cell', async () => {
    expect(await hover(USE, '_o|wn')).toContain('const _own: "text"');
    expect(await hover(LOAD, '_o|wn')).toContain('const _own: 5');
    expect(await labels(notebook, USE, '\n_own|')).toContain('_own');
    expect(await labels(notebook, AFTER, 'after|.')).not.toContain('_own');
  });

  test('find no mistake in a notebook that has none, and one in a half-written cell', async () => {
    const half = await notebook.diagnostics(HALF, (all) => errors(all).length > 0);
    expect(errors(half)).toHaveLength(1);
    for (const cell of [USE, LOAD, SQL, SHOW, PAREN, AFTER])
      expect(errors(await notebook.diagnostics(cell))).toEqual([]);
  });

  test('complete members, also behind a dot just typed', async () => {
    expect(await labels(notebook, USE, 'total.|toFixed')).toEqual(expect.arrayContaining(['toFixed', 'toString']));
    const typing = await open('// %%\nconst a = { deep: { er: 1 } };\n// %%\nlet b = 1;\n');
    await typing.type(1, 'a.deep.');
    expect(await labels(typing, 1, 'a.deep.|')).toEqual(['er']);
  });

  test('complete names of other cells, and paths', async () => {
    const typing = await open("// %%\nconst manyRows = 1;\n// %%\nmany\n// %%\nimport './';\n");
    expect(await labels(typing, 1, 'many|')).toContain('manyRows');
    expect(await labels(typing, 2, "'./|'")).toEqual(expect.arrayContaining(['lib']));
  });

  test('suggest what could be imported, also when a cell was changed before', async () => {
    const typing = await open('// %%\nconst a = [1];\na.');
    expect(await labels(typing, 0, 'a.|')).toContain('map');
    await typing.type(0, 'readFileSyn');
    expect(await labels(typing, 0, 'readFileSyn|')).toContain('readFileSync');
  });

  test('import what is chosen, in the cell that holds the imports', async () => {
    const typing = await open("// %%\nreadFileSyn\n// %%\nimport { join } from 'node:path';\njoin('a');\n");
    const items = await typing.complete(0, 'readFileSyn|');
    const item = await typing.resolve(items.find(({ label }) => label === 'readFileSync')!);
    expect(item.additionalTextEdits).toBeUndefined();
    await typing.run(item.command!);
    expect(typing.text(1)).toMatch(/^import \{ readFileSync \} from '(node:)?fs';$/m);
  });

  test('tell the parameters of a call', async () => {
    const typing = await open(
      '// %%\nfunction add(first: number, second: number) { return first + second; }\n// %%\nadd(1, \n',
    );
    const help = await typing.ask<SignatureHelp>('textDocument/signatureHelp', 1, 'add(1,| ');
    expect(help.signatures[0]!.label).toBe('add(first: number, second: number): number');
    expect(help.activeParameter ?? help.signatures[0]!.activeParameter).toBe(1);
  });

  test('lead to where names are declared: cells, SQL cells, modules, packages, memoir', async () => {
    const definition = async (cell: number, mark: string) =>
      places(notebook, await notebook.ask<LocationLink[]>('textDocument/definition', cell, mark));
    expect(await definition(USE, 'to|tal * 2')).toEqual([`${LOAD}:total`]);
    expect(await definition(SHOW, 'byOr|igin')).toEqual([`${SQL}:`]);
    expect(await definition(SHOW, 'delayCl|ass')).toEqual(['delays.ts']);
    expect(await definition(SHOW, 'pac|ked')).toEqual(['index.d.ts']);
    expect(await definition(LOAD, 'sli|der(')).toEqual(['notebook.d.ts']);
  });

  test('find every mention, in cells and modules', async () => {
    const context = { includeDeclaration: true };
    const references = await notebook.ask<Location[]>('textDocument/references', SHOW, 'delayCl|ass', { context });
    expect(places(notebook, references).sort()).toEqual([`${LOAD}:delayClass`, `${SHOW}:delayClass`, 'delays.ts']);
    const highlights = await notebook.ask<DocumentHighlight[]>('textDocument/documentHighlight', USE, 'to|tal * 2');
    expect(highlights.map(({ range }) => notebook.textIn(USE, range))).toEqual(['total', 'total']);
  });

  test('rename in every cell, the table of an SQL cell, and a private name in its own', async () => {
    const rename = async (cell: number, mark: string, newName: string) => {
      const edit = await notebook.ask<WorkspaceEdit>('textDocument/rename', cell, mark, { newName });
      return Object.entries(edit.changes!).map(([uri, edits]) => {
        const place = notebook.cells.findIndex((cell) => cell.uri === uri);
        return [place < 0 ? uri : place, edits.map(({ newText }) => newText)];
      });
    };
    expect(await rename(USE, 'tw|ice', 'double')).toEqual([
      [USE, ['double']],
      [PAREN, ['double']],
      [AFTER, ['double']],
    ]);
    expect(await rename(USE, '_o|wn =', '_mine')).toEqual([[USE, ['_mine', '_mine']]]);
    expect(await rename(SHOW, 'byOr|igin', 'table')).toEqual([
      [`${TABLE_SCHEME}:?${encodeURIComponent(notebook.uri(SQL))}`, ['table']],
      [SHOW, ['table']],
    ]);
  });

  test('tell mistakes at their place in their cell, with a remedy, and take them back', async () => {
    const typing = await open('// %%\nconst total = 1;\n// %%\nconst wrong: string = total;\n// %%\nfar(1);\n');
    expect(await mistakes(typing, 1)).toEqual([expect.stringMatching(/^wrong: Type 'number' is not assignable/)]);
    const missing = (await typing.diagnostics(2, (all) => errors(all).length > 0))[0]!;
    const context = { diagnostics: [missing], only: ['quickfix'] };
    const fixes = await typing.askCell<CodeAction[]>('textDocument/codeAction', 2, { range: missing.range, context });
    const fix = fixes.find(({ title }) => /import .*far/i.test(title));
    editor.apply(fix!.edit!);
    expect(typing.text(0)).toMatch(/^import \{ far \} from ["'].*far.*["'];\n+const total = 1;$/);
    expect(errors(await typing.diagnostics(2, (all) => errors(all).length === 0))).toEqual([]);
    await typing.type(1, 'const wrong: number = total;');
    expect(errors(await typing.diagnostics(1, (all) => errors(all).length === 0))).toEqual([]);
  });

  test('offer to await what was forgotten, here or where it is made, and to spell a name as it is', async () => {
    const typing = await open(
      "// %%\nimport { load } from 'memoir';\nconst flights = load('a.csv');\nconst total = 5;\n// %%\nconst many = flights.count();\n// %%\nconst twice = totl * 2;\n// %%\nconst late = () => await flights;\n",
    );
    const offered = async (cell: number, only = 'quickfix') => {
      const [mistake] = await typing.diagnostics(cell, (all) => errors(all).length > 0);
      const context = { diagnostics: [mistake], only: [only] };
      return typing.askCell<CodeAction[]>('textDocument/codeAction', cell, { range: mistake!.range, context });
    };
    const [atSource, here] = await offered(1);
    expect([atSource!.title, here!.title]).toEqual(["Add 'await' to initializer for 'flights'", "Add 'await'"]);
    editor.apply(here!.edit!);
    expect(typing.text(1).trim()).toBe('const many = (await flights).count();');
    const [spelling] = await offered(2);
    editor.apply(spelling!.edit!);
    expect(typing.text(2).trim()).toBe('const twice = total * 2;');
    const [isAsync] = await offered(3);
    editor.apply(isAsync!.edit!);
    expect(typing.text(3).trim()).toBe('const late = async () => await flights;');
    editor.apply(atSource!.edit!);
    expect(typing.text(0)).toContain("const flights = await load('a.csv');");
  });

  test('offer to install a package that is missing', async () => {
    const typing = await open("// %%\nimport { mean } from '@far/figures';\nmean();\n");
    const missing = ({ message }: Diagnostic) => String(message).includes('Install it');
    const problem = (await typing.diagnostics(0, (all) => all.some(missing))).find(missing)!;
    const context = { diagnostics: [problem], only: ['quickfix'] };
    const fixes = await typing.askCell<CodeAction[]>('textDocument/codeAction', 0, { range: problem.range, context });
    expect(fixes.map(({ title, command }) => [title, command?.command, command?.arguments?.[1]])).toEqual([
      ['Run `npm install @far/figures` in a terminal', 'memoir.installPackage', '@far/figures'],
    ]);
  });

  test('find nothing unused in an SQL cell', async () => {
    const typing = await open('// %%\nconst wrong: string = 1;\n// %% [sql]\nconst table = await sql`SELECT 1`;\n');
    await mistakes(typing, 0);
    expect(await typing.diagnostics(1)).toEqual([]);
  });

  test('leave to the graph what is between cells, and what is no mistake in a notebook', async () => {
    const typing = await open(
      '// %%\nconst twin = 1;\n// %%\nconst twin = 2;\n// %%\nlet count = 0;\n// %%\ncount = 1;\n// %%\nlater();\n// %%\nfunction later() {}\nconst unused = 1;\nawait null;\nexport const shown = 1;\n// %%\nconst last: string = 1;\n',
    );
    await mistakes(typing, 6);
    for (const cell of [0, 1, 2, 3, 4, 5]) expect(errors(await typing.diagnostics(cell))).toEqual([]);
  });

  test('count an import of `sql` as used where there are SQL cells', async () => {
    const imported = "// %%\nimport { sql } from 'memoir';\nconst wrong: string = 1;\n";
    const isUnused = ({ code }: Diagnostic) => code === 6133;
    const used = await open(`${imported}// %% [sql]\nconst query = await sql\`SELECT 1\`;\n`);
    expect((await used.diagnostics(0, (all) => errors(all).length > 0)).filter(isUnused)).toEqual([]);
    const unused = await open(imported);
    expect((await unused.diagnostics(0, (all) => errors(all).length > 0)).some(isUnused)).toBe(true);
  });

  test('tell a syntax error once, and still what is declared around it', async () => {
    const typing = await open('// %%\nconst good = 1;\nconst bad = (;\n// %%\ngood.toFixed();\n');
    const found = await typing.diagnostics(0, (all) => errors(all).length > 0);
    expect(errors(found).filter(({ range }) => range.start.line === 1)).toHaveLength(1);
    expect(await hover(1, 'go|od', typing)).toContain('const good');
  });

  test('colour, outline and fold cell by cell', async () => {
    const tokens = await notebook.askCell<SemanticTokens>('textDocument/semanticTokens/full', LOAD);
    expect(tokens.data.length % 5).toBe(0);
    expect(tokens.data.length).toBeGreaterThan(50);
    const symbols = await notebook.askCell<DocumentSymbol[]>('textDocument/documentSymbol', LOAD);
    expect(symbols.map(({ name }) => name)).toEqual(expect.arrayContaining(['rows', 'total', 'least', '_own']));
    const typing = await open('// %%\n1\n// %%\n/* a */\nfunction f() {\n  return 1;\n}\n');
    const folds = await typing.askCell<FoldingRange[]>('textDocument/foldingRange', 1);
    expect(folds.map(({ startLine, endLine }) => [startLine, endLine])).toContainEqual([1, 3]);
  });

  test('hint at names and types, and write imports, as the settings say', async () => {
    const typing = await open('// %%\nfunction wait(seconds: number) {}\nconst done = wait(5);\n// %%\nfar(1);\n');
    const range = { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } };
    const hints = async () => {
      const found = await typing.askCell<InlayHint[]>('textDocument/inlayHint', 0, { range });
      return found.map(({ label }) => String(label).replace(/:$|^: /, ''));
    };
    const imported = async () => {
      const [missing] = await typing.diagnostics(1, (all) => errors(all).length > 0);
      const context = { diagnostics: [missing], only: ['quickfix'] };
      const fixes = await typing.askCell<CodeAction[]>('textDocument/codeAction', 1, {
        range: missing!.range,
        context,
      });
      return Object.values(fixes[0]!.edit!.changes!)[0]![0]!.newText;
    };
    expect(await hints()).toEqual([]);
    expect(await imported()).toContain('"');
    await editor.configure({
      inlayHints: { parameterNames: { enabled: 'literals' }, variableTypes: { enabled: true } },
      preferences: { quoteStyle: 'single' },
    });
    expect(await hints()).toEqual(['void', 'seconds']);
    expect(await imported()).toMatch(/'.*'/);
    await editor.configure({});
  });

  test('format a cell and no other, and tidy imports cell by cell', async () => {
    const typing = await open(
      "// %%\nconst a={b:1}\n// %%\nimport { join, sep } from 'node:path';\njoin('a');\n// %%\nimport { far } from '@lib/far.ts';\n",
    );
    expect((await typing.format(0)).length).toBeGreaterThan(2);
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const context = { diagnostics: [], only: ['source.organizeImports'] };
    const [tidy] = await typing.askCell<CodeAction[]>('textDocument/codeAction', 1, { range, context });
    editor.apply(tidy!.edit!);
    expect(typing.text(1)).toBe("import { join } from 'node:path';\njoin('a');");
    expect(typing.text(2).trim()).toBe('');
    expect(typing.text(0)).toBe('const a={b:1}');
  });

  test('follow a module that is open and unsaved', async () => {
    const typing = await open("// %%\nimport { delayClass } from './delays.ts';\ndelayClass(1);\n");
    expect(errors(await typing.diagnostics(0))).toEqual([]);
    await editor.openModule('delays.ts', 'export const delayClass = (at: Date) => at;\n');
    expect(await mistakes(typing, 0)).toEqual([expect.stringContaining("'Date'")]);
    await editor.closeModule('delays.ts');
    expect(errors(await typing.diagnostics(0, (all) => errors(all).length === 0))).toEqual([]);
  });

  test('come from comments in a JavaScript notebook', async () => {
    const typing = await open(
      '// %%\n// @ts-check\n/** @type {number[]} */\nconst list = [];\n// %%\nlist.push("no");\n',
      'js',
    );
    expect(await hover(1, 'li|st', typing)).toContain('number[]');
    expect(await mistakes(typing, 1)).toEqual([expect.stringMatching(/^"no": /)]);
  });

  test('are checked from the command line with the same result, but for what the editor is told by the graph', async () => {
    const typing = await open(MISTAKES);
    const line = (cell: number, { line, character }: Position, code: unknown, message: unknown) =>
      `${cell}:${line}:${character} ${code ?? ''} ${String(message).split('\n')[0]}`;
    const types = join(process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist'), 'types');
    const checked = await checkNotebook(readDocument(Buffer.from(MISTAKES)), folder.file('n.memoir.ts'), types);
    const told = checked
      .filter(({ message }) => !/is declared in|is assigned in|belongs to|need each other/.test(message))
      .map((one) => line(one.index, { line: one.line - 1, character: one.column - 1 }, one.code, one.message));
    await mistakes(typing, 0);
    const marked = await Promise.all(typing.cells.map((_, cell) => typing.diagnostics(cell)));
    const shown = marked.flatMap((all, cell) =>
      all
        .filter(({ severity = 4 }) => severity <= 2)
        .map(({ range, code, message }) => line(cell, range.start, code, message)),
    );
    expect(shown).toEqual(told);
    expect(told.length).toBeGreaterThan(10);
    expect(checked).toHaveLength(told.length + 6);
  });
});

test.runIf(existsSync('/proc'))('TypeScript 7 that dies is started again, and knows what is open', async () => {
  const folder = new TempFolder(FILES);
  mkdirSync(join(folder.path, 'node_modules/@typescript'), { recursive: true });
  symlinkSync(NATIVE, folder.file('node_modules/@typescript/native'), 'junction');
  const editor = await LanguageEditor.start(folder.path, 'workspace');
  try {
    const notebook = await editor.open('n.memoir.ts', '// %%\nconst a = 1;\n// %%\na.toFixed()\n');
    const hover = () => notebook.ask<Hover | null>('textDocument/hover', 1, 'a|.');
    expect(await hover()).not.toBeNull();
    process.kill(editor.childPid()!, 'SIGKILL');
    await expect.poll(() => hover().catch(() => null), { timeout: 20_000 }).not.toBeNull();
  } finally {
    await editor.close();
    folder.dispose();
  }
});

test.runIf(existsSync('/proc'))('TypeScript 7 is kept from fetching types over the network', async () => {
  const folder = new TempFolder({ 'bin/npm': '#!/bin/sh\ntouch "$(dirname "$0")/asked"\nexit 1\n' });
  chmodSync(folder.file('bin/npm'), 0o755);
  mkdirSync(join(folder.path, 'node_modules/@typescript'), { recursive: true });
  symlinkSync(NATIVE, folder.file('node_modules/@typescript/native'), 'junction');
  const editor = await LanguageEditor.start(folder.path, 'workspace', {}, `${folder.file('bin')}:${process.env.PATH}`);
  try {
    const notebook = await editor.open('n.memoir.ts', "// %%\nimport express from 'express';\n");
    expect(await notebook.diagnostics(0)).not.toEqual([]);
    await setTimeout(500); // it would have asked for them before
    expect(existsSync(folder.file('bin/asked'))).toBe(false);
  } finally {
    await editor.close();
    folder.dispose();
  }
});
