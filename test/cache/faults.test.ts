import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/cache/cacheDirectory.ts';
import { DATABASE, DiskTier } from '../../src/cache/diskTier.ts';
import { MemoryTier } from '../../src/cache/memoryTier.ts';
import { Seal } from '../../src/cache/seal.ts';
import { TieredCache } from '../../src/cache/tieredCache.ts';
import { chaos } from './chaosRounds.ts';
import { recordingLog, temporaryDirectory } from './directory.ts';
import { workOnLockedFile } from './lockedFile.ts';
import { entryOf, keysOf } from './tier.contract.ts';

const seal = new Seal(Buffer.alloc(32, 5));
const file = DATABASE;

function open(directory: string): Store & { readonly lines: string[] } {
  const log = recordingLog();
  return { ...openStore({ directory, seal, log }), lines: log.lines };
}

/** A directory with `count` records of some size in it. */
async function filled(count = 200): Promise<string> {
  const directory = join(temporaryDirectory(), '.memoir');
  const store = open(directory);
  for (let index = 0; index < count; index++) await store.records.set(`key${index}`, { index, text: 'x'.repeat(3000) });
  await store.close();
  return directory;
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const handle = openSync(path, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}

const writerFile = join(import.meta.dirname, 'writer.ts');
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

function startWriter(directory: string, prefix: string, count: number, options: object = {}): ChildProcess {
  const command = [writerFile, directory, prefix, String(count)];
  return spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
}

/** What a writer says at its end. */
async function finish(
  writer: ChildProcess,
): Promise<{ inMemory: number; disk: { entries: number; errors: number; problem?: string } }> {
  const output = await text(writer.stdout!);
  return JSON.parse(output.trim().split('\n').at(-1)!);
}

describe('a new cache', () => {
  test('hides itself from version control', async () => {
    const directory = await filled(1);
    expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n');
  });

  test('touches nothing before it is used', async () => {
    const directory = join(temporaryDirectory(), '.memoir');
    await open(directory).close();
    expect(existsSync(directory)).toBe(false);
  });
});

describe('a damaged file', () => {
  test('with a broken header is renamed, reported and replaced', async () => {
    const directory = await filled();
    overwrite(join(directory, file), 0, randomBytes(4096));
    const damaged = readFileSync(join(directory, file));
    const store = open(directory);
    expect(await store.records.get('key1')).toBeUndefined();
    await store.records.set('key1', 'new');
    const { tiers } = await store.stats();
    expect(tiers[1]).toMatchObject({ name: 'disk', entries: 1, errors: 1 });
    expect(tiers[1]!.problem).toContain('was damaged');
    expect(store.lines).toHaveLength(1);
    await store.close();
    const aside = readdirSync(directory).filter((name) => name.includes('.damaged-'));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(directory, aside[0]!)).equals(damaged)).toBe(true);
    const again = open(directory);
    expect((await again.records.get('key1'))?.value).toBe('new');
    await again.close();
  });

  test('with noise in the middle never gives a wrong value, and works in the end', async () => {
    for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const directory = await filled();
      const path = join(directory, file);
      const pages = Math.floor(statSync(path).size / 4096);
      overwrite(path, Math.floor(pages * share) * 4096 - 2048, randomBytes(40_000));
      const store = open(directory);
      for (let index = 0; index < 200; index++) {
        const found = await store.records.get(`key${index}`);
        if (found) expect(found.value).toEqual({ index, text: 'x'.repeat(3000) });
      }
      for (let index = 0; index < 200; index++) await store.records.set(`key${index}`, index);
      await store.close();
      const again = open(directory);
      const values = (await again.records.getMany(Array.from({ length: 200 }, (_, index) => `key${index}`))).map(
        (found) => found?.value,
      );
      const wrong = values.filter(
        (value, index) => value !== undefined && value !== index && typeof value === 'number',
      );
      expect(wrong).toEqual([]);
      await again.records.set('last', 'works');
      await again.close();
      const last = open(directory);
      expect((await last.records.get('last'))?.value).toBe('works');
      await last.close();
    }
  });

  test('is replaced once when two processes find it at the same time', async () => {
    const directory = await filled();
    const [one, two] = [open(directory), open(directory)];
    await Promise.all([one.records.get('key1'), two.records.get('key2')]);
    const handle = openSync(join(directory, file), 'r+');
    for (let at = 0; at < statSync(join(directory, file)).size; at += 4096)
      writeSync(handle, randomBytes(4096), 0, 4096, at);
    closeSync(handle);
    for (const [index, store] of [one, two, one, two].entries()) {
      await store.records.get(`key${index + 10}`);
      await store.records.set(`new${index}`, index);
    }
    expect(
      readdirSync(directory).filter((name) => /\.damaged-[^-]+-[^.]*$/.test(name) && !/-(wal|shm)$/.test(name)),
    ).toHaveLength(1);
    await Promise.all([one.close(), two.close()]);
    const third = open(directory);
    expect((await third.records.keys({ prefix: 'new' })).length).toBeGreaterThanOrEqual(3);
    await third.close();
  });
});

