import Keyv from 'keyv';
import { expect, test } from 'vitest';
import { diskStorage } from '../../src/cache/keyvStorage.ts';
import { temporaryDirectory } from './directory.ts';

test('Keyv works on the disk: values whole, expiry, namespaces apart, many at once, an iterator', async () => {
  const directory = temporaryDirectory();
  const open = (namespace: string) => new Keyv({ store: diskStorage({ directory }), namespace, serialization: false });
  const [one, two] = [open('one'), open('two')];
  const value = { map: new Map([[1, new Date(5)]]), big: 2n ** 70n, bytes: new Uint8Array([1]) };
  await one.set('key', value);
  await two.set('key', 'theirs', 60_000);
  expect(await one.get('key')).toEqual(value);
  expect(await two.get('key')).toBe('theirs');
  await two.set('brief', 1, 1);
  await expect.poll(() => two.has('brief')).toBe(false);
  await one.setMany([
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ]);
  expect(await one.getMany(['b', 'none', 'a'])).toEqual([2, undefined, 1]);
  const keys: unknown[] = [];
  for await (const [key] of one.iterator() as AsyncIterable<[string, unknown]>) keys.push(key);
  expect(keys).toEqual(['a', 'b', 'key']);
  expect(await one.deleteMany(['a', 'none'])).toEqual([true, false]);
  await one.clear();
  expect(await one.has('b')).toBe(false);
  expect(await two.get('key')).toBe('theirs');
  await one.disconnect();
  expect(await open('two').get('key')).toBe('theirs');
});
