import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callKey } from '../../../src/cache/callKey.ts';
import { decode, encode } from '../../../src/cache/codec.ts';
import { anyValue } from '../values.ts';
import { fuzzKeys } from './fuzz.ts';

/**
 * The domain: primitives of every type with their borders, and to any depth plain objects, objects without a
 * prototype, arrays with holes, Map, Set, Date, boxed values and typed arrays.
 */
const list = fc.array(anyValue, { maxLength: 3 });

describe('The laws of keys:', () => {
  test('equal arguments have equal keys, whatever memory they lie in', () => {
    fc.assert(
      fc.property(list, (args) => {
        expect(callKey(decode(encode(args).bytes) as unknown[])).toEqual(callKey(args));
      }),
      { numRuns: 2000 },
    );
  });

  test('arguments with equal keys are equal', () => {
    fc.assert(
      fc.property(list, list, (one, other) => {
        if (isDeepStrictEqual(callKey(one), callKey(other))) expect(one).toStrictEqual(other);
      }),
      { numRuns: 2000 },
    );
  });

  test('one changed part anywhere makes another key', () => {
    const changed = fc.tuple(list, anyValue, anyValue, fc.string()).filter(([, a, b]) => !isDeepStrictEqual(a, b));
    fc.assert(
      fc.property(changed, ([args, before, after, name]) => {
        const withPart = (part: unknown) => callKey([...args, { list: [1, { [name]: part }] }]);
        expect(withPart(before)).not.toEqual(withPart(after));
      }),
      { numRuns: 2000 },
    );
  });

  test('thirty thousand random lists, each made twice, collide never and differ never falsely', () => {
    const { wrong, different } = fuzzKeys(30_000, 1);
    expect(wrong).toEqual([]);
    expect(different).toBeGreaterThan(15_000);
  });
});
