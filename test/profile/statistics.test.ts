import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, medianDeviation, medianInterval, quantile, shareMargin } from '../../src/profile/statistics.ts';

describe('statistics', () => {
  test('the median and its deviation are those of the textbook', () => {
    expect(median(Float64Array.of(3, 1, 2))).toBe(2);
    expect(median(Float64Array.of(4, 1, 3, 2))).toBe(2.5);
    expect(medianDeviation(Float64Array.of(1, 1, 2, 2, 4, 6, 9))).toBe(1);
    expect(quantile(Float64Array.of(0, 10, 20), 0.95)).toBeCloseTo(19);
  });

  test('the ranks of the interval are those of the binomial table', () => {
    const upTo = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);
    expect(medianInterval(upTo(5))).toBeNull();
    expect(medianInterval(upTo(6))).toEqual([1, 6]);
    expect(medianInterval(upTo(10))).toEqual([2, 9]);
    expect(medianInterval(upTo(20))).toEqual([6, 15]);
    expect(medianInterval(upTo(100))).toEqual([40, 61]);
  });

  test('the interval covers the true median in 95 % of samples', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const covered = Array.from({ length: 2000 }, () => {
      const [low, high] = medianInterval(Float64Array.from({ length: 41 }, () => random() ** 3))!;
      return low <= 0.125 && 0.125 <= high;
    });
    expect(covered.filter(Boolean).length / covered.length).toBeGreaterThan(0.94);
  });

  test('the interval holds the median, and exact and normal ranks meet', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 6, maxLength: 200 }),
        (list) => {
          const values = Float64Array.from(list);
          const [low, high] = medianInterval(values)!;
          return low <= median(values) && median(values) <= high;
        },
      ),
    );
    const [exact] = medianInterval(Float64Array.from({ length: 1000 }, (_, i) => i))!;
    const [normal] = medianInterval(Float64Array.from({ length: 1001 }, (_, i) => i))!;
    expect(Math.abs(exact - normal)).toBeLessThanOrEqual(1);
  });

  test('the margin of a share is half of the Wilson interval', () => {
    expect(shareMargin(700, 1000)).toBeCloseTo(0.0284, 3);
    expect(shareMargin(0, 1000)).toBeGreaterThan(0);
    expect(shareMargin(0, 0)).toBe(0);
  });
});
