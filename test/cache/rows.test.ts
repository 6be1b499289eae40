import { execFile } from 'node:child_process';
import { isDeepStrictEqual, promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, digestOf, encode, NotDecodable, NotEncodable } from '../../src/cache/codec.ts';

const copy = <T>(value: T): T => decode(encode(value).bytes) as T;
const rowsOf = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `name ${id}`, half: id / 2 }));

const gap = fc.constantFrom(null, undefined);
const kinds = [
  fc.integer(),
  fc.nat(300),
  fc.double(),
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('Paris', 'Oslo', '𝄞'),
];
/** The values of one column: of one kind, with gaps, or of any. */
const column = fc.oneof(...kinds, ...kinds.map((kind) => fc.oneof(kind, gap)), gap, fc.oneof(...kinds, gap));
const table = fc
  .uniqueArray(fc.oneof(fc.string(), fc.nat(9).map(String)), { minLength: 1, maxLength: 5 })
  .chain((names) => fc.tuple(fc.constant(names), ...names.map(() => fc.array(column, { minLength: 7, maxLength: 7 }))))
  .map(([names, ...columns]) =>
    Array.from({ length: 120 }, (_, at) =>
      Object.fromEntries(names.map((name, index) => [name, columns[index]![at % 7]])),
    ),
  );

describe('a long list of objects made alike', () => {
  test('comes back equal, with the order of keys, and encodes to the same bytes again', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const { bytes, digest } = encode(rows);
        const restored = decode(bytes) as typeof rows;
        expect(isDeepStrictEqual(restored, rows)).toBe(true);
        expect(Object.keys(restored[0]!)).toEqual(Object.keys(rows[0]!));
        expect([encode(restored).digest, digestOf(rows)]).toEqual([digest, digest]);
      }),
      { numRuns: 100 },
    );
  });

  test.each([120, 1200])('%i rows keep names that look like code, and none of it runs', (count) => {
    const names = [
      'a"]; globalThis.ran = 1; ["',
      '`${globalThis.ran = 1}`',
      "'",
      '\\',
      '\u2028\n',
      '\ud800',
      'constructor',
      '',
    ];
    const rows = Array.from({ length: count }, (_, at) =>
      Object.fromEntries(names.map((name) => [name, `${name} ${at}`])),
    );
    const restored = copy(rows);
    expect(isDeepStrictEqual(restored, rows)).toBe(true);
    expect(Object.keys(restored.at(-1)!)).toEqual(names);
    expect('ran' in globalThis).toBe(false);
  });

  test('comes back also where a program must not make code', async () => {
    const module = new URL('../../src/cache/codec.ts', import.meta.url).href;
    const script = `import { decode, encode } from '${module}';
      const rows = decode(encode(Array.from({ length: 2000 }, (_, id) => ({ id, name: 'n' + id }))).bytes);
      console.log(JSON.stringify([rows.length, rows[1999]]));`;
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    expect(JSON.parse(stdout)).toEqual([2000, { id: 1999, name: 'n1999' }]);
  });

  test('keeps NaN, -0, gaps and texts with lone surrogates in their places', () => {
    const odd = [Number.NaN, -0, 0, null, undefined, 1.5, Infinity];
    const rows = Array.from({ length: 200 }, (_, at) => ({ odd: odd[at % 7], text: `a\ud800${at}`, none: null }));
    expect(isDeepStrictEqual(copy(rows), rows)).toBe(true);
    expect(Object.is(copy(rows)[1]!.odd, -0)).toBe(true);
  });

  test('is told apart from the same in other types, other order or other content', () => {
    const variants = [
      rowsOf(200),
      rowsOf(200).map(({ id, name, half }) => ({ name, id, half })),
      rowsOf(200).map((row) => ({ ...row, id: String(row.id) })),
      rowsOf(200).map((row) => ({ ...row, half: row.half === 7 ? -0 : row.half })),
      rowsOf(200).map((row) => ({ ...row, name: row.id === 150 ? 'other' : row.name })),
      rowsOf(201),
    ];
    expect(new Set(variants.map((rows) => digestOf(rows))).size).toBe(variants.length);
  });

  test('keeps who is whom: one met twice, one that lies elsewhere too', () => {
    const rows = rowsOf(150);
    const twice = copy([...rows, rows[3]!]);
    expect(twice[150]).toBe(twice[3]);
    const { first, list, last } = copy({ first: rows[5]!, list: rows, last: rows[149]! });
    expect([list[5], list[149]]).toEqual([rows[5], rows[149]]);
    expect(list[5]).toBe(first);
    expect(list[149]).toBe(last);
  });

  test('is numbered alike in both directions', () => {
    const value = { before: {}, rows: rowsOf(150), after: [{}] };
    const written = new Map<number, object>();
    const read = new Map<number, object>();
    const { bytes } = encode(value, { onObject: (object, index) => written.set(index, object) });
    decode(bytes, { onObject: (object, index) => read.set(index, object) });
    expect(written.size).toBe(155);
    expect(isDeepStrictEqual(read, written)).toBe(true);
  });

  test('belongs to another cell row by row', () => {
    const rows = rowsOf(150);
    const owned = rows[40];
    const external = (object: object) => (object === owned ? { producer: 'a', index: 7 } : undefined);
    const { bytes } = encode(rows, { external });
    const mine = { mine: true };
    const restored = decode(bytes, { resolve: () => mine }) as object[];
    expect(restored[40]).toBe(mine);
    expect(restored[41]).toEqual(rows[41]);
  });

  test('is refused with the place of what cannot be carried', () => {
    const withGetter = rowsOf(150);
    Object.defineProperty(withGetter[120]!, 'name', { get: () => 'x', enumerable: true });
    const hidden = rowsOf(150);
    Object.defineProperty(hidden[7]!, 'id', { enumerable: false });
    const places = [withGetter, hidden, rowsOf(150).map((row) => ({ ...row, f: () => 1 }))].map((value) => {
      try {
        return encode(value);
      } catch (error) {
        return error instanceof NotEncodable && error.path;
      }
    });
    expect(places).toEqual(['[120].name', '[7].id', '[0].f']);
  });

  test('an own property named __proto__ stays a property', () => {
    const rows = Array.from({ length: 150 }, (_, id) => JSON.parse(`{"__proto__": ${id}, "id": ${id}}`));
    expect(Object.keys(copy(rows)[9])).toEqual(['__proto__', 'id']);
  });

  test('that was damaged is refused, or is some value, and never hangs', () => {
    const { bytes } = encode(rowsOf(120));
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (position, value) => {
        const damaged = Uint8Array.from(bytes);
        damaged[position % damaged.length] = value;
        try {
          decode(damaged);
        } catch (error) {
          expect(error instanceof NotDecodable || error instanceof RangeError).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
