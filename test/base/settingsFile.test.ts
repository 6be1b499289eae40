import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { readSettingsFile } from '../../src/base/settingsFile.ts';
import { readEnvironment } from '../../src/cli/environment.ts';
import { TempFolder } from '../support/temp.ts';

const folders: TempFolder[] = [];
afterAll(() => {
  for (const folder of folders) folder.dispose();
});

function folderWith(content: string): TempFolder {
  const folder = new TempFolder({ 'memoir.json': content, 'deep/er/x': '' });
  folders.push(folder);
  return folder;
}

const whole = {
  cache: { directory: 'kept', maxEntries: 5, maxMB: 1.5, ttl: '1d', redisUrl: 'redis://here' },
  monitor: { enabled: false, interval: 50 },
  logLevel: 'info',
};

test('the nearest file at or above a folder counts, and its paths begin where it lies', () => {
  const folder = folderWith(`\uFEFF${JSON.stringify(whole)}`);
  expect(readSettingsFile(folder.file('deep/er'))).toEqual({
    MEMOIR_CACHE_DIR: folder.file('kept'),
    MEMOIR_CACHE_MAX_ENTRIES: '5',
    MEMOIR_CACHE_MAX_MB: '1.5',
    MEMOIR_CACHE_TTL: '1d',
    MEMOIR_REDIS_URL: 'redis://here',
    MEMOIR_MONITOR_ENABLED: 'false',
    MEMOIR_MONITOR_INTERVAL: '50',
    MEMOIR_LOG_LEVEL: 'info',
  });
  folder.write('deep/memoir.json', '{"cache": {"maxMB": 7}}');
  expect(readSettingsFile(folder.file('deep/er'))).toEqual({ MEMOIR_CACHE_MAX_MB: '7' });
});

test('on the command line a variable counts more than the file, and an empty one does not count', () => {
  const folder = folderWith(JSON.stringify(whole));
  const read = (variables: NodeJS.ProcessEnv) => readEnvironment(folder.path, variables);
  const { cacheDirectory, maxEntries, memoryMaxBytes, redisUrl, logLevel } = read({
    MEMOIR_CACHE_MAX_MB: '9',
    MEMOIR_REDIS_URL: '',
  });
  expect([cacheDirectory, maxEntries, memoryMaxBytes]).toEqual([folder.file('kept'), 5, 9e6]);
  expect([redisUrl, logLevel]).toEqual(['redis://here', 'info']);
});

test.each([
  [
    '{\n  "cache": {\n    "maxMB": "512"\n  }\n}',
    ':3: cache.maxMB must be a number that is not negative; it is "512".',
  ],
  ['{"cache": {"maxEntries": -1}}', ':1: cache.maxEntries must be a number'],
  ['{\n"cache": {"ttl": "soon"}}', ':2: cache.ttl must be a time such as "90s"'],
  ['{"monitor": {"enabled": "yes"}}', ':1: monitor.enabled must be true or false'],
  ['{"logLevel": "loud"}', ':1: logLevel must be "debug"'],
  ['{\n\n"cache": {"size": 1}}', ':3: there is no setting cache.size; there are cache.directory, '],
  ['{"cache": 5}', ':1: there is no setting cache;'],
  ['{\n  "cache": {,}\n}', ':2: this is not JSON'],
  ['{"cache":', ':1: this is not JSON'],
  ['[]', ':1: an object is wanted'],
])('%j is an error that names the place', (content, message) => {
  const folder = folderWith(content);
  expect(() => readSettingsFile(folder.path)).toThrow(folder.file('memoir.json') + message);
});

test('a program remembers where the file says, and goes on where it says nothing that means anything', async () => {
  const module = new URL('../../src/cache/openCache.ts', import.meta.url).href;
  const script = `import { openCache } from '${module}';
    const cache = openCache();
    await cache.set('key', 1);
    await cache.close();
    const { existsSync } = await import('node:fs');
    console.log(existsSync('kept/records-2.sqlite'), existsSync('.memoir/records-2.sqlite'));`;
  const run = (cwd: string) => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd });
  const { cache } = whole;
  const [good, bad] = [
    folderWith(JSON.stringify({ cache: { directory: cache.directory } })),
    folderWith('{"cache": {"maxMB": "much"}}'),
  ];
  const [kept, warned] = await Promise.all([run(good.path), run(bad.path)]);
  expect([kept.stdout, kept.stderr]).toEqual(['true false\n', '']);
  expect(warned.stdout).toBe('false true\n');
  expect(warned.stderr).toContain(`${join(bad.path, 'memoir.json')}:1: cache.maxMB must be a number`);
});
