import { describe, expect, test } from 'vitest';
import { columnMeasure, measureText, medianText } from '../../webview/profilePageText.ts';

const timing = { runs: 50, batch: 1, meanMs: 1, p95Ms: 1, mad: 0.1, samples: [] };

describe('a measured time', () => {
  test.each([
    [0, '0.00 ms'],
    [1240, '1.24 s'],
    [999.96, '1.00 s'],
    [83.14, '83.1 ms'],
    [412.7, '413 ms'],
    [0.00412, '4.12 µs'],
    [0.0000052, '5.20 ns'],
  ])('of %d ms is %s', (ms, text) => {
    expect(measureText(ms)).toBe(text);
  });
});

describe('the headline', () => {
  test.each<[number, [number, number] | null, string, string | null]>([
    [12.41, [12.29, 12.58], '12.4 ms', '± 0.1 ms'],
    [1.24, [1.2, 1.3], '1.24 ms', '± 0.05 ms'],
    [412, [411.9, 412.1], '412 ms', '± < 1 ms'],
    [0.00412, [0.004, 0.0042], '4.12 µs', '± 0.10 µs'],
    [7, null, '7.00 ms', null],
  ])('of %d with %j is %s %s', (medianMs, ci95, median, plusMinus) => {
    expect(medianText({ ...timing, medianMs, ci95 })).toEqual({ median, plusMinus });
  });
});

test('a column of times has one unit, that of its largest', () => {
  const { unit, text } = columnMeasure([3.18, 0.861, 0.0042]);
  expect([unit, text(3.18), text(0.861), text(0.0042)]).toEqual(['ms', '3.18', '0.86', '0.00']);
});
