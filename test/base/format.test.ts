import { expect, test } from 'vitest';
import { ratioInWords } from '../../src/base/format.ts';

test('a ratio is told as a number above 1, with its interval the right way round', () => {
  expect(ratioInWords({ value: 0.071, ci95: [0.05, 0.078] })).toEqual({
    value: '14.1',
    low: '12.8',
    high: '20.0',
    as: 'fast',
  });
  expect(ratioInWords({ value: 2, ci95: [1.5, 2.5] })).toEqual({
    value: '2.00',
    low: '1.50',
    high: '2.50',
    as: 'long',
  });
});
