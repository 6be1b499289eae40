import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { type CacheOptions, openCache } from '../../src/cache/openCache.ts';
import { temporaryDirectory } from './directory.ts';

function open(options: CacheOptions = {}) {
  return openCache({ directory: temporaryDirectory(), ...options });
}

describe('a cache', () => {
  test('gives what was set, of every kind of plain data, also when it is opened again', async () => {
    const directory = temporaryDirectory();
    const value = {
      map: new Map([[{ a: 1 }, [new Date(0), -0, Number.NaN, 2n ** 70n]]]),
      bytes: new Float64Array([1.5]),
    };
    const first = open({ directory });
    await first.set('key', value);
    expect(await first.get('key')).toEqual(value);
    await first.close();
    const second = open({ directory });
    expect(await second.get('key')).toEqual(value);
    expect(await second.get('other')).toBeUndefined();
    expect(await second.has('key')).toBe(true);
    expect(await second.delete('key')).toBe(true);
    expect(await second.delete('key')).toBe(false);
    expect(await second.has('key')).toBe(false);
    await second.close();
  });

  test('names what cannot be stored, and keeps the value before', async () => {
    const cache = open();
    await cache.set('key', 1);
    await expect(cache.set('key', { run: () => 1 })).rejects.toThrow(/run of the value for "key" is a function/);
    class Account {}
    await expect(cache.set('key', new Account())).rejects.toThrow(UserError);
    expect(await cache.get('key')).toBe(1);
    await cache.close();
  });

  test('forgets when the time is over, also after it was opened again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const directory = temporaryDirectory();
    const first = open({ directory, ttl: '1h' });
    await first.set('brief', 1, { ttl: '1m' });
    await first.set('long', 1);
    expect((await first.entries()).map(({ key, expiresAt }) => [key, expiresAt !== null])).toEqual([
      ['brief', true],
      ['long', true],
    ]);
    await first.close();
    const second = open({ directory });
    expect(await second.get('brief')).toBe(1);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await second.get('brief')).toBeUndefined();
    expect(await second.get('long')).toBe(1);
    expect((await second.explain('brief')).would).toBe('miss');
    await second.close();
    const third = open({ directory });
    expect(await third.getMany(['brief', 'long'])).toEqual([undefined, 1]);
    await third.close();
    vi.useRealTimers();
  });

  test('removes by tags, prefix, pattern and their combination, and counts', async () => {
    const cache = open();
    const all = ['user:1', 'user:2', 'user:10', 'team:1', 'a*b'];
    const fill = () =>
      cache.setMany(
        all.map((key) => [key, key] as const),
        { tags: ['all'] },
      );
    await fill();
    await cache.set('user:2', 2, { tags: ['second', 'all'] });
    const keys = async () => (await cache.entries()).map(({ key }) => key);
    expect(await cache.invalidate({ tags: ['second', 'none'] })).toBe(1);
    expect(await cache.invalidate({ prefix: 'team:' })).toBe(1);
    expect(await cache.invalidate({ pattern: 'user:?' })).toBe(1);
    expect(await cache.invalidate({ pattern: 'a\\*b' })).toBe(1);
    expect(await keys()).toEqual(['user:10']);
    await fill();
    expect(await cache.invalidate({ tags: ['all'], pattern: '*:[1-9]', prefix: 'user' })).toBe(2);
    expect(await keys()).toEqual(['a*b', 'team:1', 'user:10']);
    await expect(cache.invalidate({})).rejects.toThrow('call clear');
    await cache.clear();
    expect(await keys()).toEqual([]);
    await cache.close();
  });

  test('keeps namespaces and versions apart', async () => {
    const directory = temporaryDirectory();
    const [one, two, newer] = [
      open({ directory, namespace: 'one' }),
      open({ directory, namespace: 'two' }),
      open({ directory, namespace: 'one', version: 2 }),
    ];
    await one.set('key', 1);
    await two.set('key', 2);
    expect(await newer.get('key')).toBeUndefined();
    await one.clear();
    expect(await one.get('key')).toBeUndefined();
    expect(await two.get('key')).toBe(2);
    expect((await one.stats()).entries).toBe(0);
    expect((await two.stats()).entries).toBe(1);
    await Promise.all([one.close(), two.close(), newer.close()]);
  });

  test('without a disk writes nothing, and with `persist: false` keeps a value off it', async () => {
    const directory = temporaryDirectory();
    const memory = open({ directory, disk: false });
    await memory.set('key', 1);
    expect(await memory.get('key')).toBe(1);
    expect((await memory.stats()).tiers.map(({ name }) => name)).toEqual(['memory']);
    await memory.close();
    const cache = open({ directory });
    await cache.set('secret', 1, { persist: false });
    expect((await cache.entries()).map(({ key, tiers }) => ({ key, tiers }))).toEqual([
      { key: 'secret', tiers: ['memory'] },
    ]);
    await cache.close();
  });

  test('counts look-ups, what they saved, and what is kept', async () => {
    const cache = open();
    await cache.get('key');
    await cache.set('key', 'value', { cost: 100 });
    await cache.getMany(['key', 'key', 'none']);
    expect(await cache.stats()).toMatchObject({
      hits: 2,
      misses: 2,
      hitRate: 0.5,
      entries: 1,
      savedMs: 200,
      errors: 0,
    });
    await cache.close();
  });

  test('explains a hit and a miss', async () => {
    const cache = open();
    expect((await cache.explain('key')).reason).toContain('Nothing is known');
    await cache.set('key', 1, { tags: ['t'], ttl: 50 });
    expect(await cache.explain('key')).toMatchObject({ would: 'hit', kept: { tier: 'memory', tags: ['t'] } });
    await cache.invalidate({ tags: ['t'] });
    expect((await cache.explain('key')).reason).toContain('invalidated by the tag t');
    await cache.set('key', 1, { ttl: 20 });
    await sleep(30);
    expect((await cache.explain('key')).reason).toContain('Its time to live ended');
    await cache.getOrCompute('odd', () => ({ call() {} }));
    expect((await cache.explain('odd')).reason).toContain('a function');
    await cache.close();
  });

  test.each(['soon', -1, Number.NaN])('refuses %s as a time', (ttl) => {
    expect(() => open({ ttl })).toThrow('ttl must be a time');
  });
});

