import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { callKey } from '../../src/cache/callKey.ts';
import { roughSize } from '../../src/cache/roughSize.ts';
import { temporaryDirectory } from './directory.ts';
import { counting, startProgram, wait } from './program.ts';
import { anyValue } from './values.ts';

describe('a function cached in memory', () => {
  test('is called once for equal arguments, and gives the very same object', () => {
    const { cached } = startProgram();
    const fn = counting((filter: { a: number; b: string }, tags: Set<string>) => ({ filter, tags }));
    const find = cached(fn);
    const first = find({ a: 1, b: 'x' }, new Set(['y']));
    expect(find({ b: 'x', a: 1 }, new Set(['y']))).toBe(first);
    expect(find({ a: 1, b: 'x' }, new Set(['z']))).not.toBe(first);
    expect(fn.calls).toHaveLength(2);
  });

  test('tells arguments apart that look alike', () => {
    const { cached } = startProgram();
    const fn = counting((...args: unknown[]) => args);
    const call = cached(fn);
    const lists = [[], [1], ['1'], [1n], [true], ['true'], [null], ['null'], [undefined], [Number.NaN], [0], [-0]];
    const more = [['a', 'b'], ['a b'], ['number 1'], [1, 1], [[1]], [{}], [new Map()], [new Date(0)]];
    for (const args of [...lists, ...more, ...lists, ...more]) call(...args);
    expect(fn.calls).toHaveLength(lists.length + more.length);
  });

  test('keeps its signature: sync stays sync, with its name, length and this', () => {
    const { cached } = startProgram();
    const shop = {
      price: 3,
      total: cached(function total(this: { price: number }, count: number, _discount?: number) {
        return this.price * count;
      } as (this: unknown, count: number, discount?: number) => number),
    };
    expect(shop.total(2)).toBe(6);
    expect(shop.total.name).toBe('total');
    expect(shop.total.length).toBe(2);
  });

  test('shares one computation between callers that ask while it runs', async () => {
    const { cached } = startProgram();
    const fn = counting(async (x: number) => {
      await wait(5);
      return { x };
    });
    const load = cached(fn);
    const [a, b] = await Promise.all([load(1), load(1)]);
    expect(a).toBe(b);
    expect(await load(1)).toBe(a);
    expect(fn.calls).toHaveLength(1);
    expect(load.stats()).toMatchObject({ hits: 2, misses: 1 });
  });

  test('never remembers an error, thrown or rejected', async () => {
    const { cached } = startProgram();
    const sync = cached(
      counting((): number => {
        throw new Error('no');
      }),
    );
    const fn = counting(async (): Promise<number> => {
      throw new Error('no');
    });
    const async = cached(fn);
    for (let turn = 0; turn < 2; turn++) {
      expect(sync).toThrow('no');
      await expect(async()).rejects.toThrow('no');
    }
    expect(fn.calls).toHaveLength(2);
    expect(sync.stats()).toMatchObject({ errors: 2, entries: 0 });
  });

  test('forgets after its time', () => {
    const { cached, clock } = startProgram();
    const fn = counting((x: number) => x);
    const call = cached(fn, { ttl: '10m' });
    call(1);
    clock.now += 599_999;
    call(1);
    expect(fn.calls).toHaveLength(1);
    clock.now += 1;
    call(1);
    expect(fn.calls).toHaveLength(2);
  });

  test('keeps the latest used within its limits', () => {
    const { cached } = startProgram();
    const fn = counting((x: number) => new Uint8Array(x));
    const call = cached(fn, { maxEntries: 2 });
    for (const x of [1, 2, 1, 3, 1, 2]) call(x);
    expect(fn.calls.flat()).toEqual([1, 2, 3, 2]);
    expect(call.stats()).toMatchObject({ entries: 2, evictions: 2 });
    const small = cached(fn, { maxBytes: 1000 });
    small(100);
    small(5000);
    expect(small.stats()).toMatchObject({ entries: 1, uncached: 1 });
  });

  test('goes by what its key says', () => {
    const { cached } = startProgram();
    const fn = counting((user: { id: number; seen: () => void }) => user.id);
    const call = cached(fn, { key: ({ id }) => id });
    call({ id: 1, seen() {} });
    call({ id: 1, seen() {} });
    expect(fn.calls).toHaveLength(1);
  });

  test('with arguments that cannot be keyed is called each time, and says why', () => {
    const { cached } = startProgram();
    const fn = counting((_: { run: () => void }) => 1);
    const call = cached(fn);
    call({ run() {} });
    call({ run() {} });
    expect(fn.calls).toHaveLength(2);
    expect(call.stats()).toMatchObject({ hits: 0, misses: 0, uncached: 2 });
    expect(call.explain({ run() {} })).toMatchObject({ would: 'compute', key: null });
    expect(call.explain({ run() {} }).reason).toContain('arguments[0].run is a function');
  });

  test('does not keep what can be read only once', () => {
    const { cached } = startProgram();
    const call = cached(function* () {
      yield 1;
    });
    expect([...call()]).toEqual([1]);
    expect([...call()]).toEqual([1]);
  });

  test('explains, invalidates, clears and warms', async () => {
    const { cached, clock } = startProgram();
    const fn = counting((x: number) => x);
    const call = cached(fn);
    await call.warm([[1], [2]]);
    clock.now += 60_000;
    expect(call.explain(1)).toMatchObject({ would: 'hit', kept: { tier: 'memory', ageMs: 60_000 } });
    expect(call.invalidate(1)).toBe(true);
    expect(call.invalidate(1)).toBe(false);
    expect(call.explain(1)).toMatchObject({ would: 'compute', kept: null });
    call.clear();
    call(2);
    expect(fn.calls.flat()).toEqual([1, 2, 2]);
  });

  test('that is invalidated while it computes does not keep what comes', async () => {
    const { cached } = startProgram();
    const fn = counting(async (x: number) => wait(5).then(() => x));
    const call = cached(fn);
    const running = call(1);
    expect(call.invalidate(1)).toBe(true);
    expect(await running).toBe(1);
    await call(1);
    expect(fn.calls).toHaveLength(2);
  });

  test('refuses a ttl that means nothing', () => {
    expect(() => startProgram().cached(() => 1, { ttl: 'soon' })).toThrow(UserError);
  });
});

