import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { relativeError, Sketch } from '../../src/monitor/sketch.ts';

const value = fc.double({ min: -1e15, max: 1e15, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-15);

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const x of values) sketch.add(x);
  return sketch;
}

function merged(...sketches: readonly Sketch[]): number[] {
  const sum = new Sketch();
  for (const sketch of sketches) sum.merge(sketch);
  return sum.toJSON();
}

describe('a sketch', () => {
  test('gives every quantile within its relative error', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const exact = values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))]!;
          const found = sketchOf(values).quantile(q);
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.abs(exact) * (relativeError + 1e-9));
        },
      ),
    );
    expect(relativeError).toBeLessThan(0.01);
  });

  test('of two lots is the sketch of both together, in whatever order they are merged', () => {
    const lot = fc.array(value, { maxLength: 50 });
    fc.assert(
      fc.property(lot, lot, lot, (a, b, c) => {
        const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)];
        const together = sketchOf([...a, ...b, ...c]).toJSON();
        const left = Sketch.fromJSON(merged(x, y));
        const right = Sketch.fromJSON(merged(y, z));
        expect(merged(left, z)).toEqual(together);
        expect(merged(x, right)).toEqual(together);
        expect(merged(z, y, x)).toEqual(together);
      }),
    );
  });

  test('comes back from JSON as it was', () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const sketch = sketchOf(values);
        const again = Sketch.fromJSON(JSON.parse(JSON.stringify(sketch)));
        expect(again.toJSON()).toEqual(sketch.toJSON());
        expect(again.count).toBe(values.length);
      }),
    );
  });

  test('stays small whatever it is given', () => {
    const sketch = new Sketch();
    for (let power = -320; power < 308; power += 0.01) {
      sketch.add(10 ** power);
      sketch.add(-(10 ** power));
    }
    expect(sketch.toJSON().length).toBeLessThanOrEqual(2 * 8003);
  });

  test('without values has no quantiles', () => {
    expect(new Sketch().quantile(0.5)).toBeNaN();
  });
});
