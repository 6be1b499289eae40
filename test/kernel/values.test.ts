import { describe, expect, test } from 'vitest';
import type { CellId } from '../../src/protocol/kernel.ts';
import { Cells } from './cells.ts';

const KEEP = { keepValues: 'always' } as const;

describe('kept values', () => {
  test('come back as they were in a new kernel, with what they share', async () => {
    const cells = new Cells();
    const source = `
      const key = { k: 1 };
      const map = new Map([[key, 'one']]);
      const again = map;
      const bytes = new Float64Array([1, NaN, -0]);
      const buffer = Buffer.from('text');
      const odd = [undefined, , 10n, new Date(5), new Set([/x/g])];
      let count = 0; count++;`;
    const { values, exports } = await cells.run('a', source, KEEP);
    expect(exports.map(({ name }) => name)).toEqual(['key', 'map', 'again', 'bytes', 'buffer', 'odd', 'count']);
    await cells.kernel.restart();
    expect(await cells.restore('a', values)).toBe(true);
    const check = `[map === again, map.get(key), bytes, buffer.toString(), 1 in odd, odd[2], odd[3].getTime(), [...odd[4]][0].flags, count]`;
    expect(
      await cells.show(
        `JSON.stringify(${check}, (_, v) => typeof v === 'bigint' ? 'big' + v : ArrayBuffer.isView(v) ? [...v].map(String) : v)`,
      ),
    ).toBe(`'[true,"one",["1","NaN","0"],"text",false,"big10",5,"g",1]'`);
  });

  test('point at what belongs to another cell, and come back only with it', async () => {
    const cells = new Cells();
    const rows = await cells.run('rows', 'const rows = [{ id: 1 }, { id: 2 }];', KEEP);
    const best = await cells.run('best', 'const best = { row: rows[1] };', KEEP);
    expect(best.values?.refs).toEqual([rows.exports[0]!.digest]);
    const worst = await cells.run('worst', 'const worst = [best.row, best];', KEEP);
    await cells.kernel.restart();
    expect(await cells.restore('best', best.values)).toBe(false);
    expect(await cells.restore('rows', rows.values)).toBe(true);
    expect(await cells.restore('best', best.values)).toBe(true);
    expect(await cells.restore('worst', worst.values)).toBe(true);
    expect(await cells.show('rows[1] === best.row && worst[0] === rows[1] && worst[1] === best')).toBe('true');
  });

  test('are tables as recipes', async () => {
    const cells = new Cells({ 'data.csv': 'a,b\n1,2\n3,4\n' });
    const { values, exports } = await cells.run(
      't',
      "import { load } from 'memoir'; const t = await load('data.csv', { where: { a: 3 } });",
      KEEP,
    );
    expect(exports[0]).toMatchObject({ type: 'Table', digest: expect.any(String) });
    await cells.kernel.restart();
    expect(await cells.restore('t', values)).toBe(true);
    expect(await cells.show('(await t.rows()).map((row) => Number(row.b)).join()')).toBe("'4'");
  });

  test.each([
    ['class C { m() {} } const c = new C();', 'an instance of C'],
    ['const f = () => 1;', 'a function'],
    ['const p = [Promise.resolve(1)];', 'a promise'],
  ])('never are what cannot come back whole: %s', async (source, reason) => {
    const { values, exports } = await new Cells().run('a', source, KEEP);
    expect(values).toBeNull();
    expect(exports.at(-1)).toMatchObject({ digest: null, reason: expect.stringContaining(reason) });
  });

  test('that are damaged, or gone, are not had', async () => {
    const cells = new Cells();
    const { values } = await cells.run('a', 'const a = [1, 2, 3];', KEEP);
    expect(await cells.restore('a', { ...values!, digest: '0'.repeat(64) })).toBe(false);
    expect(await cells.show('a.length')).toBe('3');
  });
});