describe('a function cached on disk', () => {
  test('finds its values in the next process', async () => {
    const { cached, directory, store } = startProgram();
    const fn = counting(async (x: number) => new Map([[x, new Date(x)]]));
    const load = cached(fn, { persist: true, namespace: 'load' });
    const first = await load(7);
    await store.close();
    const again = startProgram(directory).cached(fn, { persist: true, namespace: 'load' });
    expect(await again(7)).toEqual(first);
    expect(fn.calls).toHaveLength(1);
    expect(again.stats()).toMatchObject({ hits: 1, misses: 0 });
  });

  test('keeps large values whole', async () => {
    const { cached, directory, store } = startProgram();
    const fn = counting((size: number) => Float64Array.from({ length: size }, (_, index) => Math.sin(index)));
    const first = await cached(fn, { persist: true, namespace: 'sines' })(50_000);
    await store.close();
    const again = startProgram(directory).cached(fn, { persist: true, namespace: 'sines' });
    expect(await again(50_000)).toEqual(first);
    expect(fn.calls).toHaveLength(1);
  });

  test('computes anew when its code or its version is another', async () => {
    const { cached } = startProgram();
    const options = { persist: true, namespace: 'f' } as const;
    expect(await cached((x: number) => x + 1, options)(1)).toBe(2);
    expect(await cached((x: number) => x + 2, options)(1)).toBe(3);
    const same = counting((x: number) => x);
    for (const version of [1, 2, 2]) await cached(same, { ...options, version })(1);
    expect(same.calls).toHaveLength(2);
  });

  test('shares one computation, never remembers an error, and passes on what cannot be stored', async () => {
    const { cached } = startProgram();
    const fn = counting(async (x: number) => {
      await wait(5);
      if (x === 0) throw new Error('no');
      return x === 1 ? () => 1 : x;
    });
    const call = cached(fn, { persist: true, namespace: 'f' });
    expect(await Promise.all([call(2), call(2)])).toEqual([2, 2]);
    await expect(call(0)).rejects.toThrow('no');
    await expect(call(0)).rejects.toThrow('no');
    expect(typeof (await call(1))).toBe('function');
    expect(typeof (await call(1))).toBe('function');
    expect(fn.calls.flat()).toEqual([2, 0, 0, 1, 1]);
    expect(call.stats()).toMatchObject({ errors: 2, uncached: 2 });
  });

  test('explains, invalidates and clears only what is its own', async () => {
    const { cached } = startProgram();
    const mine = cached(
      counting((x: number) => x),
      { persist: true, namespace: 'mine' },
    );
    const yours = cached(
      counting((x: number) => x),
      { persist: true, namespace: 'yours' },
    );
    await Promise.all([mine.warm([[1], [2]]), yours(1)]);
    expect(await mine.explain(1)).toMatchObject({ would: 'hit', kept: { tier: 'memory' } });
    expect(await mine.invalidate(1)).toBe(true);
    expect(await mine.explain(1)).toMatchObject({ would: 'compute' });
    await mine.clear();
    expect(await mine.explain(2)).toMatchObject({ would: 'compute' });
    expect(await yours.explain(1)).toMatchObject({ would: 'hit' });
  });

  test('is invalidated by its tags', async () => {
    const { cached, store } = startProgram();
    const fn = counting((x: number) => x);
    const call = cached(fn, { persist: true, namespace: 'f', tags: ['prices'] });
    await call(1);
    expect(await store.records.invalidate({ tags: ['prices'] })).toHaveLength(1);
    await call(1);
    expect(fn.calls).toHaveLength(2);
  });

  test('whose code cannot be seen needs a name', () => {
    expect(() => startProgram().cached(Math.max, { persist: true })).toThrow(UserError);
    expect(() => startProgram().cached(Math.max, { persist: true, namespace: 'max' })).not.toThrow();
  });
});

