import { describe, expect, test } from 'vitest';
import { coarseNow } from '../../src/cache/coarseClock.ts';

describe('the coarse clock', () => {
  test('is right again after a turn of the event loop', async () => {
    for (let turn = 0; turn < 20; turn++) {
      coarseNow();
      await new Promise((resolve) => setTimeout(resolve, 5));
      const before = Date.now();
      expect(coarseNow()).toBeGreaterThanOrEqual(before - 1);
      expect(coarseNow()).toBeLessThanOrEqual(Date.now());
    }
  });

  test('is right after a few looks where no timer gets its turn, and then with each', () => {
    for (let look = 0; look < 16; look++) coarseNow();
    const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    for (let look = 0; look < 32; look++) {
      sleep(3);
      const before = Date.now();
      if (look >= 16) expect(coarseNow()).toBeGreaterThanOrEqual(before);
      else coarseNow();
    }
  });
});
