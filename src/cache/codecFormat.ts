/** What the first bytes of an encoded value say: whose it is, and the version of the format. */
export const header = Uint8Array.of(0x4d, 0x65, 0x6d, 0x01);

/** The byte before each value that says what follows. Never renumber: stored values would be misread. */
export const tag = {
  null: 0,
  undefined: 1,
  true: 2,
  false: 3,
  integer: 4, // zigzag varint
  double: 5, // 8 bytes; never an integer of 32 bits, so that a number has one form
  nan: 6,
  ascii: 7, // length, bytes
  utf8: 8, // length, bytes: well-formed, not ASCII
  utf16: 9, // length, bytes: holds a lone surrogate
  bigint: 10, // digits in base 16 as a string
  symbol: 11, // key of a registered symbol
  holes: 12, // how many elements of an array are absent
  reference: 13, // index of an object met before
  external: 14, // producer (0 and its name, or its number), index among the producer's objects
  object: 15, // shape (0 and its keys, or its number), values
  nullObject: 16, // the same, without a prototype
  array: 17, // length, elements
  arrayWithKeys: 18, // shape, values, then as array
  map: 19, // size, keys and values
  set: 20, // size, values
  date: 21, // 8 bytes
  regexp: 22, // source, flags, lastIndex
  boxed: 23, // the primitive
  error: 24, // kind, own properties with their visibility, stack
  arrayBuffer: 25, // length, largest length + 1 or 0, bytes
  view: 26, // kind, offset, length, the buffer
  bytes: 27, // kind, length in elements, bytes: a view whose buffer holds other things
  url: 28, // href
  urlParameters: 29, // as text
  custom: 30, // name, what `pack` gave
  rows: 31, // length, shape, columns: an array of a hundred or more plain objects made alike, of plain values
} as const;

/** The byte before each column of rows. Never renumber. */
export const columnKind = {
  mixed: 0, // each value by itself
  integers: 1, // of 32 bits: the number of their kind, bytes
  doubles: 2, // 8 bytes each
  booleans: 3, // a byte each
  words: 4, // how many, strings, the number of each value's as integers
  texts: 5, // lengths as integers, all of them as one string
  gaps: 6, // a byte each: 0 there, 1 null, 2 undefined; then the column of those that are there
} as const;

/** How integers lie in a column, the smallest form first; only ever append. */
export const integerKinds = [
  { array: Uint8Array, range: [0, 0xff] },
  { array: Uint16Array, range: [0, 0xffff] },
  { array: Int32Array, range: [-(2 ** 31), 2 ** 31 - 1] },
] as const;

/** Constructors of errors by their number in the format; only ever append. */
export const errorKinds = [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
] as const;

/** Constructors of views by their number in the format; only ever append. */
export const viewKinds = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  Buffer,
  ...('Float16Array' in globalThis ? [Float16Array] : []), // from Node 24 on
] as const;

/** How deep objects may nest: both directions recurse, and the stack must hold. */
export const maxDepth = 1000;
