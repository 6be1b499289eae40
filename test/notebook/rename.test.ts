import { describe, expect, test } from 'vitest';
import { renameInCell } from '../../src/notebook/rename.ts';

describe('renaming a name in its cell', () => {
  test.each([
    ['const a = 1;\na + b.a', 'const x = 1;\nx + b.a'],
    [
      'let a = 1;\nfunction f() { a += 1; { const a = 2; return a; } }',
      'let x = 1;\nfunction f() { x += 1; { const a = 2; return a; } }',
    ],
    ['const { a } = o; f({ a, b: a })', 'const { a: x } = o; f({ a: x, b: x })'],
    ['const { a = 1, ...rest } = o; a', 'const { a: x = 1, ...rest } = o; x'],
    ['const { b: a } = o; a', 'const { b: x } = o; x'],
    ["import { a } from 'm';\na()", "import { a as x } from 'm';\nx()"],
    ["import { b as a } from 'm';\na()", "import { b as x } from 'm';\nx()"],
    ['const a = 1;\nexport { a };', 'const x = 1;\nexport { x as a };'],
    [
      'function a(n: number): number { return n ? a(n - 1) : 0 }',
      'function x(n: number): number { return n ? x(n - 1) : 0 }',
    ],
    ['class a { b = 1 }\nnew a()', 'class x { b = 1 }\nnew x()'],
    ['const a: number = 1; const t = `${a}`;', 'const x: number = 1; const t = `${x}`;'],
  ])('turns %j into %j', (before, after) => {
    expect(renameInCell(before, 'a', 'x')).toBe(after);
  });

  test('leaves a class alone that speaks of itself', () => {
    expect(renameInCell('class a { next: a | null = null }', 'a', 'x')).toBeNull();
  });

  test('leaves a cell alone that does not declare the name', () => {
    expect(renameInCell('a + 1', 'a', 'x')).toBeNull();
  });
});