describe('computing', () => {
  test('happens once for all who ask, in this process and in others with the same disk', async () => {
    const directory = temporaryDirectory();
    const caches = [open({ directory }), open({ directory }), open({ directory })];
    const compute = vi.fn(async () => {
      await sleep(80);
      return { n: 1 };
    });
    const values = await Promise.all(caches.flatMap((cache) => [1, 2].map(() => cache.getOrCompute('key', compute))));
    expect(values).toEqual(Array(6).fill({ n: 1 }));
    expect(compute).toHaveBeenCalledTimes(1);
    expect(await caches[1]!.getOrCompute('key', compute)).toEqual({ n: 1 });
    expect(compute).toHaveBeenCalledTimes(1);
    await Promise.all(caches.map((cache) => cache.close()));
  });

  test('hands out what is stale while it is done anew, once', async () => {
    const cache = open();
    let n = 0;
    const compute = vi.fn(() => ++n);
    const options = { ttl: 30, staleWhileRevalidate: '1h' };
    expect(await cache.getOrCompute('key', compute, options)).toBe(1);
    await sleep(40);
    expect(await Promise.all([1, 2, 3].map(() => cache.getOrCompute('key', compute, options)))).toEqual([1, 1, 1]);
    await expect.poll(() => cache.get('key')).toBe(2);
    expect(compute).toHaveBeenCalledTimes(2);
    await cache.close();
  });

  test('leaves a stale value where doing it anew fails', async () => {
    const cache = open();
    await cache.getOrCompute('key', () => 1, { ttl: 10, staleWhileRevalidate: '1h' });
    await sleep(20);
    const fail = vi.fn(() => Promise.reject(new Error('down')));
    for (const _ of [1, 2]) {
      expect(await cache.getOrCompute('key', fail, { errorTtl: '1h' })).toBe(1);
      await sleep(20);
    }
    expect(fail).toHaveBeenCalledTimes(2);
    await cache.close();
  });

  test('remembers an error only when asked, with its name and message', async () => {
    const directory = temporaryDirectory();
    const fail = vi.fn(() => {
      throw new RangeError('too far');
    });
    const first = open({ directory });
    for (const _ of [1, 2]) await expect(first.getOrCompute('key', fail)).rejects.toThrow('too far');
    expect(fail).toHaveBeenCalledTimes(2);
    await expect(first.getOrCompute('key', fail, { errorTtl: '1h' })).rejects.toThrow('too far');
    await first.close();
    const second = open({ directory });
    await expect(second.getOrCompute('key', fail, { errorTtl: '1h' })).rejects.toMatchObject({ name: 'RangeError' });
    expect(fail).toHaveBeenCalledTimes(3);
    expect(await second.get('key')).toBeUndefined();
    expect(await second.has('key')).toBe(false);
    await second.close();
  });

  test.each([
    ['deleted', (cache: ReturnType<typeof open>) => cache.delete('key')],
    ['invalidated', (cache: ReturnType<typeof open>) => cache.invalidate({ prefix: 'k' })],
    ['invalidated by a tag that it will have', (cache: ReturnType<typeof open>) => cache.invalidate({ tags: ['t'] })],
    ['cleared', (cache: ReturnType<typeof open>) => cache.clear()],
  ])('what is %s meanwhile, here or by another process, is given but not kept', async (_, change) => {
    const directory = temporaryDirectory();
    const [cache, other] = [open({ directory }), open({ directory })];
    for (const by of [cache, other]) {
      const gate = Promise.withResolvers<void>();
      const started = Promise.withResolvers<void>();
      const computing = cache.getOrCompute(
        'key',
        async () => {
          started.resolve();
          await gate.promise;
          return 'old';
        },
        { tags: ['t'] },
      );
      await started.promise;
      await change(by);
      gate.resolve();
      expect(await computing).toBe('old');
      expect(await cache.get('key')).toBeUndefined();
    }
    await Promise.all([cache.close(), other.close()]);
  });

  test('keeps a large value on disk only where loading it beats computing it, or when asked', async () => {
    const cache = open();
    const large = 'x'.repeat(3_000_000);
    await cache.getOrCompute('at once', () => large);
    await cache.getOrCompute('asked', () => large, { persist: true });
    await cache.getOrCompute('slow', () => sleep(300).then(() => large));
    await cache.getOrCompute('small', () => 1);
    const places = (await cache.entries()).map(({ key, tiers }) => [key, tiers.includes('disk')]);
    expect(Object.fromEntries(places)).toEqual({ 'at once': false, asked: true, slow: true, small: true });
    await cache.close();
  });

  test('warms what is missing', async () => {
    const cache = open();
    await cache.set('a', 1);
    expect(await cache.warm(['a', 'b', 'c'], (key) => key.toUpperCase())).toBe(2);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([1, 'B', 'C']);
    await cache.close();
  });
});