describe('the digest of a value', () => {
  test('is that of its content, whichever object holds it', async () => {
    const cells = new Cells();
    const one = await cells.run('a', 'const a = { x: [1, 2] };');
    const two = await cells.run('a', 'const a = { x: [1, 1 + 1] };');
    expect(two.exports[0]!.digest).toBe(one.exports[0]!.digest);
  });

  test('differs when the same object has other content after a re-run', async () => {
    const cells = new Cells({ 'state.ts': 'export const list: number[] = [];' });
    const source = "import { list } from './state.ts'; list.push(1); const out = list;";
    const one = await cells.run('a', source);
    const two = await cells.run('a', source);
    expect(two.exports[0]!.digest).not.toBe(one.exports[0]!.digest);
  });

  test('comes back with a restored value: one that changes then is noticed', async () => {
    const cells = new Cells();
    const { values } = await cells.run('a', 'const a = [1, 2];', KEEP);
    await cells.kernel.restart();
    await cells.restore('a', values);
    expect((await cells.run('b', 'a.push(3);')).mutated).toMatchObject([{ name: 'a', cell: 'a' }]);
  });
});

describe('an input that a cell changes', () => {
  test.each([
    ['const v = [3, 1, 2];', 'v.sort()'],
    ['const v = [1];', 'v.push(2)'],
    ['const v = { a: { b: 1 } };', 'v.a.b = 2'],
    ['const v = new Map([[1, { a: 1 }]]);', 'v.get(1).a = 2'],
    ['const v = new Set([1]);', 'v.add(2)'],
    ['const v = new Uint8Array(4);', 'v[3] = 1'],
    ['const v = new Date(0);', 'v.setTime(1)'],
    ['const v = Array.from({ length: 200_000 }, (_, i) => ({ i, t: `text ${i}` }));', 'v.reverse()'],
    ['const v = { rows: Array.from({ length: 200_000 }, (_, i) => `text ${i}`) };', 'v.rows.push("")'],
    ['const v = new Map(Array.from({ length: 100_000 }, (_, i) => [i, `text ${i}`]));', 'v.delete(5)'],
  ])('is named and dropped: %s %s', async (makes, changes) => {
    const cells = new Cells();
    await cells.run('maker', makes);
    expect((await cells.run('reader', 'typeof v')).mutated).toEqual([]);
    const { mutated, values } = await cells.run('changer', `${changes}; 0`, KEEP);
    expect(mutated).toEqual([{ name: 'v', cell: 'maker' as CellId, advice: expect.any(String) }]);
    expect(values).toBeNull();
    expect((await cells.run('reader', 'typeof v')).status).toBe('unready'); // until `v` is here again
  });

  test('is noticed also when the cell fails or is interrupted', async () => {
    const cells = new Cells();
    await cells.run('maker', 'const v = [1];');
    expect((await cells.run('changer', "v.push(2); throw new Error('x')")).mutated).toHaveLength(1);
  });

  test('is not what points into another cell and did not change', async () => {
    const cells = new Cells();
    await cells.run('rows', 'const rows = [{ id: 1 }];');
    await cells.run('best', 'const best = [rows[0]];');
    await cells.run('rows', 'const rows = [{ id: 1 }];');
    expect((await cells.run('reader', 'best.length')).mutated).toEqual([]);
  });
});

test('memory does not grow with re-runs', async () => {
  const cells = new Cells();
  await cells.run(
    'used',
    "const used = () => { process.getBuiltinModule('v8').setFlagsFromString('--expose-gc'); process.getBuiltinModule('vm').runInNewContext('gc')(); return process.memoryUsage().heapUsed };",
  );
  const source = 'const rows = Array.from({ length: 20_000 }, (_, i) => ({ i, t: `text ${i}` }));';
  const after = async (runs: number) => {
    for (let i = 0; i < runs; i++) {
      await cells.run('rows', source);
      await cells.run('some', 'const some = rows.slice(0, 100);');
    }
    return Number(await cells.show('used()'));
  };
  await after(8); // until the engine has settled
  const first = await after(1);
  expect((await after(16)) - first).toBeLessThan(8_000_000); // one copy takes about 2 MB
});