describe('a folder that cannot be used', () => {
  test('leaves a cache in memory that says so once, with the remedy, and heals', async () => {
    const parent = temporaryDirectory();
    const directory = join(parent, '.memoir');
    writeFileSync(directory, 'a file where the folder should be');
    let now = Date.now();
    const log = recordingLog();
    const prepare = () => void mkdirSync(directory, { recursive: true });
    const disk = new DiskTier({ directory, maxBytes: 1e9, seal, log, prepare, now: () => now });
    const cache = new TieredCache({
      memory: new MemoryTier({ maxEntries: 10, maxBytes: 1e6 }),
      lower: [disk],
      counts: disk.counts,
    });
    for (let index = 0; index < 5; index++) await cache.set(`key${index}`, index);
    expect((await cache.get('key1'))?.value).toBe(1);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain('MEMOIR_CACHE_DIR');
    expect((await cache.stats()).tiers[1]!.problem).toBe(log.lines[0]);
    rmSync(directory);
    now += 60_000;
    await cache.set('later', 1);
    expect((await disk.stats()).problem).toBeUndefined();
    expect((await disk.get('later'))?.value).toBe(1);
    await cache.close();
  });

  test('may be one without permission: a real other user gets a cache in memory', async () => {
    const directory = await filled(3);
    chmodSync(join(directory, '..'), 0o755);
    chmodSync(directory, 0o555);
    chmodSync(join(directory, file), 0o444);
    const report = await finish(startWriter(directory, 'w', 3, nobody));
    chmodSync(directory, 0o755);
    chmodSync(join(directory, file), 0o644);
    expect(report.inMemory).toBe(3);
    expect(report.disk.errors).toBeGreaterThan(0);
    expect(report.disk.problem).toMatch(/cannot be (used|written).*MEMOIR_CACHE_DIR/);
    expect(report.disk.entries).toBe(3); // what is there is read
    const store = open(directory);
    expect(await store.records.keys()).toEqual(['key0', 'key1', 'key2']);
    await store.close();
  });

  test('may be one whose disk takes no more: what is there stays, what is new is kept in memory', async () => {
    const directory = await filled(20);
    const limited = [
      '-c',
      `trap '' XFSZ; ulimit -f 300; exec "$@"`,
      'sh',
      process.execPath,
      writerFile,
      directory,
      'w',
      '200',
    ];
    const report = await finish(spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] }));
    expect(report.inMemory).toBe(200);
    expect(report.disk.errors).toBeGreaterThan(0);
    expect(report.disk.problem).toContain('kept only until Memoir stops');
    const store = open(directory);
    expect((await store.records.get('key19'))?.value).toMatchObject({ index: 19 });
    expect((await store.stats()).tiers[1]!.problem).toBeUndefined();
    await store.close();
  });
});

