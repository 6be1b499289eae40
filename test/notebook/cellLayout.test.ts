import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeCell } from '../../src/notebook/cell.ts';
import { completeLayout, layoutSpec } from '../../src/notebook/cellLayout.ts';

describe('the layout of a cell', () => {
  test('is the whole width of the page, in its place, where nothing is said', () => {
    expect(completeLayout(undefined, 4)).toEqual({
      layout: { place: 'main', width: 12, order: 5, tab: null },
      problems: [],
    });
  });

  test('may be a place alone', () => {
    expect(completeLayout('sidebar', 0).layout).toMatchObject({ place: 'sidebar', order: 1 });
  });

  test.each([
    ['left', '`layout.place` must be "main", "sidebar" or "hidden", but is "left".'],
    [3, '`layout` must be "main", "sidebar", "hidden" or an object such as {"width": 6}, but is 3.'],
    [{ width: 13 }, '`layout.width` must be a whole number from 1 to 12, but is 13.'],
    [{ order: 'first' }, '`layout.order` must be a number, but is "first".'],
    [{ tab: ' ' }, '`layout.tab` must be a text that is not empty, but is " ".'],
    [{ height: 3 }, '`layout.height` is not an option; `layout` knows "place", "width", "order" and "tab".'],
  ])('%j is an error on the cell that says what it may be', (layout, problem) => {
    expect(completeCell({ layout }).problems).toEqual([problem]);
  });

  test('means nothing to a run', () => {
    expect(completeCell({ layout: { width: 3 } }).cell).toEqual(completeCell({}).cell);
  });

  test('is the same when it is written in the shortest way and read again', () => {
    const layouts = fc.record({
      place: fc.constantFrom('main' as const, 'sidebar' as const, 'hidden' as const),
      width: fc.integer({ min: 1, max: 12 }),
      order: fc.double({ noNaN: true, noDefaultInfinity: true }).map((order) => order + 0), // JSON has no −0
      tab: fc.option(fc.string({ minLength: 1 }).filter((tab) => tab.trim() === tab && tab !== '')),
    });
    fc.assert(
      fc.property(layouts, fc.nat(50), (layout, index) => {
        const written = JSON.stringify(layoutSpec(layout, index));
        expect(completeLayout(written && JSON.parse(written), index)).toEqual({ layout, problems: [] });
      }),
    );
  });
});