describe('values in memory', () => {
  test('are frozen, and apart from what was set', async () => {
    const cache = open({ disk: false });
    const mine = { list: [{ n: 1 }] };
    await cache.set('key', mine);
    mine.list[0]!.n = 2;
    const read = (await cache.get<typeof mine>('key'))!;
    expect(read).toEqual({ list: [{ n: 1 }] });
    expect(() => read.list.push({ n: 3 })).toThrow(TypeError);
    expect(await cache.get('key')).toBe(read);
    await cache.close();
  });

  test('that cannot be frozen are watched: who reads next is told which was changed, and the entry is gone', async () => {
    const cache = open({ disk: false });
    await cache.set('key', { when: { first: new Date(5) } });
    const read = (await cache.get<{ when: { first: Date } }>('key'))!;
    read.when.first.setTime(6);
    await expect
      .poll(() =>
        cache.get('key').then(
          () => 'fine',
          (error: Error) => error.message,
        ),
      )
      .toMatch(/key\.when\.first, a Date.*freeze: 'copy'/);
    expect(await cache.get('key')).toBeUndefined();
    await cache.close();
  });

  test('are copies where asked, and the very same where trusted', async () => {
    const copies = open({ disk: false, freeze: 'copy' });
    await copies.set('key', { when: new Date(5) });
    const read = (await copies.get<{ when: Date }>('key'))!;
    read.when.setTime(6);
    expect(await copies.get('key')).toEqual({ when: new Date(5) });
    const trusting = open({ disk: false, freeze: 'trust' });
    const value = { n: 1 };
    await trusting.set('key', value);
    expect(await trusting.get('key')).toBe(value);
    await Promise.all([copies.close(), trusting.close()]);
  });
});

describe('memory that gets tight', () => {
  test('calls clean-ups, one that fails among them, and lets go of half of what is held', async () => {
    const cache = open({ memory: { maxEntries: 100 }, disk: false });
    await cache.setMany(Array.from({ length: 80 }, (_, index) => [`key${index}`, index] as const));
    const called: string[] = [];
    cache.onPressure(() => {
      throw new Error('no');
    });
    cache.onPressure(() => called.push('here'));
    cache.onPressure(() => called.push('gone')).dispose();
    await cache.relieve();
    expect(called).toEqual(['here']);
    expect((await cache.stats()).entries).toBe(40);
    await cache.close();
  });

  test('does not hold what is weak, which is found as long as the program holds it', async () => {
    const cache = open({ memory: { maxBytes: 1000 }, disk: false });
    const value = { large: new Uint8Array(1e6) };
    await cache.set('key', value, { weak: true });
    expect(await cache.get('key')).toBe(value);
    expect((await cache.stats()).bytes).toBeLessThan(1000);
    await cache.delete('key');
    expect(await cache.get('key')).toBeUndefined();
    await cache.close();
  });
});

test('optimize tells what is not worth its place, and drops it when asked; verify looks at everything', async () => {
  const cache = open();
  await cache.set('slow', 'x'.repeat(1e6), { cost: 1000 });
  await cache.set('fast', 'x'.repeat(1e6), { cost: 0.2 });
  const found = await cache.optimize();
  expect(found).toMatchObject({
    applied: false,
    drop: [{ key: 'fast', reason: expect.stringContaining('Computing it takes 0.2 ms') }],
  });
  await cache.optimize({ apply: true });
  expect((await cache.entries()).map(({ key }) => key)).toEqual(['slow']);
  expect(await cache.verify()).toEqual({ entries: 1, damaged: [], orphans: 0, file: 'ok' });
  await cache.close();
});
