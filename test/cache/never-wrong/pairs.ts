// Pairs of values that some cache, somewhere, has taken for one another; and pairs that are one value in two spellings.
import { runInNewContext } from 'node:vm';

/** What must be so, in a sentence; and the two argument lists that it is about. */
export type Pair = readonly [sentence: string, one: readonly unknown[], other: readonly unknown[]];

class Point {
  readonly x = 1;
}
class Pixel {
  readonly x = 1;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const shared = { name: 'shared' };
const date = new Date('2024-02-29T12:00:00Z');

/** These are different, however alike they look. */
export const different: readonly Pair[] = [
  // Numbers and how they are written
  ['1.0 and 20 are not 1.02 and 0', [1.0, 20], [1.02, 0]],
  ['1 and 23 are not 12 and 3', [1, 23], [12, 3]],
  ['12 and 3 are not 123 alone', [12, 3], [123]],
  ['1000 is not the text 1000', [1000], ['1000']],
  ['1e3 as a number is not its own spelling', [1e3], ['1e3']],
  ['0 is not -0', [0], [-0]],
  ['0 in a list is not -0 in a list', [[0]], [[-0]]],
  ['0 in an object is not -0 in an object', [{ a: 0 }], [{ a: -0 }]],
  ['NaN is not null', [Number.NaN], [null]],
  ['NaN is not undefined', [Number.NaN], [undefined]],
  ['NaN is not the text NaN', [Number.NaN], ['NaN']],
  ['NaN is not Infinity', [Number.NaN], [Infinity]],
  ['Infinity is not -Infinity', [Infinity], [-Infinity]],
  ['Infinity is not null', [Infinity], [null]],
  ['0.1 + 0.2 is not 0.3', [0.1 + 0.2], [0.3]],
  ['2^53 is not the whole number below it', [2 ** 53], [2 ** 53 - 1]],
  ['2^31 is not -2^31', [2 ** 31], [-(2 ** 31)]],
  ['1 is not 1n', [1], [1n]],
  ['1n is not the text 1n', [1n], ['1n']],
  ['1n is not -1n', [1n], [-1n]],
  ['16n is not the text of its digits in base 16', [16n], ['10']],
  ['1 is not true', [1], [true]],
  ['0 is not false', [0], [false]],
  ['0 is not the empty text', [0], ['']],
  // Nothing
  ['null is not undefined', [null], [undefined]],
  ['null is not the text null', [null], ['null']],
  ['undefined is not the text undefined', [undefined], ['undefined']],
  ['no argument is not undefined', [], [undefined]],
  ['one undefined is not two', [undefined], [undefined, undefined]],
  ['false is not null', [false], [null]],
  ['no argument is not an empty list', [], [[]]],
  ['no argument is not an empty object', [], [{}]],
  ['an empty list is not an empty object', [[]], [{}]],
  ['an empty text is not an empty list', [''], [[]]],
  ['a property that is undefined is not one that is missing', [{ a: undefined }], [{}]],
  ['a property that is undefined is not null', [{ a: undefined }], [{ a: null }]],
  // Texts and where they end
  ['a and bc are not ab and c', ['a', 'bc'], ['ab', 'c']],
  ['two texts are not the text with a comma', ['a', 'b'], ['a,b']],
  ['two texts are not the text with a space', ['a', 'b'], ['a b']],
  ['two texts are not the text with a NUL', ['a', 'b'], ['a\0b']],
  ['a text is not that text in quotes', ['a'], ['"a"']],
  ['a text is not JSON of an object', [{ a: 1 }], ['{"a":1}']],
  ['a text is not JSON of a list', [[1]], ['[1]']],
  ['a text is not [object Object]', [{}], ['[object Object]']],
  ['a text that looks like a key of a number is not that number', [5], ['n5,']],
  ['a text that looks like a key of a text is not that text', ['a'], ['s1:a']],
  ['a text that looks like a digest is not what has that digest', [new Map()], [`#${'0'.repeat(64)}`]],
  ['é in one sign is not é in two', ['\u00e9'], ['e\u0301']],
  ['a lone surrogate is not the replacement character', ['\ud800'], ['\ufffd']],
  ['a lone surrogate is not another', ['\ud800'], ['\udfff']],
  ['an emoji is not its halves in two texts', ['\ud83d\ude00'], ['\ud83d', '\ude00']],
  ['a is not A', ['a'], ['A']],
  ['a text is not the same text with white space behind', ['a'], ['a ']],
  ['a long text is not the same text with a change at its end', ['x'.repeat(1e5)], [`${'x'.repeat(1e5 - 1)}y`]],
  // Lists
  ['[1, 2] is not 1 and 2', [[1, 2]], [1, 2]],
  ['[1], 2 is not 1, [2]', [[1], 2], [1, [2]]],
  ['[[1], 2] is not [1, [2]]', [[[1], 2]], [[1, [2]]]],
  ['[[]] is not [[], []]', [[[]]], [[[], []]]],
  ['[1, 2] is not [2, 1]', [[1, 2]], [[2, 1]]],
  ["['12'] is not ['1', '2']", [['12']], [['1', '2']]],
  // biome-ignore lint/suspicious/noSparseArray: the hole is the point
  ['a hole is not undefined', [[1, , 2]], [[1, undefined, 2]]],
  ['two holes are not three', [new Array(2)], [new Array(3)]],
  // biome-ignore lint/suspicious/noSparseArray: the hole is the point
  ['a hole at the end is not a shorter list', [[1, ,]], [[1]]],
  ['a list of a million holes is not one with an element in its midst', [sparse(1e6)], [sparse(1e6, 5e5)]],
  ['a list is not an object with the same keys', [['a']], [{ 0: 'a' }]],
  ['a list is not an object with the same keys and a length', [['a']], [{ 0: 'a', length: 1 }]],
  ['a list with a property is not the list', [[1]], [Object.assign([1], { columns: ['a'] })]],
  ['a list is not its elements in a Set', [[1, 2]], [new Set([1, 2])]],
  ['an early number of a long list counts', [range(20_000)], [range(20_000).with(3, -1)]],
  ['a late number of a long list counts', [range(20_000)], [range(20_000).with(19_998, -1)]],
  // Objects
  ['{a: 1} is not {b: 1}', [{ a: 1 }], [{ b: 1 }]],
  ["{a: 1} is not {a: '1'}", [{ a: 1 }], [{ a: '1' }]],
  ["{'a.b': 1} is not {a: {b: 1}}", [{ 'a.b': 1 }], [{ a: { b: 1 } }]],
  ['{a: 1, b: 2} is not {a: 2, b: 1}', [{ a: 1, b: 2 }], [{ a: 2, b: 1 }]],
  ['{a: 1, b: 2} is not [{a: 1}, {b: 2}]', [{ a: 1, b: 2 }], [[{ a: 1 }, { b: 2 }]]],
  ['{ab: 1} is not {a: {b: 1}}', [{ ab: 1 }], [{ a: { b: 1 } }]],
  ['one object with two keys is not two with one', [{ a: 1, b: 2 }], [{ a: 1 }, { b: 2 }]],
  ['an object without a prototype is not a plain one', [Object.create(null)], [{}]],
  ['an object with a key __proto__ is not an empty one', [JSON.parse('{"__proto__": 1}')], [{}]],
  ['an object with eleven keys is not one with one key that is spelled like them', [keyed(11)], [{ k0: keyed(10) }]],
  // Map and Set
  ['an empty Map is not an empty object', [new Map()], [{}]],
  ['an empty Map is not an empty Set', [new Map()], [new Set()]],
  ['a Map is not the object of its entries', [new Map([['a', 1]])], [{ a: 1 }]],
  ['a Map is not the list of its entries', [new Map([['a', 1]])], [[['a', 1]]]],
  ['a Map of a to b is not one of b to a', [new Map([['a', 'b']])], [new Map([['b', 'a']])]],
  ['the order of a Map counts: whoever walks it sees it', [map('a', 'b')], [map('b', 'a')]],
  ['the order of a Set counts, too', [new Set([1, 2])], [new Set([2, 1])]],
  ['a Map with the key 1 is not one with the text 1', [new Map([[1, 0]])], [new Map([['1', 0]])]],
  ['a Map with an undefined value is not an empty one', [new Map([['a', undefined]])], [new Map()]],
  ['a Set of a Set is not the Set', [new Set([new Set([1])])], [new Set([1])]],
  // Dates
  ['a Date is not its ISO text', [date], [date.toISOString()]],
  ['a Date is not its milliseconds', [date], [date.getTime()]],
  ['a Date is not one a millisecond later', [date], [new Date(+date + 1)]],
  ['an invalid Date is not NaN', [new Date(Number.NaN)], [Number.NaN]],
  ['an invalid Date is not the first of 1970', [new Date(Number.NaN)], [new Date(0)]],
  ['an invalid Date is not null', [new Date(Number.NaN)], [null]],
  // Bytes and typed arrays
  ['bytes are not the list of their numbers', [bytes(1, 2)], [[1, 2]]],
  ['bytes are not the object of their numbers', [bytes(1, 2)], [{ 0: 1, 1: 2 }]],
  ['Uint8Array is not Int8Array', [bytes(1)], [Int8Array.of(1)]],
  ['Uint8Array is not Uint8ClampedArray', [bytes(1)], [Uint8ClampedArray.of(1)]],
  ['Uint8Array is not a Buffer', [bytes(1)], [Buffer.of(1)]],
  ['Uint8Array is not its ArrayBuffer', [bytes(1)], [bytes(1).buffer]],
  ['Uint8Array is not a DataView of it', [bytes(1)], [new DataView(bytes(1).buffer)]],
  ['the same bytes as Uint16Array are another value', [bytes(1, 2)], [new Uint16Array(bytes(1, 2).buffer)]],
  ['Int32Array is not Uint32Array', [Int32Array.of(1)], [Uint32Array.of(1)]],
  ['Int32Array is not Float32Array of the same bytes', [new Int32Array(1)], [new Float32Array(1)]],
  ['Float32Array is not Float64Array', [Float32Array.of(1)], [Float64Array.of(1)]],
  ['BigInt64Array is not BigUint64Array', [BigInt64Array.of(1n)], [BigUint64Array.of(1n)]],
  ['0 in a Float64Array is not -0', [Float64Array.of(0)], [Float64Array.of(-0)]],
  ['an empty typed array is not one of another kind', [new Uint8Array()], [new Float64Array()]],
  ['a late byte of ten megabytes counts', [new Uint8Array(1e7)], [new Uint8Array(1e7).fill(1, 9_999_998, 9_999_999)]],
  ['a Buffer is not its text', [Buffer.from('a')], ['a']],
  ['bytes that may grow are not bytes that may not', [new ArrayBuffer(1)], [new ArrayBuffer(1, { maxByteLength: 2 })]],
  // Symbols, patterns, addresses, boxes, errors
  ['a registered symbol is not its name', [Symbol.for('a')], ['a']],
  ['a registered symbol is not its description', [Symbol.for('a')], ['Symbol(a)']],
  ['a registered symbol is not another', [Symbol.for('a')], [Symbol.for('b')]],
  ['/a/ is not its text', [/a/], ['/a/']],
  ['/a/ is not /a/i', [/a/], [/a/i]],
  ['/a/g at its start is not /a/g after a match', [/a/g], [Object.assign(/a/g, { lastIndex: 1 })]],
  ['a RegExp is not an empty object', [/a/], [{}]],
  ['a URL is not its text', [new URL('http://a.b/')], ['http://a.b/']],
  ['a URL is not one with another fragment', [new URL('http://a.b/#c')], [new URL('http://a.b/')]],
  ['search parameters are not their text', [new URLSearchParams('a=1')], ['a=1']],
  ['the order of search parameters counts', [new URLSearchParams('a=1&b=2')], [new URLSearchParams('b=2&a=1')]],
  ['a boxed number is not the number', [Object(1)], [1]],
  ['a boxed text is not the text', [Object('a')], ['a']],
  ['a boxed text is not the list of its letters', [Object('ab')], [['a', 'b']]],
  ['a boxed false is not false', [Object(false)], [false]],
  ['a boxed 1 is not a boxed 1n', [Object(1)], [Object(1n)]],
  ['an error is not an empty object', [new Error('a')], [{}]],
  ['an error is not one with another message', [new Error('a')], [new Error('b')]],
  ['an error is not one of another kind', [new Error('a')], [new TypeError('a')]],
  ['an error is not one with a cause', [new Error('a')], [new Error('a', { cause: 1 })]],
  ['an error is not its text', [new Error('a')], ['Error: a']],
  // Identity within a value
  ['one object twice is not two equal objects', [[shared, shared]], [[{ ...shared }, { ...shared }]]],
  ['one object in two arguments is not a copy in the second', [shared, shared], [shared, { ...shared }]],
  ['a ring of two is not a ring of three', [ring(2)], [ring(3)]],
  ['a ring is not the chain that it could be', [ring(2)], [{ next: { next: null } }]],
  ['an object that holds itself is not one that holds an equal one', [ring(1)], [{ next: ring(1) }]],
  ['a list that holds itself is not one that is empty', [selfish()], [[]]],
  ['which of two equal objects comes again counts', [twice(0)], [twice(1)]],
];

/** These are one value in two spellings: taking them for different would compute again for nothing. */
export const equal: readonly Pair[] = [
  ['the order of keys does not count', [{ a: 1, b: 2 }], [{ b: 2, a: 1 }]],
  ['nor deep inside', [{ list: [{ a: 1, b: { c: 2, d: 3 } }] }], [{ list: [{ b: { d: 3, c: 2 }, a: 1 }] }]],
  ['nor that of many keys', [keyed(40)], [Object.fromEntries(Object.entries(keyed(40)).reverse())]],
  ['nor that of keys that are numbers', [{ 2: 'b', 10: 'c', x: 'a' }], [{ x: 'a', 10: 'c', 2: 'b' }]],
  ['nor that of keys without a prototype', [bare({ a: 1, b: 2 })], [bare({ b: 2, a: 1 })]],
  ['1.0 is 1', [1.0], [1]],
  ['1e3 is 1000', [1e3], [1000]],
  ['0x10 is 16', [0x10], [16]],
  ['NaN is NaN', [Number.NaN], [0 / 0]],
  ['a text is the same however it was put together', ['ab'.repeat(60)], [Array(60).fill('ab').join('')]],
  ['a slice of a long text is the text', [`${'x'.repeat(99)}yes`.slice(99)], ['yes']],
  ['a list is the same however it was filled', [[1, 2, 3]], [filled([1, 2, 3])]],
  ['a whole number is the same behind a fraction in a list', [[1, 2].map(Number)], [[1.5, 1, 2].slice(1)]],
  ['a frozen object is the object', [Object.freeze({ a: 1 })], [{ a: 1 }]],
  ['bytes are the same wherever they lie', [bytes(9, 1, 2).subarray(1)], [bytes(1, 2)]],
  [
    'a Buffer from the pool is the same as one of its own',
    [Buffer.from([1, 2])],
    [Buffer.alloc(2).fill(1, 0, 1).fill(2, 1)],
  ],
  ['a copy of a Map is the Map', [map('a', 'b')], [new Map(map('a', 'b'))]],
  ['an error is the same wherever it was made', [makeError()], [[makeError()][0]]],
  ['a ring is the same ring made again', [ring(3)], [ring(3)]],
  ['a registered symbol is the same by its name', [Symbol.for('a')], [Symbol.for('a')]],
  ['a URL is the same in two spellings', [new URL('http://A.b')], [new URL('http://a.b/')]],
  ['sharing the same way is the same', [[shared, shared]], [structuredClone([shared, shared])]],
];

/** These cannot be told apart by what can be seen of them, so calls with them are never taken for one another. */
export const refused: readonly (readonly [sentence: string, make: () => unknown, says: string])[] = [
  ['a function, whose text does not show what it closes over', () => () => 1, 'a function'],
  ['a function deep inside', () => ({ a: [{ run() {} }] }), 'arguments[0].a[0].run is a function'],
  ['an instance of a class, for its methods and private fields', () => new Point(), 'an instance of Point'],
  ['an instance of another class of the same shape', () => new Pixel(), 'an instance of Pixel'],
  ['a symbol of its own', () => Symbol('a'), 'a symbol that is not registered'],
  [
    'a getter',
    () => ({
      get now() {
        return Math.random();
      },
    }),
    'computed by a getter',
  ],
  [
    'a getter in a list',
    () => Object.defineProperty([1], 0, { get: Math.random, enumerable: true }),
    'computed by a getter',
  ],
  [
    'a getter in a long list',
    () => Object.defineProperty(range(900), 500, { get: Math.random, enumerable: true }),
    'computed by a getter',
  ],
  ['a hidden property', () => Object.defineProperty({}, 'a', { value: 1 }), 'a hidden property'],
  ['a hidden element', () => Object.defineProperty([1], 0, { enumerable: false }), 'a hidden property'],
  ['a symbol as a key', () => ({ [Symbol.for('a')]: 1 }), 'an object with symbols as keys'],
  ['a symbol as a key of a list', () => Object.assign([1], { [Symbol.for('a')]: 1 }), 'an array with symbols as keys'],
  ['a proxy', () => new Proxy({}, {}), 'a proxy'],
  ['a promise', () => Promise.resolve(1), 'a promise'],
  [
    'a generator',
    () =>
      (function* () {
        yield 1;
      })(),
    'a generator',
  ],
  ['a WeakMap', () => new WeakMap(), 'an instance of WeakMap'],
  ['a Map with a property', () => Object.assign(new Map(), { a: 1 }), 'with properties of its own'],
  ['a Date with a property', () => Object.assign(new Date(0), { a: 1 }), 'with properties of its own'],
  ['an instance of a subclass of Map', () => new (class Index extends Map {})(), 'an instance of Index'],
  [
    'a Map disguised as a plain object',
    () => Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype),
    'a borrowed prototype',
  ],
  [
    'a Date disguised as a plain object',
    () => Object.setPrototypeOf(new Date(1), Object.prototype),
    'a borrowed prototype',
  ],
  ['a plain object disguised as a Map', () => Object.create(Map.prototype), 'a borrowed prototype'],
  ['an object of another realm', () => runInNewContext('({a: 1})'), 'an instance of Object'],
  ['memory shared between threads', () => new Uint8Array(new SharedArrayBuffer(1)), 'memory shared between threads'],
  ['what is nested too deeply', () => nested(1100), 'nested more than'],
];

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function sparse(length: number, at?: number): unknown[] {
  const list = new Array(length);
  if (at !== undefined) list[at] = undefined;
  return list;
}

function keyed(count: number): Record<string, unknown> {
  return Object.fromEntries(range(count).map((index) => [`k${index}`, index]));
}

function bare(object: object): object {
  return Object.assign(Object.create(null), object);
}

function map(...keys: string[]): Map<string, number> {
  return new Map(keys.map((key) => [key, 1]));
}

function filled(values: readonly number[]): number[] {
  const list: number[] = [];
  for (let index = values.length - 1; index >= 0; index--) list[index] = values[index]!;
  return list;
}

function makeError(): Error {
  return new RangeError('a');
}

interface Ring {
  next?: Ring;
}

function ring(size: number): Ring {
  const first: Ring = {};
  let last = first;
  for (let step = 1; step < size; step++) {
    last.next = {};
    last = last.next;
  }
  last.next = first;
  return first;
}

function selfish(): unknown[] {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

function twice(which: 0 | 1): unknown[] {
  const both = [{}, {}];
  return [...both, both[which]];
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let step = 0; step < depth; step++) value = [value];
  return value;
}
