import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCache } from '../../src/cache/openCache.ts';
import { memoir, memoirJson } from '../support/memoir.ts';
import { TempFolder } from '../support/temp.ts';

describe('memoir cache', () => {
  const folder = new TempFolder();
  const directory = join(folder.path, '.memoir');
  const cli = (...args: string[]) => memoir(folder.path, ['cache', ...args]);
  const json = <T>(...args: string[]) => memoirJson<T>(folder.path, ['cache', ...args]);

  beforeAll(async () => {
    mkdirSync(directory);
    const cache = openCache({ directory });
    await cache.set('user:1', { name: 'Ada' }, { tags: ['users'], cost: 500 });
    await cache.set('user:2', { name: 'Bob' }, { tags: ['users'] });
    await cache.set('team:1', 'x'.repeat(100_000));
    await cache.close();
  });
  afterAll(() => folder.dispose());

  test('lists what a program kept, by tag, prefix and pattern', async () => {
    const keys = async (...args: string[]) =>
      (await json<{ entries: { key: string }[] }>('list', ...args)).entries.map(({ key }) => key);
    expect(await keys()).toEqual(['team:1', 'user:1', 'user:2']);
    expect(await keys('--tag', 'users')).toEqual(['user:1', 'user:2']);
    expect(await keys('--prefix', 'team')).toEqual(['team:1']);
    expect(await keys('--pattern', '*:1')).toEqual(['team:1', 'user:1']);
    expect((await cli('list')).stdout).toMatch(/team:1\s+100 kB/);
  });

  test('gets and explains one', async () => {
    expect(await json('get', 'user:1')).toMatchObject({
      value: { name: 'Ada' },
      tier: 'disk',
      tags: ['users'],
      savedMs: 500,
    });
    expect(await json('explain', 'user:1')).toMatchObject({ would: 'hit', kept: { tier: 'disk' } });
    expect(await json('explain', 'none')).toMatchObject({ would: 'miss' });
    expect(await cli('get', 'none')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing is kept under "none"'),
    });
  });

  test('knows what has a namespace behind it', async () => {
    const key = 'a/b@c';
    for (const version of ['', 2]) {
      await using cache = openCache({ directory, namespace: 'my prices', version });
      await cache.set(key, version);
    }
    const names = ['my%20prices/a/b@c', 'my%20prices@2/a/b@c'];
    const { entries } = await json<{ entries: { key: string }[] }>('list', '--prefix', 'my');
    expect(entries.map((entry) => entry.key)).toEqual(names);
    expect(await Promise.all(names.map((name) => json('get', name)))).toMatchObject([{ value: '' }, { value: 2 }]);
    expect(await json('invalidate', '--pattern', 'my*/a/?@c')).toEqual({ invalidated: 2 });
  });

  test('verifies, and finds nothing wrong', async () => {
    expect(await json('verify')).toMatchObject({ entries: 3, damaged: [], file: 'ok' });
    expect(await json<{ checks: { ok: boolean }[] }>('doctor')).toMatchObject({ directory });
    expect((await cli('doctor')).code).toBe(0);
  });

  test('invalidates what is meant, and clears', async () => {
    expect(await json('invalidate', '--pattern', 'user:[1]')).toEqual({ invalidated: 1 });
    expect(await json('stats')).toMatchObject({ entries: 2 });
    expect(await json('clear')).toMatchObject({ removed: { entries: 2 } });
    expect(await json('stats')).toMatchObject({ entries: 0 });
  });

  test.each([[['invalidate']], [['get']], [['bogus']], [[]], [['stats', '--tag', 'x']]])(
    '%j is wrong usage',
    async (args) => {
      expect(await cli(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: memoir cache') });
    },
  );
});