describe('other processes', () => {
  test('killed in the middle of writing lose nothing that was acknowledged', async () => {
    const directory = join(temporaryDirectory(), '.memoir');
    for (const prefix of ['a', 'b', 'c']) {
      const writer = startWriter(directory, prefix, 100_000);
      let acknowledged = -1;
      for await (const chunk of writer.stdout!) {
        acknowledged = Number(String(chunk).trim().split('\n').at(-1));
        if (acknowledged >= 30) break;
      }
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const store = open(directory);
      for (let index = 0; index < 30; index++) {
        const found = await store.records.get<{ digest: string }>(`${prefix}${index}`);
        expect(found?.tier).toBe('disk');
        expect(await store.values.read(found!.value.digest)).toBeDefined();
      }
      expect((await store.stats()).errors).toBe(0);
      await store.close();
    }
  });

  test('writing at the same time all find their entries, and the sums are exact', async () => {
    const directory = join(temporaryDirectory(), '.memoir');
    const reports = await Promise.all(['a', 'b', 'c'].map((prefix) => finish(startWriter(directory, prefix, 150))));
    expect(reports.map((report) => report.disk.errors)).toEqual([0, 0, 0]);
    const store = open(directory);
    expect(await store.records.keys({ tags: ['a', 'b', 'c'] })).toHaveLength(450);
    expect(await store.stats()).toMatchObject({
      hits: 450,
      misses: 0,
      savedMs: 450,
      entries: 450,
      values: { files: 450 },
    });
    await store.close();
  });

  test('holding the file locked cost an error and a miss, never a standstill', async () => {
    const directory = await filled(3);
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const other = new DatabaseSync(join(directory, file));
    other.exec('BEGIN IMMEDIATE');
    const store = open(directory);
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 5);
    await store.records.set('new', 1);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(7); // one between any two tries at least
    expect((await store.records.get('new'))?.tier).toBe('memory');
    expect((await store.records.get('key1'))?.tier).toBe('disk');
    expect((await store.stats()).tiers[1]).toMatchObject({ errors: 1, entries: 3 });
    other.exec('COMMIT');
    other.close();
    await store.records.set('newer', 1);
    expect((await store.stats()).tiers[1]).toMatchObject({ errors: 1, entries: 4 });
    expect((await store.stats()).tiers[1]!.problem).toBeUndefined();
    await store.close();
  });

  test('holding the file locked cannot keep what was removed or replaced meanwhile', async () => {
    const directory = await filled(1);
    const open = () => new DiskTier({ directory, maxBytes: 1e9, seal, log: recordingLog() });
    const tier = open();
    const before = { createdAt: Date.now() - 10 };
    for (const key of ['deleted', 'replaced', 'tagged', 'other'])
      await tier.set(key, entryOf('old', { tags: key === 'tagged' ? ['t'] : [], ...before }));
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const locker = new DatabaseSync(join(directory, file));
    locker.exec('BEGIN IMMEDIATE');
    await tier.delete('deleted');
    await tier.set('replaced', entryOf('new'));
    expect(await tier.invalidate({ tags: ['t'] })).toEqual(['tagged']);
    for (const key of ['deleted', 'replaced', 'tagged']) expect(await tier.get(key)).toBeUndefined();
    expect(await keysOf(tier)).toEqual(['key0', 'other']);
    locker.exec('COMMIT');
    locker.close();
    await tier.close(); // removes it
    const next = open();
    expect(await keysOf(next)).toEqual(['key0', 'other']);
    await next.close();
  });

  test('locking it for longer are not waited for: that is told, work goes on in memory, and it heals', async () => {
    const { operations, problem, heals } = await workOnLockedFile(join(temporaryDirectory(), '.memoir'), 3000);
    expect(operations).toBeGreaterThan(100);
    expect(problem).toContain('is locked by another process');
    expect(heals).toBe(true);
  });

  test('replacing the file are followed', async () => {
    const directory = await filled(3);
    const store = open(directory);
    await store.records.get('key1');
    for (const part of ['', '-wal', '-shm']) rmSync(join(directory, `${file}${part}`), { force: true });
    const other = open(directory);
    await other.records.set('theirs', 1);
    await expect.poll(async () => (await store.records.get('theirs'))?.value, { timeout: 5000 }).toBe(1);
    await Promise.all([store.close(), other.close()]);
  });
});

