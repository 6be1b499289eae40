import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, digestOf, encode, NotDecodable, NotEncodable } from '../../src/cache/codec.ts';
import { registerType } from '../../src/cache/customTypes.ts';
import { anyValue } from './values.ts';

const copy = <T>(value: T): T => decode(encode(value).bytes) as T;

/** What `encode` says of a value that it refuses. */
function refusal(value: unknown): { path: string; reason: string } {
  try {
    encode(value);
  } catch (error) {
    if (error instanceof NotEncodable) return { path: error.path, reason: error.reason };
    throw error;
  }
  throw new Error('It was encoded.');
}

describe('a value and its bytes', () => {
  test('every value comes back equal, and encodes to the same bytes again', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const { bytes, digest } = encode(value);
        const restored = decode(bytes);
        expect(isDeepStrictEqual(restored, value)).toBe(true);
        expect(encode(restored).digest).toBe(digest);
        expect(digestOf(value)).toBe(digest);
      }),
      { numRuns: 1000 },
    );
  });

  test('the order of keys is kept, and counts', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2 }), (keys) => {
        const object = Object.fromEntries(keys.map((key, index) => [key, index]));
        expect(Object.keys(copy(object))).toEqual(Object.keys(object));
      }),
    );
    expect(encode({ a: 1, b: 2 }).digest).not.toBe(encode({ b: 2, a: 1 }).digest);
  });

  test('strings of every kind and length survive, lone surrogates too', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => copy(text) === text));
    const odd = ['\ud800', 'a\udc00', 'é'.repeat(50), '𝄞'.repeat(30), 'x'.repeat(3_000_000), '\u0000'];
    for (const text of odd) expect(copy(text) === text).toBe(true);
  });

  test('a digest does not depend on how the engine holds a string', () => {
    const flat = 'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz';
    const joined = [...flat].reduce((text, letter) => text + letter, '');
    const wide = `${flat}☃`.slice(0, -1);
    const sliced = `${flat}${flat}`.slice(flat.length);
    for (const text of [joined, wide, sliced]) expect(digestOf(text)).toBe(digestOf(flat));
  });

  test('numbers keep their sign, NaN and precision', () => {
    const numbers = [
      0,
      -0,
      1,
      -1,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 31,
      2 ** 53,
      1e-320,
      Number.NaN,
      Infinity,
      -Infinity,
      0.1,
    ];
    const restored = copy(numbers);
    for (const [index, number] of numbers.entries()) expect(Object.is(restored[index], number)).toBe(true);
  });

  test('holes, sparse arrays and undefined are told apart', () => {
    // biome-ignore lint/suspicious/noSparseArray: holes are the point
    const array = [1, , undefined, , ,];
    expect(Object.keys(copy(array))).toEqual(['0', '2']);
    expect(copy(array)).toHaveLength(5);
    const sparse: number[] = [];
    sparse[5] = 1;
    sparse[4_000_000_000] = 2;
    const restored = copy(sparse);
    expect(Object.entries(restored)).toEqual(Object.entries(sparse));
    expect(restored).toHaveLength(4_000_000_001);
  });

  test('names on an array are kept, on short and long ones', () => {
    for (const length of [3, 1000]) {
      const rows = Object.assign(
        Array.from({ length }, (_, id) => ({ id })),
        { columns: ['id'] },
      );
      expect(copy(rows).columns).toEqual(['id']);
      expect(copy(rows)).toHaveLength(length);
    }
    const match = /(?<year>\d+)/.exec('in 2024')!;
    expect(copy(match).groups!.year).toBe('2024');
    expect(copy(match).index).toBe(3);
  });

  test('cycles and shared objects keep their identity', () => {
    const shared = { n: 1 };
    const value = { left: shared, right: [shared], map: new Map([[shared, shared]]), self: null as unknown };
    value.self = value;
    const restored = copy(value);
    expect(restored.self).toBe(restored);
    expect(restored.right[0]).toBe(restored.left);
    expect(restored.map.get(restored.left)).toBe(restored.left);
    expect(encode([shared, shared]).digest).not.toBe(encode([shared, { n: 1 }]).digest);
  });

  test('built-in objects come back as what they were', () => {
    const sticky = /a+/gy;
    sticky.lastIndex = 2;
    const value = {
      date: new Date(1e12),
      noDate: new Date(Number.NaN),
      sticky,
      url: new URL('https://example.org/a?b=c#d'),
      query: new URLSearchParams('a=1&a=2'),
      boxed: [Object(1), Object('é'), Object(false), Object(2n), Object(Symbol.for('s'))],
      big: [-(2n ** 80n), 0n, 1n],
      symbol: Symbol.for('memoir'),
      bytes: Buffer.from('pooled'),
      bare: Object.assign(Object.create(null), { a: 1 }),
    };
    const restored = copy(value);
    expect(isDeepStrictEqual(restored, value)).toBe(true);
    expect(restored.sticky.lastIndex).toBe(2);
    expect(restored.url.href).toBe(value.url.href);
    expect(String(restored.query)).toBe('a=1&a=2');
    expect(Buffer.isBuffer(restored.bytes)).toBe(true);
    expect(Object.getPrototypeOf(restored.bare)).toBeNull();
  });

  test('an own property named __proto__ stays a property', () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}');
    const restored = copy(value);
    expect(Object.keys(restored)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(restored)).toBe(Object.prototype);
  });

  test('errors keep kind, message, cause, stack and what was added to them', () => {
    const error = Object.assign(new RangeError('too far', { cause: new Error('why') }), { code: 'E_FAR' });
    const restored = copy(error);
    expect(restored).toBeInstanceOf(RangeError);
    expect(restored).toMatchObject({ message: 'too far', code: 'E_FAR', stack: error.stack });
    expect((restored.cause as Error).message).toBe('why');
    expect(Object.keys(restored)).toEqual(['code']);
    expect(copy(new AggregateError([new TypeError('a')], 'all')).errors[0]).toBeInstanceOf(TypeError);
  });

  test('two views of one memory still share it', () => {
    const memory = new ArrayBuffer(16);
    const { whole, part } = copy({ whole: new Uint8Array(memory), part: new Float32Array(memory, 4, 2) });
    whole[4] = 255;
    expect(part.buffer).toBe(whole.buffer);
    expect(part).toHaveLength(2);
    expect(part[0]).not.toBe(0);
  });

  test('a small buffer does not carry the pool it lies in', () => {
    expect(encode(Buffer.from('abc')).bytes.length).toBeLessThan(50);
    expect(copy(Buffer.from('abc')).toString()).toBe('abc');
  });
});

