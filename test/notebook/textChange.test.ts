import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textChange } from '../../src/notebook/textChange.ts';

const helpers = ['export function twice(x: number) {', '  const factor = 2;', '  return x * factor;', '}', ''].join(
  '\n',
);

describe('a change of a text is told', () => {
  test.each([
    ['one line', helpers.replace('factor = 2', 'factor = 3'), 'line 2', 'changed'],
    ['several lines', helpers.replaceAll('factor', 'times'), 'lines 2 to 3', 'changed'],
    ['lines apart', `// twice\n${helpers}// end\n`, '2 lines', 'is new'],
    ['a new line', helpers.replace('  return', '  console.log(x);\n  return'), 'line 3', 'is new'],
    ['a line that is gone', helpers.replace('  const factor = 2;\n', ''), 'line 2', 'is gone'],
  ])('%s', (_, after, where, verb) => {
    expect(textChange(helpers, after)).toMatchObject({ where, verb });
  });

  test('with the lines around it', () => {
    expect(textChange(helpers, helpers.replace('factor = 2', 'factor = 3'))?.diff.split('\n')).toEqual([
      ' export function twice(x: number) {',
      '-  const factor = 2;',
      '+  const factor = 3;',
      '   return x * factor;',
    ]);
  });

  test('not at all where there is none, or the text is very long', () => {
    expect(textChange(helpers, helpers)).toBe(null);
    expect(textChange(helpers, 'x'.repeat(300_000))).toBe(null);
  });

  test('with as many lines as a reader takes in', () => {
    const lines = (word: string) => Array.from({ length: 500 }, (_, i) => `${word} ${i}`).join('\n');
    const diff = textChange(lines('old'), lines('new'))!.diff.split('\n');
    expect(diff).toHaveLength(41);
    expect(diff.at(-1)).toMatch(/^… \d+ more lines$/);
  });

  test('by numbers that are lines of the text as it is now, whatever changed', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const change = textChange(before, after);
        expect(change === null).toBe(before === after);
        if (!change) return;
        const [, line] = /^line (\d+)$/.exec(change.where) ?? [];
        const of = change.verb === 'is gone' ? before : after;
        if (line) expect(Number(line)).toBeLessThanOrEqual(of.split('\n').length);
        expect(change.diff).toMatch(/^[+-]/m);
      }),
    );
  });
});
