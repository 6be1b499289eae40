import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../src/base/duration.ts';
import { completeCell } from '../../src/notebook/cell.ts';

describe('completeCell', () => {
  test('fills in every default', () => {
    expect(completeCell({})).toEqual({
      cell: {
        cache: { mode: 'auto', ttlMs: null, persist: true, key: null },
        disabled: false,
        hideCode: false,
        run: 'auto',
        name: null,
      },
      problems: [],
    });
  });

  test('takes what was written', () => {
    const { cell, problems } = completeCell({
      cache: 'off',
      disabled: true,
      hideCode: true,
      run: 'manual',
      name: ' x ',
    });
    expect(problems).toEqual([]);
    expect(cell).toMatchObject({ cache: { mode: 'off' }, disabled: true, hideCode: true, run: 'manual', name: 'x' });
  });

  test('reads the parts of a cache object', () => {
    const { cell, problems } = completeCell({ cache: { ttl: '1h', persist: false, key: 'v2' } });
    expect(problems).toEqual([]);
    expect(cell.cache).toEqual({ mode: 'auto', ttlMs: 3_600_000, persist: false, key: 'v2' });
  });

  test.each([
    [{ cache: 'never' }, '`cache` must be "auto", "off", "always" or an object such as {"ttl": "1h"}, but is "never".'],
    [{ cache: null }, '`cache` must be "auto", "off", "always" or an object such as {"ttl": "1h"}, but is null.'],
    [
      { cache: { ttl: 'soon' } },
      '`cache.ttl` must be a time such as "90s", "10m", "1h" or "7d", or a number of milliseconds, but is "soon".',
    ],
    [{ cache: { tll: '1h' } }, '`cache.tll` is not an option; `cache` knows "ttl", "persist" and "key".'],
    [{ cache: { persist: 1 } }, '`cache.persist` must be true or false, but is 1.'],
    [{ disabled: 'yes' }, '`disabled` must be true or false, but is "yes".'],
    [{ hideCode: 0 }, '`hideCode` must be true or false, but is 0.'],
    [{ run: 'never' }, '`run` must be "auto" or "manual", but is "never".'],
    [{ name: '' }, '`name` must be a text that is not empty, but is "".'],
  ])('names the option and what it may be: %j', (options, problem) => {
    expect(completeCell(options).problems).toEqual([problem]);
  });

  test('a wrong value leaves the other options standing', () => {
    expect(completeCell({ cache: 3, name: 'x' }).cell).toMatchObject({ cache: { mode: 'auto' }, name: 'x' });
  });

  test('never throws, whatever JSON the options hold', () => {
    fc.assert(
      fc.property(fc.record({ cache: fc.jsonValue(), run: fc.jsonValue(), name: fc.jsonValue() }), (options) => {
        expect(completeCell(options).cell.cache.mode).toMatch(/auto|off|always/);
      }),
    );
  });
});

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['1.5 h', 5_400_000],
  ['10m', 600_000],
  ['10min', 600_000],
  ['7d', 604_800_000],
  [1200, 1200],
  [0, 0],
  [-1, null],
  [Number.NaN, null],
  ['1', null],
  ['h', null],
  ['-1h', null],
  [true, null],
])('the time to live %j is %j milliseconds', (written, ms) => {
  expect(parseDuration(written)).toBe(ms);
});
