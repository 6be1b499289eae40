import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectText, inspectValue } from '../../src/kernel/inspectValue.ts';
import type { ValueNode } from '../../src/protocol/output.ts';

class Point {
  readonly x = 1;
  get far(): number {
    throw new Error('a getter was called');
  }
}

describe('inspectValue', () => {
  test.each<[unknown, string, ValueNode['type']]>([
    [42, '42', 'number'],
    [-0, '-0', 'number'],
    [10n, '10n', 'number'],
    ['it\'s "so"\n', `'it\\'s "so"\\n'`, 'string'],
    [true, 'true', 'boolean'],
    [null, 'null', 'nullish'],
    [Symbol('s'), 'Symbol(s)', 'symbol'],
    [[1, 2, 3], 'Array(3)', 'object'],
    [new Map([[1, 2]]), 'Map(1)', 'object'],
    [new Set(), 'Set(0)', 'object'],
    [new Float64Array(2), 'Float64Array(2)', 'object'],
    [new Date(0), '1970-01-01T00:00:00.000Z', 'date'],
    [new Date(Number.NaN), 'Invalid Date', 'date'],
    [/a+/g, '/a+/g', 'object'],
    [new TypeError('no'), 'TypeError: no', 'error'],
    [Point, 'class Point', 'function'],
    [Math.max, 'ƒ max()', 'function'],
    [new Point(), 'Point', 'object'],
    [{}, 'Object {}', 'object'],
    [Object.create(null), 'Object {}', 'object'],
  ])('%o is written as %s', (value, preview, type) => {
    expect(inspectValue(value)).toMatchObject({ preview, type });
  });

  test('keys of a Map are written like values, holes and getters are named and not read', () => {
    const holes = new Array<number>(3);
    expect(inspectValue(new Map([['a', 1]])).entries?.[0]?.key).toBe("'a'");
    expect(inspectValue(holes).entries?.[1]?.value.preview).toBe('empty');
    const own = Object.defineProperty({}, 'now', { enumerable: true, get: () => expect.fail('a getter was called') });
    expect(inspectValue(own).entries).toEqual([{ key: 'now', value: { preview: '(getter)', type: 'nullish' } }]);
  });

  test('what is cut is counted', () => {
    const list = inspectValue(Array.from({ length: 1_000 }, (_, i) => i));
    expect(list.entries).toHaveLength(100);
    expect(list.more).toBe(900);
    expect(inspectValue({ text: 'x'.repeat(1_000) }).entries?.[0]?.value.more).toBe(700);
  });

  test('a value that contains itself ends where it begins again', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    expect(inspectValue(loop).entries?.[1]).toEqual({ key: 'self', value: { preview: '[Circular]', type: 'object' } });
  });

  test('a broad and deep value stays small', () => {
    const grow = (depth: number): unknown => (depth === 0 ? 1 : Array.from({ length: 12 }, () => grow(depth - 1)));
    expect(count(inspectValue(grow(5)))).toBeLessThan(10_000);
  });

  test('no trap of a proxy is called, wherever it hides', () => {
    const hostile = new Proxy({}, new Proxy({}, { get: () => () => expect.fail('a trap was called') }));
    const child = Object.create(hostile) as object;
    expect(inspectValue(hostile).preview).toBe('Proxy');
    expect(inspectValue({ hostile }).entries?.[0]?.value.preview).toBe('Proxy');
    expect(inspectValue(child).type).toBe('object');
  });

  test('any value at all becomes a tree and a text', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const node = inspectValue(value);
        expect(JSON.parse(JSON.stringify(node))).toEqual(node);
        expect(typeof inspectText(value)).toBe('string');
      }),
    );
  });

  test('an object whose own inspection fails is still written', () => {
    const broken = {
      [Symbol.for('nodejs.util.inspect.custom')]: () => {
        throw new Error('no');
      },
      a: 1,
    };
    expect(inspectText(broken)).toBe('Object');
  });

  test('an object with a million keys is only named', () => {
    const big = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i]));
    expect(inspectText(big)).toBe('Object');
    expect(inspectValue(big).more).toBe(19_900);
  });
});

function count(node: ValueNode): number {
  return 1 + (node.entries ?? []).reduce((sum, entry) => sum + count(entry.value), 0);
}
