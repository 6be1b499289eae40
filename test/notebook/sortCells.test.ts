import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeCell } from '../../src/notebook/cell.ts';
import { Program } from '../../src/notebook/program.ts';
import { sortCells } from '../../src/notebook/sortCells.ts';
import type { CellId } from '../../src/protocol/kernel.ts';

/** The texts of a page in their new order; what begins with `#` is Markdown. */
function sorted(...texts: string[]): string[] {
  const page = texts.map((text, i) => ({ id: text.startsWith('#') ? null : (`c${i}` as CellId), text }));
  const cells = page.flatMap(({ id, text }) => {
    const options = completeCell({}).cell;
    return id === null
      ? []
      : [{ id, kind: 'code' as const, title: '', label: id, source: text, options, problems: [] }];
  });
  return sortCells(page, Program.of(cells)).map(({ text }) => text);
}

describe('sorted cells', () => {
  test('stand below what they use, with the heading above them, and otherwise as they were', () => {
    expect(sorted('# Sum', 'a + b', '# Values', 'const a = 1;', 'const b = 2;', '# End')).toEqual([
      '# Values',
      'const a = 1;',
      'const b = 2;',
      '# Sum',
      'a + b',
      '# End',
    ]);
  });

  test('have no private name twice', () => {
    expect(sorted('const _a = 1;\n_a', 'const _a = 2;\n_a + 1', 'const _a2 = 3;')).toEqual([
      'const _a = 1;\n_a',
      'const _a2 = 2;\n_a2 + 1',
      'const _a22 = 3;',
    ]);
  });

  test('are all there once, and are in order for good', () => {
    const cell = fc.tuple(fc.nat(7), fc.nat(7)).map(([to, from]) => `const v${to} = v${from};`);
    const page = fc.uniqueArray(cell, { selector: (text) => text.slice(6, 8), maxLength: 8 });
    fc.assert(
      fc.property(page, (texts) => {
        const once = sorted(...texts);
        expect(once.toSorted()).toEqual(texts.toSorted());
        expect(sorted(...once)).toEqual(once);
      }),
    );
  });
});
