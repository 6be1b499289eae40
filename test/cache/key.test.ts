import { inspect, isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../src/cache/codec.ts';
import { digestBytes, digestParts, digestText, keyDigest } from '../../src/cache/key.ts';
import { anyValue } from './values.ts';

describe('the digest of a value', () => {
  test('is the same for a copy', () => {
    fc.assert(
      fc.property(anyValue, (value) => keyDigest(decode(encode(value).bytes)) === keyDigest(value)),
      { numRuns: 500 },
    );
  });

  test('differs wherever values differ', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        fc.pre(!isDeepStrictEqual(a, b));
        expect(keyDigest(a)).not.toBe(keyDigest(b));
      }),
      { numRuns: 1000 },
    );
  });

  test('differs for nearly equal structures, exhaustively paired', () => {
    // biome-ignore lint/suspicious/noSparseArray: a hole is one of the cases
    const hole = [1, , 2];
    const values: unknown[] = [
      null,
      undefined,
      false,
      true,
      0,
      -0,
      1,
      1n,
      '1',
      '',
      'null',
      Number.NaN,
      'NaN',
      Infinity,
      1000,
      '1000',
      1.5,
      [],
      [[]],
      [null],
      [undefined],
      hole,
      [1, undefined, 2],
      [1, 2],
      ['1', '2'],
      ['12'],
      ['1,2'],
      [1, [2]],
      [[1], 2],
      {},
      { a: undefined },
      { a: null },
      { a: 1 },
      { b: 1 },
      { a: '1' },
      { a: { b: 1 } },
      { 'a.b': 1 },
      { ab: 1 },
      Object.create(null),
      new Map(),
      new Set(),
      new Map([[1, 2]]),
      new Map([[2, 1]]),
      new Set([1, 2]),
      new Set([2, 1]),
      new Map([['a', 1]]),
      new Map([
        [1, 2],
        [3, 4],
      ]),
      new Map([
        [3, 4],
        [1, 2],
      ]),
      new Map([[{}, 1]]),
      new Date(0),
      new Date(Number.NaN),
      new Date(0).toISOString(),
      /a/,
      /a/g,
      '/a/',
      new URL('http://a/'),
      'http://a/',
      Object(1),
      Object('1'),
      Object(false),
      Symbol.for('a'),
      'Symbol(a)',
      new Error('a'),
      new TypeError('a'),
      new Error('b'),
      new Error('a', { cause: 1 }),
      { message: 'a' },
      new Uint8Array([1, 2]),
      new Int8Array([1, 2]),
      new Uint16Array([513]),
      Buffer.from([1, 2]),
      new Uint8Array([1, 2]).buffer,
      new DataView(new ArrayBuffer(2)),
      new Float32Array([0]),
      new Float64Array([0]),
      new Float64Array([-0]),
      Object.assign([1, 2], { a: 1 }),
    ];
    const digests = new Map<string, unknown>();
    for (const value of values) {
      const digest = keyDigest(value);
      expect(digests.has(digest), `${inspect(value)} collides`).toBe(false);
      digests.set(digest, value);
    }
  });

  test('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string(), anyValue), { selector: ([key]) => key }), (entries) => {
        const forward = { inner: Object.fromEntries(entries), list: [Object.fromEntries(entries)] };
        const backward = {
          list: [Object.fromEntries(entries.toReversed())],
          inner: Object.fromEntries(entries.toReversed()),
        };
        expect(keyDigest(backward)).toBe(keyDigest(forward));
      }),
    );
  });

  test('sees shared references and cycles', () => {
    const shared = {};
    expect(keyDigest([shared, shared])).not.toBe(keyDigest([{}, {}]));
    const ring = (size: number) => {
      const first: { next?: object } = {};
      let last = first;
      for (let step = 1; step < size; step++) {
        const next = {};
        last.next = next;
        last = next;
      }
      last.next = first;
      return first;
    };
    expect(keyDigest(ring(2))).toBe(keyDigest(ring(2)));
    expect(keyDigest(ring(2))).not.toBe(keyDigest(ring(3)));
  });

  test('looks at the bytes of a typed array, not at the memory around them', () => {
    const memory = Uint8Array.from([9, 1, 2, 9]);
    expect(keyDigest(memory.subarray(1, 3))).toBe(keyDigest(Uint8Array.from([1, 2])));
  });

  test('leaves out the stack of an error', () => {
    const make = () => new Error('a');
    const elsewhere = [make()][0]!;
    expect(keyDigest(make())).toBe(keyDigest(elsewhere));
  });

  test('is refused where it would not be sound', () => {
    expect(() => keyDigest({ f() {} })).toThrow('f cannot be stored: it is a function.');
  });
});

describe('keys made of parts', () => {
  test('depend on every name, every value and the schema, not on the order', () => {
    const key = digestParts('cell/1', { code: 'a', inputs: { x: '1', y: '2' } });
    expect(digestParts('cell/1', { inputs: { y: '2', x: '1' }, code: 'a' })).toBe(key);
    expect(digestParts('cell/2', { code: 'a', inputs: { x: '1', y: '2' } })).not.toBe(key);
    expect(digestParts('cell/1', { code: 'a', inputs: { x: '12', y: '' } })).not.toBe(key);
    expect(digestParts('cell/1', { code: 'a', inputs: { x: '1' }, y: '2' })).not.toBe(key);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  test('texts and bytes are digested as they are', () => {
    expect(digestText('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(digestBytes(Buffer.from('abc'))).toBe(digestText('abc'));
  });
});