describe('what is refused', () => {
  class Point {
    x = 1;
  }
  function* counter() {
    yield 1;
  }
  const hostile = new Proxy(
    {},
    {
      getPrototypeOf: () => Object.prototype,
      ownKeys: () => {
        throw new Error('no');
      },
    },
  );

  test.each<[string, unknown, string]>([
    ['functions', () => 1, 'a function'],
    ['classes', Point, 'a function'],
    ['instances of classes', new Point(), 'an instance of Point'],
    ['promises', Promise.resolve(1), 'a promise'],
    ['generators', counter(), 'a generator'],
    ['weak maps', new WeakMap(), 'an instance of WeakMap'],
    ['symbols of nobody', Symbol('x'), 'a symbol that is not registered (use Symbol.for)'],
    ['proxies', hostile, 'a proxy'],
    ['shared memory', new SharedArrayBuffer(8), 'an instance of SharedArrayBuffer'],
    ['maps with properties', Object.assign(new Map(), { note: 1 }), 'a Map with properties of its own'],
    ['symbols as keys', { [Symbol.for('k')]: 1 }, 'an object with symbols as keys'],
    ['objects that pose as others', Object.create(Map.prototype), 'an object with a borrowed prototype'],
    ['instances of own errors', new (class MyError extends Error {})('x'), 'an instance of MyError'],
  ])('%s', (_, value, reason) => {
    expect(refusal(value)).toEqual({ path: '', reason });
  });

  test('getters and hidden properties, by their name', () => {
    const computed = {
      get total() {
        return 1;
      },
    };
    expect(refusal([{ computed }])).toEqual({ path: '[0].computed.total', reason: 'computed by a getter' });
    const hidden = Object.defineProperty({}, 'secret', { value: 1, enumerable: false });
    expect(refusal({ hidden })).toEqual({ path: 'hidden.secret', reason: 'a hidden property' });
  });

  test('the place is named, however deep', () => {
    const rows = [{ id: 1 }, { id: 2, handler: { deep: () => 1 } }];
    expect(refusal({ rows }).path).toBe('rows[1].handler.deep');
    expect(refusal({ lookup: new Map([['a', new Point()]]) }).path).toBe('lookup<"a">');
    expect(() => encode({ 'odd name': Symbol('x') })).toThrow('["odd name"] cannot be stored: it is a symbol');
  });

  test('nesting beyond what the stack can hold, while a list of 900 links passes', () => {
    const chain = (length: number) => Array.from({ length }).reduce<object>((next) => ({ next }), {});
    expect(refusal(chain(100_000)).reason).toContain('levels deep');
    expect(encode(copy(chain(900))).digest).toBe(encode(chain(900)).digest);
  });
});

