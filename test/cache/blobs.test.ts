import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Blobs } from '../../src/cache/blobs.ts';
import { digestBytes } from '../../src/cache/key.ts';
import { temporaryDirectory } from './directory.ts';

const open = () => new Blobs(temporaryDirectory());
const old = new Date(Date.now() - 10 * 86_400_000);

test('bytes come back whole, large or small, by either way of reading', async () => {
  const blobs = open();
  for (const bytes of [Buffer.alloc(0), Buffer.from('abc'), Buffer.alloc(2_000_000, 'text '), randomBytes(1_000_000)]) {
    const digest = await blobs.write(bytes);
    expect(digest).toBe(digestBytes(bytes));
    expect(Buffer.compare((await blobs.read(digest))!, bytes)).toBe(0);
    expect(Buffer.compare(blobs.readSync(digest)!, bytes)).toBe(0);
  }
});

test('what compresses is kept smaller, what does not is kept as it is', async () => {
  const blobs = open();
  const text = await blobs.write(Buffer.alloc(1_000_000, 'text '));
  const noise = await blobs.write(randomBytes(1_000_000));
  expect(statSync(blobs.path(text)).size).toBeLessThan(10_000);
  expect(statSync(blobs.path(noise)).size).toBe(1_000_001);
  expect(await blobs.stats()).toEqual({ files: 2, bytes: statSync(blobs.path(text)).size + 1_000_001 });
});

test.each<[string, (path: string) => void]>([
  ['cut short', (path) => truncateSync(path, 20)],
  ['empty', (path) => truncateSync(path, 0)],
  [
    'changed in one byte',
    (path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(path, bytes);
    },
  ],
])('a file that is %s is missing, and can be written again', async (_, damage) => {
  const blobs = open();
  for (const bytes of [randomBytes(5000), Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 7))]) {
    const digest = await blobs.write(bytes);
    damage(blobs.path(digest));
    expect(blobs.readSync(digest)).toBeUndefined();
    expect(await blobs.read(digest)).toBeUndefined();
    expect(await blobs.has(digest)).toBe(false);
    await blobs.write(bytes);
    expect(await blobs.read(digest)).toBeDefined();
  }
});

test('writers of the same bytes at once leave one file and no drafts', async () => {
  const blobs = open();
  const bytes = randomBytes(300_000);
  const digests = await Promise.all(Array.from({ length: 8 }, () => blobs.write(bytes)));
  expect(new Set(digests).size).toBe(1);
  expect(readdirSync(dirname(blobs.path(digests[0]!)))).toEqual(digests.slice(0, 1));
});

test('collecting removes what nothing refers to, but spares what was written just now', async () => {
  const blobs = open();
  const [kept, orphan, fresh] = await Promise.all(
    ['kept', 'orphan', 'fresh'].map((text) => blobs.write(Buffer.from(text))),
  );
  for (const digest of [kept!, orphan!]) utimesSync(blobs.path(digest), old, old);
  const removed = await blobs.collect({ keep: new Set([kept!]) });
  expect(removed.files).toBe(1);
  expect(await Promise.all([kept!, orphan!, fresh!].map((digest) => blobs.has(digest)))).toEqual([true, false, true]);
});

test('beyond the limit the least recently used go, and reading counts as use', async () => {
  const blobs = open();
  const digests = await Promise.all(Array.from({ length: 4 }, () => blobs.write(randomBytes(10_000))));
  for (const [index, digest] of digests.entries())
    utimesSync(blobs.path(digest), old, new Date(old.getTime() + index * 1000));
  await blobs.read(digests[0]!);
  await blobs.collect({ maxBytes: 25_000 });
  expect(await Promise.all(digests.map((digest) => blobs.has(digest)))).toEqual([true, false, false, true]);
});

test('drafts left by a killed writer are swept away in time', async () => {
  const blobs = open();
  const digest = await blobs.write(Buffer.from('abc'));
  const draft = `${blobs.path(digest)}.999.abcd.tmp`;
  writeFileSync(draft, 'half');
  await blobs.collect({});
  expect(existsSync(draft)).toBe(true);
  utimesSync(draft, old, old);
  await blobs.collect({});
  expect(existsSync(draft)).toBe(false);
  expect(await blobs.stats()).toEqual({ files: 1, bytes: 4 });
});

test('a look at all removes what was cut, altered or changed places, and nothing else', async () => {
  const blobs = open();
  const [sound, cut, altered, other] = await Promise.all(
    ['sound', 'cut', 'altered', 'other'].map((text) => blobs.write(Buffer.alloc(10_000, text))),
  );
  truncateSync(blobs.path(cut!), 5);
  writeFileSync(blobs.path(altered!), readFileSync(blobs.path(altered!)).fill(0, 20, 24));
  writeFileSync(blobs.path(other!), readFileSync(blobs.path(sound!)));
  expect(new Set(await blobs.verify())).toEqual(new Set([cut, altered, other]));
  expect(await blobs.stats()).toMatchObject({ files: 1 });
  expect(await blobs.has(sound!)).toBe(true);
});

test('only digests name files', () => {
  expect(() => open().path(join('..', '..', 'etc'))).toThrow('is not a digest');
});
