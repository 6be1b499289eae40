import { expect, test } from 'vitest';
import { rowMaker } from '../../src/base/rowMaker.ts';

const names = ['plain', 'with space', '"quoted"', '__proto__', 'constructor', '2020', '${x}', 'a\u2028b', ''];

test('every name is a property of its own, whatever it says', () => {
  const columns = names.map((_, at) => [at, at + 0.5]);
  const rows: object[] = [];
  rowMaker<number[]>(names, 'index')!(columns, rows, 0, 2);
  for (const [index, row] of rows.entries()) {
    expect(Object.fromEntries(Object.entries(row))).toEqual(
      Object.fromEntries(names.map((name, at) => [name, at + index / 2])),
    );
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  }
});

test('columns can be functions, and only the rows asked for are made', () => {
  const rows: object[] = [];
  rowMaker<(row: number) => number>(['square'], 'call')!([(row) => row * row], rows, 2, 4);
  expect(rows).toEqual([undefined, undefined, { square: 4 }, { square: 9 }]);
});
