import { describe, expect, test } from 'vitest';
import { analyzeCell } from '../../src/notebook/parse.ts';
import { wrapInFunction } from '../../src/notebook/wrapCell.ts';

describe('a cell as a function', () => {
  test('returns what it showed, and declares one name', () => {
    const wrapped = wrapInFunction('const a = 2;\n\nif (a > 1) {\n  console.log(a);\n}\na + 1;', '_cell');
    expect(wrapped).toBe(
      'function _cell() {\n  const a = 2;\n\n  if (a > 1) {\n    console.log(a);\n  }\n  return a + 1;\n}\n_cell()',
    );
    expect(analyzeCell(wrapped!)).toMatchObject({ errors: [], declarations: [{ name: '_cell' }] });
  });

  test('keeps imports outside, and the texts of templates as they are', () => {
    const text = "import { readFileSync } from 'node:fs';\nconst text = `one\ntwo`;\nreadFileSync(text)";
    expect(wrapInFunction(text, '_cell')).toBe(
      "import { readFileSync } from 'node:fs';\nfunction _cell() {\n  const text = `one\ntwo`;\n  return readFileSync(text)\n}\n_cell()",
    );
  });

  test.each(['const a = await fetch("x");', 'for await (const a of b) console.log(a);', 'await using file = open();'])(
    'waits where it waited: %s',
    (text) => {
      expect(wrapInFunction(text, '_cell')).toMatch(/^async function _cell.*\nawait _cell\(\)$/s);
    },
  );

  test('does not wait for what its own functions wait for', () => {
    expect(wrapInFunction('const f = async () => await 1;', '_cell')).toMatch(/^function/);
  });

  test.each([
    ['exports', 'export const a = 1;'],
    ['has only imports', "import a from 'a';"],
    ['is broken', 'const a = ;'],
    ['has a namespace', 'namespace a { export const b = 1; }'],
  ])('is not offered where it %s', (_, text) => {
    expect(wrapInFunction(text, '_cell')).toBe(null);
  });
});