describe('bytes that are not a value', () => {
  const { bytes } = encode({ rows: [{ a: 1.5, b: 'text' }], map: new Map([[1, new Float64Array(3)]]) });

  test('are refused when cut anywhere', () => {
    for (let length = 0; length < bytes.length; length++) expect(() => decode(bytes.subarray(0, length))).toThrow();
  });

  test('never hang or crash when damaged', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = byte;
        try {
          decode(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });

  test('of another kind are named as such', () => {
    expect(() => decode(Buffer.from('{"a": 1}'))).toThrow(NotDecodable);
  });
});

describe('objects of other cells', () => {
  test('are written as references and resolved to the same objects', () => {
    const rows = [{ id: 1 }, { id: 2 }];
    const owned: object[] = [];
    const upstream = encode(rows, {
      onObject: (object, index) => {
        owned[index] = object;
      },
    });
    const external = (object: object) => {
      const index = owned.indexOf(object);
      return index < 0 ? undefined : { producer: upstream.digest, index };
    };
    const mine = { first: rows[0], again: rows[0], all: rows };
    const { bytes } = encode(mine, { external });

    const restoredOwned: object[] = [];
    const restoredRows = decode(upstream.bytes, {
      onObject: (object, index) => {
        restoredOwned[index] = object;
      },
    });
    expect(restoredOwned).toHaveLength(owned.length);
    const restored = decode(bytes, {
      resolve: ({ producer, index }) => {
        expect(producer).toBe(upstream.digest);
        return restoredOwned[index]!;
      },
    }) as typeof mine;
    expect(restored.all).toBe(restoredRows);
    expect(restored.first).toBe(restored.all[0]);
    expect(restored.again).toBe(restored.first);
  });

  test('may be functions', () => {
    const helper = () => 1;
    const { bytes } = encode(
      { helper },
      { external: (object) => (object === helper ? { producer: 'a', index: 0 } : undefined) },
    );
    expect(decode(bytes, { resolve: () => helper })).toEqual({ helper });
  });

  test('are numbered alike in both directions', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const before: object[] = [];
        const after: object[] = [];
        const { bytes } = encode(value, {
          onObject: (object, index) => {
            before[index] = object;
          },
        });
        decode(bytes, {
          onObject: (object, index) => {
            after[index] = object;
          },
        });
        expect(isDeepStrictEqual(after, before)).toBe(true);
      }),
    );
  });
});

describe('registered types', () => {
  class Recipe {
    readonly steps: readonly string[];
    constructor(steps: readonly string[]) {
      this.steps = steps;
    }
  }
  const type = {
    name: 'recipe',
    is: (object: object): object is Recipe => object instanceof Recipe,
    pack: (recipe: Recipe) => recipe.steps,
    unpack: (steps: unknown) => new Recipe(steps as string[]),
  };

  test('are carried by what they pack, with their identity, until they are taken back', () => {
    const registration = registerType(type);
    const recipe = new Recipe(['load', 'count']);
    const { bytes } = encode({ recipe, same: recipe, after: { a: 1 } });
    const restored = decode(bytes) as { recipe: Recipe; same: Recipe };
    expect(restored.recipe).toBeInstanceOf(Recipe);
    expect(restored.recipe.steps).toEqual(recipe.steps);
    expect(restored.same).toBe(restored.recipe);
    registration.dispose();
    expect(refusal(recipe).reason).toBe('an instance of Recipe');
    expect(() => decode(bytes)).toThrow('The type recipe is not registered here.');
  });
});
