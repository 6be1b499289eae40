import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkNotebook } from '../../src/language/check.ts';
import { readDocument } from '../../src/notebook/document.ts';
import { TempFolder } from '../support/temp.ts';

const types = join(process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist'), 'types');
const folder = new TempFolder();
afterAll(() => folder.dispose());

/** `line:column` in the file, and the start of the message. */
async function problems(text: string): Promise<string[]> {
  const found = await checkNotebook(readDocument(Buffer.from(text)), folder.file('n.memoir.ts'), types);
  return found.map(({ file, message }) => `${file.line}:${file.column} ${message.slice(0, 24)}`);
}

test('mistakes are told at their place in the file: in code, in SQL on one line and on several', async () => {
  const text = [
    '// %% [markdown]',
    '// # One',
    '// %% Types',
    'const a: string = 5;',
    '// %% [sql] Inline',
    'const b = await sql`SELECT * FROM ${nope}`;',
    '// %% [sql] Block',
    'const c = await sql`',
    '    SELECT *',
    '    FROM ${nowhere}',
    '`;',
  ];
  expect(await problems(text.join('\r\n'))).toEqual([
    "4:7 Type 'number' is not ass",
    "6:37 Cannot find name 'nope'.",
    "10:12 Cannot find name 'nowher",
  ]);
});

test('cells in any order, with private names and awaiting, are no mistake', async () => {
  const text = '// %%\nconst _x = "a";\nlater + _x.length;\n// %%\nconst later = await 5;\nlet _x = 1;\nclass K {}\n';
  expect(await problems(text)).toEqual([]);
});

test('a name declared twice is told in both cells, also where a type is wrong', async () => {
  expect(await problems('// %% A\nconst a: string = 5;\n// %% B\nconst a = 2;\n')).toEqual([
    '2:7 `a` is declared in “A” a',
    "2:7 Type 'number' is not ass",
    '4:7 `a` is declared in “A” a',
  ]);
});