describe('a small disk that is full', () => {
  test.skipIf(!canMount())('keeps what is there, tells, goes on in memory, and heals', async () => {
    const directory = temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', directory]);
    try {
      writeFileSync(join(directory, 'of others'), randomBytes(1_000_000));
      const store = open(directory);
      const random = (bytes: number) => randomBytes(bytes).toString('latin1');
      for (let index = 0; index < 20; index++) await store.records.set(`row${index}`, random(30_000));
      for (let index = 0; index < 20; index++) await store.records.set(`file${index}`, random(150_000));
      const { problem, errors } = (await store.stats()).tiers[1]!;
      expect(errors).toBeGreaterThan(0);
      expect(problem).toContain('is full');
      expect((await store.records.get('file19'))?.tier).toBe('memory');
      rmSync(join(directory, 'of others'));
      await store.records.set('later', random(1000));
      expect((await store.stats()).tiers[1]!.problem).toBeUndefined();
      await store.close();
      const again = open(directory);
      expect((await again.records.get('later'))?.tier).toBe('disk');
      expect((await again.records.get('row0'))?.tier).toBe('disk');
      expect(await again.verify()).toMatchObject({ damaged: [], file: 'ok' });
      await again.close();
    } finally {
      execFileSync('umount', ['--lazy', directory]);
    }
  });
});

describe('a large value', () => {
  test.each<[string, (path: string) => void]>([
    ['is gone', (path) => rmSync(path)],
    ['was cut short', (path) => writeFileSync(path, readFileSync(path).subarray(0, 100))],
    ['was altered', (path) => overwrite(path, 500, Buffer.from('altered'))],
    ['was put in the place of another', (path) => writeFileSync(path, Buffer.concat([Buffer.of(0), randomBytes(100)]))],
  ])('whose file %s is a miss, and verify removes it', async (_, harm) => {
    const directory = join(temporaryDirectory(), '.memoir');
    const store = open(directory);
    await store.records.set('large', randomBytes(100_000).toString('latin1'));
    await store.close();
    const [name] = readdirSync(join(directory, 'entries'));
    harm(join(directory, 'entries', name!));
    const again = open(directory);
    expect(await again.records.get('large')).toBeUndefined();
    expect(await again.verify()).toMatchObject({ damaged: ['large'], entries: 1 });
    expect(await again.verify()).toMatchObject({ damaged: [], entries: 0 });
    await again.close();
  });

  test('leaves no file when it is replaced, deleted or cleared', async () => {
    const directory = join(temporaryDirectory(), '.memoir');
    const store = open(directory);
    const files = () => readdirSync(join(directory, 'entries')).length;
    const large = () => randomBytes(100_000).toString('latin1');
    await store.records.set('a', large());
    await store.records.set('a', large());
    expect(files()).toBe(1);
    await store.records.set('a', 'small');
    expect(files()).toBe(0);
    await store.records.set('b', large());
    await store.records.delete('b');
    await store.records.set('c', large());
    await store.clear();
    expect(files()).toBe(0);
    await store.close();
  });
});

describe('a clock that was set back', () => {
  test('leaves nothing that counts for longer than it should, and no disk unused', async () => {
    const directory = temporaryDirectory();
    let now = Date.now();
    const disk = () => new DiskTier({ directory, maxBytes: 1e9, seal, log: recordingLog(), now: () => now });
    const first = disk();
    const cache = new TieredCache({
      memory: new MemoryTier({ maxEntries: 9, maxBytes: 1e6, now: () => now }),
      lower: [first],
      now: () => now,
    });
    await cache.set('brief', 1, { ttl: 1000 });
    await cache.set('lasting', 2);
    now -= 86_400_000;
    expect(await cache.get('brief')).toBeUndefined();
    expect((await cache.get('lasting'))?.value).toBe(2);
    await cache.set('brief', 3, { ttl: 1000 });
    expect((await cache.get('brief'))?.value).toBe(3);
    await cache.close();
  });
});

test('killed again and again in the middle of anything, processes leave nothing wrong and lose nothing acknowledged', async () => {
  const { acknowledged, wrong } = await chaos(temporaryDirectory(), 3, 2, 7);
  expect(wrong).toEqual([]);
  expect(acknowledged).toBeGreaterThanOrEqual(6); // one by each
});

/** Whether this process may mount a file system. */
function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const directory = mkdtempSync(join(tmpdir(), 'memoir-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' });
    execFileSync('umount', [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
