import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batch } from '../../src/data/batch.ts';

const forms = [
  (items: readonly number[]) => items,
  (items: readonly number[]) => new Set(items),
  (items: readonly number[]) =>
    (function* () {
      yield* items;
    })(),
  (items: readonly number[]) =>
    (async function* () {
      yield* items;
    })(),
];

test('batches of any size, however many at a time, give every item once and in order', async () => {
  const cases = fc.record({
    items: fc.uniqueArray(fc.integer(), { maxLength: 40 }),
    size: fc.integer({ min: 1, max: 12 }),
    concurrency: fc.integer({ min: 1, max: 5 }),
    form: fc.constantFrom(...forms),
    delays: fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ items, size, concurrency, form, delays }) => {
      let [running, most] = [0, 0];
      const results = await batch(
        form(items),
        async (some, { index }) => {
          most = Math.max(most, ++running);
          for (let turns: number = delays.next().value; turns > 0; turns--) await null;
          running -= 1;
          return { index, some };
        },
        { size, concurrency },
      );
      expect(results.flatMap(({ some }) => some)).toEqual(items);
      expect(results.map(({ index }) => index)).toEqual(results.map((_, index) => index));
      expect(results.slice(0, -1).every(({ some }) => some.length === size)).toBe(true);
      expect(most).toBeLessThanOrEqual(concurrency);
    }),
    { numRuns: 60 },
  );
});

test('endless items are taken only as results are', async () => {
  let taken = 0;
  const endless = function* () {
    for (;;) yield taken++;
  };
  for await (const sum of batch(endless(), (some) => some.length, { size: 10, concurrency: 2 })) {
    expect(sum).toBe(10);
    if (taken >= 100) break;
  }
  expect(taken).toBeLessThan(140);
});

test('progress tells items, batches and how many there are where that is known', async () => {
  const told: unknown[] = [];
  await batch([1, 2, 3], () => {}, { size: 2, onProgress: (progress) => told.push(progress) });
  await batch([1][Symbol.iterator](), () => {}, { onProgress: (progress) => told.push(progress) });
  expect(told).toEqual([
    { items: 2, batches: 1, total: 3 },
    { items: 3, batches: 2, total: 3 },
    { items: 1, batches: 1, total: null },
  ]);
});

test('a signal stops it at once, also one that waits', async () => {
  const stop = new AbortController();
  let begun = 0;
  const never = () => new Promise(() => void begun++);
  const endless = batch([1, 2, 3], never, {
    size: 1,
    signal: stop.signal,
  });
  setTimeout(() => stop.abort(new Error('enough')), 5);
  await expect(endless).rejects.toThrow('enough');
  expect(begun).toBe(1);
});

test('an error stops it, tells the others, and is thrown', async () => {
  const aborted: number[] = [];
  const failing = batch(
    [0, 1, 2, 3, 4, 5],
    async (_some, { index, signal }) => {
      if (index === 1) throw new Error('batch 1');
      if (index === 2) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      if (signal.aborted) aborted.push(index);
    },
    { size: 1, concurrency: 3 },
  );
  await expect(failing).rejects.toThrow('batch 1');
  expect(aborted).toEqual([2]);
});

test('a size that is none is refused in words', () => {
  expect(() => batch([], () => {}, { size: 0 })).toThrow('batch: size must be a whole number from 1, and is 0.');
});