describe('statistics', () => {
  test('go to the shared sums and to whoever listens, each look-up once', async () => {
    const { cached, store, statistics } = startProgram();
    const news: unknown[] = [];
    const listen = (message: unknown) => void news.push(...(message as unknown[]));
    subscribe('memoir:cache.calls', listen);
    onTestFinished(() => void unsubscribe('memoir:cache.calls', listen));
    const call = cached(
      function square(x: number) {
        return x * x;
      },
      { maxEntries: 2, cost: 1 },
    );
    for (const x of [1, 2, 3, 1, 1]) call(x);
    statistics.flush();
    statistics.flush();
    expect(news).toMatchObject([
      {
        name: 'square',
        place: { file: import.meta.filename, function: 'square' },
        sums: { hits: 1, misses: 4, first: 3, lost: 1, evictions: 2 },
      },
    ]);
    call(1);
    statistics.flush();
    expect(news[1]).toMatchObject({ sums: { hits: 1, misses: 0 } });
    expect(await store.stats()).toMatchObject({ hits: 2, misses: 4, lost: 1 });
  });

  test('do not call what was cleared on request a loss', () => {
    const { cached } = startProgram();
    const lost: number[] = [];
    const listen = (message: unknown) =>
      void lost.push(...(message as { sums: { lost: number } }[]).map(({ sums }) => sums.lost));
    subscribe('memoir:cache.calls', listen);
    onTestFinished(() => void unsubscribe('memoir:cache.calls', listen));
    const { statistics, cached: other } = startProgram();
    const call = other((x: number) => x);
    call(1);
    call.clear();
    call(1);
    call.invalidate(1);
    call(1);
    statistics.flush();
    expect(lost).toEqual([0]);
    expect(cached).toBeTypeOf('function');
  });
});

describe('a key', () => {
  test('is the same exactly for equal lists of plain values', () => {
    const plain = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.bigInt(), fc.constantFrom(null, undefined));
    const list = fc.array(plain, { maxLength: 3 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        const equal = a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
        expect(JSON.stringify(callKey(a)) === JSON.stringify(callKey(b))).toBe(equal);
      }),
    );
  });
});

describe('a rough size', () => {
  test('is found for every value, quickly, and grows with what it holds', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(roughSize(value)).toBeGreaterThan(0);
      }),
    );
    expect(roughSize('x'.repeat(1000))).toBeCloseTo(2016, -2);
    expect(roughSize(new Uint8Array(1e6))).toBeCloseTo(1e6, -3);
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: 'abcd' }));
    expect(roughSize(rows)).toBeGreaterThan(2e6);
    expect(roughSize(rows)).toBeLessThan(20e6);
  });
});

