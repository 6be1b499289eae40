import { describe, expect, test } from 'vitest';
import { counting, startProgram } from '../program.ts';
import { different, equal, refused } from './pairs.ts';

describe('A function cached in memory', () => {
  test('never takes one argument list of a pair for the other, first or again', () => {
    const { cached } = startProgram();
    for (const [sentence, one, other] of different) {
      const fn = counting((...args: unknown[]) => ({ args }));
      const call = cached(fn, { freeze: false });
      const [ofOne, ofOther] = [call(...one), call(...other)];
      expect(fn.calls, sentence).toHaveLength(2);
      expect(call(...one), sentence).toBe(ofOne);
      expect(call(...other), sentence).toBe(ofOther);
    }
  });

  test('computes once for two spellings of one argument list', () => {
    const { cached } = startProgram();
    for (const [sentence, one, other] of equal) {
      const fn = counting((..._args: unknown[]) => 1);
      const call = cached(fn);
      for (const args of [one, other, one, other]) call(...args);
      expect(fn.calls, sentence).toHaveLength(1);
    }
  });

  test('computes each time what cannot be told apart', () => {
    const { cached } = startProgram();
    for (const [sentence, make] of refused) {
      const fn = counting((_: unknown) => 1);
      const call = cached(fn);
      call(make());
      call(make());
      expect(fn.calls, sentence).toHaveLength(2);
    }
  });

  test('takes a changed argument for a new one, also where the function changes it itself', async () => {
    const { cached } = startProgram();
    const fn = counting((range: { from: number }) => range.from++);
    const call = cached(fn);
    const range = { from: 1 };
    expect([call(range), call(range), call(range)]).toEqual([1, 2, 3]);
    expect([call({ from: 2 }), call({ from: 4 }), call({ from: 1 })]).toEqual([2, 4, 1]);
    const later = cached(async (list: { last: number }) => {
      await null;
      list.last = 9;
      return list.last + 1;
    });
    expect(await later({ last: 1 })).toBe(10);
    expect(await later({ last: 9 })).toBe(10);
    expect(later.stats()).toMatchObject({ misses: 2 });
  });

  test('tells objects apart that are found by their values, after values were dropped, too', () => {
    const { cached } = startProgram();
    const fn = counting((query: Record<string, unknown>) => ({ ...query }));
    const call = cached(fn, { maxEntries: 3, cost: 1 });
    const queries = [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
      { a: 1 },
      { a: '1' },
      { a: 0 },
      { a: -0 },
      { a: null },
      { a: true },
    ];
    const more = [{ a: undefined }, { a: Number.NaN }, { a: { a: 1 } }, { a: [1] }, { b: 1, a: 2 }, { a: 1n }, {}];
    for (let round = 0; round < 3; round++) {
      for (const query of [...queries, ...more]) {
        expect(call({ ...query })).toStrictEqual(query);
        expect(call({ ...query })).toStrictEqual(query);
      }
    }
    expect(fn.calls.length).toBeGreaterThan(14);
  });

  test('sees the object that it is called on', () => {
    const { cached } = startProgram();
    const total = cached(function (this: unknown, count: number) {
      return (this as { price: number }).price * count;
    });
    const [pen, book] = [{ price: 2 }, { price: 30 }];
    expect([total.call(pen, 2), total.call(book, 2), total.call({ price: 2 }, 2)]).toEqual([4, 60, 4]);
    expect(total.stats()).toMatchObject({ hits: 1, misses: 2 });
    class Shop {
      price = 5;
      total = total;
    }
    expect(new Shop().total(2)).toBe(10);
    expect(total.stats()).toMatchObject({ uncached: 1 });
  });
});

describe('A function cached on disk', () => {
  test('never takes one argument list of a pair for the other', async () => {
    const { cached } = startProgram();
    const pairs = different.filter(([, one]) => !(one[0] instanceof Uint8Array && one[0].length > 1e6));
    let computed = 0;
    const call = cached((..._args: unknown[]) => ++computed, { persist: true, namespace: 'pairs' });
    for (const [sentence, one, other] of pairs) {
      const [ofOne, ofOther] = [await call(sentence, ...one), await call(sentence, ...other)];
      expect(ofOne, sentence).not.toBe(ofOther);
      expect(await call(sentence, ...one), sentence).toBe(ofOne);
    }
  });
});
