import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeptFolders } from '../../src/data/keptFolders.ts';
import { TempFolder } from '../support/temp.ts';

let root: TempFolder;
beforeEach(() => {
  root = new TempFolder();
});
afterEach(() => root.dispose());

const kept = (maxBytes = 1e6) => new KeptFolders(() => root.path, maxBytes);
const fill = (content: string) => (draft: string) => writeFile(join(draft, 'file'), content);

test('a folder is filled once, also when several ask at a time, and found by another program', async () => {
  let fills = 0;
  const folders = kept();
  const ask = () =>
    folders.folder('a', async (draft) => {
      fills += 1;
      await fill('content')(draft);
    });
  expect(new Set(await Promise.all([ask(), ask(), ask()]))).toEqual(new Set([join(root.path, 'a')]));
  expect(await kept().folder('a', fill('other'))).toBe(join(root.path, 'a'));
  expect([fills, await readFile(root.file('a/file'), 'utf8')]).toEqual([1, 'content']);
});

test('what fails leaves nothing, and is tried again by who asks next', async () => {
  const folders = kept();
  const failing = folders.folder('a', async (draft) => {
    await fill('half')(draft);
    throw new Error('broken off');
  });
  await expect(failing).rejects.toThrow('broken off');
  expect(await readdir(root.path)).toEqual([]);
  await folders.folder('a', fill('whole'));
  expect(await readFile(root.file('a/file'), 'utf8')).toBe('whole');
});

test('who waits for somebody that gives up does the work himself', async () => {
  const folders = kept();
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const waiting = () => {
    begun.resolve();
    return new Promise<void>((_, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason)));
  };
  const first = folders.folder('a', waiting, stop.signal);
  await begun.promise;
  const second = folders.folder('a', fill('second'));
  const reason = new Error('enough');
  stop.abort(reason);
  await expect(first).rejects.toBe(reason);
  await second;
  expect(await readFile(root.file('a/file'), 'utf8')).toBe('second');
});

test('beyond the limit the least recently used go, but never what this program uses', async () => {
  const before = kept();
  for (const [age, key] of ['new', 'old', 'mid'].entries()) await before.folder(key, fill('x'.repeat(100 + age)));
  for (const [key, hours] of [
    ['new', 1],
    ['old', 3],
    ['mid', 2],
  ] as const) {
    const then = new Date(Date.now() - hours * 3_600_000);
    await utimes(root.file(key), then, then);
  }
  const now = kept(250);
  await now.find('old');
  await now.folder('more', fill('y'.repeat(100)));
  expect((await readdir(root.path)).sort()).toEqual(['more', 'old']);
});