describe('options of a cached function:', () => {
  test('values are frozen deeply, handed out as copies, or as they are', () => {
    const { cached } = startProgram();
    const make = () => ({ list: [{ deep: 1 }] });
    expect(() => cached(make)().list.push({ deep: 2 })).toThrow(TypeError);
    expect(() => Object.assign(cached(make)().list[0]!, { deep: 2 })).toThrow(TypeError);
    const copied = cached(make, { freeze: 'copy' });
    copied().list.push({ deep: 2 });
    copied().list.push({ deep: 3 });
    expect(copied()).toEqual(make());
    const trusted = cached(make, { freeze: false });
    trusted().list.push({ deep: 2 });
    expect(trusted().list).toHaveLength(2);
  });

  test('a changed Map, Date or typed array is noticed, and named with the remedy', async () => {
    const { cached } = startProgram();
    const call = cached((_: number) => ({ index: new Map([[1, 2]]) }), { namespace: 'call' });
    call(7).index.set(3, 4);
    await wait(20); // it is looked at now and then
    expect(() => call(7)).toThrow(/call\(7\)\.index, a Map .* was changed by one of them\. Copy it before/s);
    expect(call(7).index.size).toBe(1);
    const later = cached(async () => new Uint8Array(4));
    (await later())[0] = 1;
    await wait(20);
    await expect(later()).rejects.toThrow(UserError);
    expect((await later())[0]).toBe(0);
  });

  test('values past their ttl are handed out while they are computed anew', async () => {
    const { cached, clock } = startProgram();
    let computed = 0;
    const call = cached(() => ++computed, { ttl: '1m', staleWhileRevalidate: '1h' });
    expect([call(), call()]).toEqual([1, 1]);
    clock.now += 120_000;
    expect([call(), call()]).toEqual([1, 1]);
    await wait(10);
    expect(call()).toBe(2);
    clock.now += 2 * 3_600_000;
    expect(call()).toBe(3);
  });

  test('files that it depends on: content counts, touching does not, nor does another file', () => {
    const { cached } = startProgram();
    const folder = temporaryDirectory();
    const [a, b] = [join(folder, 'a.csv'), join(folder, 'b.csv')];
    writeFileSync(a, '1');
    const fn = counting(() => readFileSync(a, 'utf8'));
    const call = cached(fn, { dependsOn: [join(folder, '*.csv'), join(folder, 'named.txt')] });
    const results = [call(), call()];
    utimesSync(a, 1, 1);
    writeFileSync(join(folder, 'other.json'), '');
    results.push(call());
    expect(fn.calls).toHaveLength(1);
    writeFileSync(a, '2'); // the same size, within the same tick of the clock
    expect([...results, call()]).toEqual(['1', '1', '1', '2']);
    writeFileSync(b, '');
    call();
    writeFileSync(join(folder, 'named.txt'), '');
    call();
    expect(fn.calls).toHaveLength(4);
    writeFileSync(a, '1');
    rmSync(b);
    rmSync(join(folder, 'named.txt'));
    expect(call()).toBe('1');
    expect(fn.calls).toHaveLength(4);
  });

  test('tags: what is remembered in memory and on disk goes together', async () => {
    const { cached } = startProgram();
    const fn = counting((x: number) => x);
    const inMemory = cached(fn, { tags: ['prices'] });
    const onDisk = cached(fn, { tags: ['prices'], persist: true, namespace: 'f' });
    const other = cached(fn, { tags: ['rates'] });
    for (let turn = 0; turn < 2; turn++) await Promise.all([inMemory(1), inMemory(2), onDisk(1), other(1)]);
    expect(fn.calls).toHaveLength(4);
    expect(await cached.invalidate({ tags: ['prices'] })).toBe(3);
    await Promise.all([inMemory(1), onDisk(1), other(1)]);
    expect(fn.calls).toHaveLength(6);
  });

  test('cost says what a hit saves, and so what is kept longest', async () => {
    const { cached } = startProgram();
    const call = cached((x: number) => x, { cost: (_, x) => x * 1000, maxEntries: 2 });
    for (const x of [9, 1, 5]) call(x);
    expect([9, 1, 5].map((x) => call.explain(x).would)).toEqual(['hit', 'compute', 'hit']);
    const kept = cached((x: number) => x, { cost: (_, x) => x * 1000, persist: true, namespace: 'f' });
    await kept(3);
    expect((await kept.explain(3)).kept).toMatchObject({ savedMs: 3000 });
  });

  test('large values are compressed on disk unless told otherwise', async () => {
    const { cached, store } = startProgram();
    const text = (x: number) => `${x}`.repeat(200_000);
    await cached(text, { persist: true, namespace: 'packed' })(1);
    const packed = (await store.records.stats()).bytes;
    await cached(text, { persist: true, namespace: 'plain', compress: false })(1);
    const disk = (await store.records.stats()).tiers.find(({ name }) => name === 'disk');
    expect(disk!.bytes).toBeGreaterThan(200_000);
    expect(packed).toBeGreaterThan(0);
  });
});

describe('what lies on disk', () => {
  test('does not tell arguments, and is not believed when somebody else wrote it', async () => {
    const { cached, store, directory } = startProgram();
    const fn = counting((_secret: string) => 'public');
    const options = { persist: true, namespace: 'f' } as const;
    await cached(fn, options)('a secret argument');
    await wait(20);
    await store.close();
    const files = readdirSync(directory).map((name) => join(directory, name));
    const bytes = Buffer.concat(files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path)));
    expect(bytes.includes('public')).toBe(true);
    expect(bytes.includes('secret argument')).toBe(false);
    const stranger = startProgram(directory, 6);
    await stranger.cached(fn, options)('a secret argument');
    expect(fn.calls).toHaveLength(2);
  });

  test('is nothing of a function that remembers in memory', async () => {
    const { cached, store, directory } = startProgram();
    cached(() => 'secret value')();
    await store.close();
    const names = existsSync(directory) ? readdirSync(directory) : [];
    const bytes = Buffer.concat(names.map((name) => readFileSync(join(directory, name))));
    expect(bytes.includes('secret value')).toBe(false);
  });
});
