import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WidgetSync } from '../../webview/widgetSync.ts';

/** A control and a notebook with a clock that stands until it is moved. */
class Bench {
  shown: unknown;
  readonly posted: unknown[] = [];
  #frames: (() => void)[] = [];
  #timers: (() => void)[] = [];
  readonly sync = new WidgetSync({
    post: (value) => this.posted.push(value),
    show: (value) => {
      this.shown = value;
    },
    nextFrame: (action) => this.#frames.push(action),
    after: (_, action) => this.#timers.push(action),
  });

  /** The reader moves the control: it shows the new value by itself. */
  move(value: unknown): void {
    this.shown = value;
    this.sync.move(value);
  }

  frame(): void {
    for (const action of this.#frames.splice(0)) action();
  }

  runOutOfPatience(): void {
    for (const action of this.#timers.splice(0)) action();
  }
}

describe('a widget in step with its notebook', () => {
  test('posts once per frame, and the last move always', () => {
    const bench = new Bench();
    for (const value of [1, 2, 3]) bench.move(value);
    bench.frame();
    bench.move(4);
    bench.frame();
    expect(bench.posted).toEqual([3, 4]);
  });

  test('is not pulled back by the echo of an earlier move', () => {
    const bench = new Bench();
    bench.move(1);
    bench.frame();
    bench.move(2);
    bench.frame();
    bench.sync.receive(1);
    expect(bench.shown).toBe(2);
    bench.sync.receive(2);
    bench.sync.receive(7);
    expect(bench.shown).toBe(7);
  });

  test('takes what the notebook decided otherwise, once patience is over', () => {
    const bench = new Bench();
    bench.move(99);
    bench.frame();
    bench.sync.receive(50);
    expect(bench.shown).toBe(99);
    bench.runOutOfPatience();
    expect(bench.shown).toBe(50);
  });

  test('waits with a value from elsewhere until the reader lets go', () => {
    const bench = new Bench();
    bench.sync.hold(true);
    bench.sync.receive(5);
    expect(bench.shown).toBeUndefined();
    bench.sync.hold(false);
    expect(bench.shown).toBe(5);
  });

  test('whatever the order of moves, frames and echoes, both sides end with the last move', () => {
    const step = fc.oneof(
      fc.record({ move: fc.integer({ min: 0, max: 9 }) }),
      fc.constant('frame' as const),
      fc.constant('echo' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 10, max: 19 }), (steps, last) => {
        const bench = new Bench();
        let echoed = 0;
        const echo = () => {
          if (echoed < bench.posted.length) bench.sync.receive(bench.posted[echoed++]);
        };
        for (const action of [...steps, { move: last }]) {
          if (action === 'frame') bench.frame();
          else if (action === 'echo') echo();
          else bench.move(action.move);
        }
        bench.frame();
        while (echoed < bench.posted.length) echo();
        expect(bench.posted.at(-1)).toBe(last);
        expect(bench.shown).toBe(last);
      }),
    );
  });
});
