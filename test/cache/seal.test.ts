import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyFile, openSeal, Seal, sealBytes } from '../../src/cache/seal.ts';
import { temporaryDirectory } from './directory.ts';

test('signed bytes verify whole, and not once a bit is changed or missing', () => {
  const seal = new Seal(Buffer.alloc(32, 1));
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(), (bytes, position) => {
      const sealed = sign(seal, bytes);
      expect(seal.verifies(sealed)).toBe(true);
      const changed = Buffer.from(sealed);
      changed[position % changed.length]! ^= 1 << (position % 8);
      expect(seal.verifies(changed)).toBe(false);
      expect(seal.verifies(sealed.subarray(1))).toBe(false);
    }),
  );
});

test('the authentication code is HMAC-SHA-256 of what is signed and what lies beside it', () => {
  const key = Buffer.alloc(32, 1);
  const seal = new Seal(key);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000, size: 'max' }), fc.string({ unit: 'binary' }), (bytes, about) => {
      const head = `memoir/record\0${about.length} ${about}\0`;
      const code = createHmac('sha256', key).update(head).update(bytes).digest();
      expect(Buffer.compare(sign(seal, bytes, about), Buffer.concat([code, bytes]))).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test('under another key they do not verify', () => {
  const sealed = sign(new Seal(Buffer.alloc(32, 1)), Buffer.from('record'));
  expect(new Seal(Buffer.alloc(32, 2)).verifies(sealed)).toBe(false);
});

test('the key is made once, for its owner only, and serves from then on', () => {
  const path = join(temporaryDirectory(), 'config', 'memoir', 'key');
  const first = openSeal(path);
  const second = openSeal(path);
  expect(first.problem).toBeUndefined();
  expect(second.verifies(sign(first, Buffer.from('a')))).toBe(true);
  expect(second.keyedDigest('secret')).toBe(first.keyedDigest('secret'));
  expect(first.keyedDigest('secret')).not.toBe(openSeal(join(temporaryDirectory(), 'key')).keyedDigest('secret'));
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("the user's key is found without asking an environment that is watched", async () => {
  const directory = temporaryDirectory();
  const script = `
    const { keyedDigest } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/cache/seal.ts'))});
    const fs = process.getBuiltinModule('node:fs');
    const watched = [];
    const read = fs.readFileSync;
    fs.readFileSync = (...args) => { watched.push(String(args[0])); return read(...args); };
    process.getBuiltinModule('node:module').syncBuiltinESMExports();
    process.env = new Proxy(process.env, { get(target, name) { watched.push(name); keyedDigest('x'); return target[name]; } });
    keyedDigest('x');
    process.env.REGION;
    console.log(JSON.stringify(watched));`;
  const env = { ...process.env, XDG_CONFIG_HOME: directory, MEMOIR_KEY_FILE: join(directory, 'key') };
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual(['REGION']);
  expect(readFileSync(join(directory, 'key'), 'utf8').trim()).toHaveLength(44);
});

test('without a usable file there is a key for this process, and a sentence that says so', () => {
  const directory = temporaryDirectory();
  const inTheWay = join(directory, 'file');
  writeFileSync(inTheWay, 'short');
  mkdirSync(join(directory, 'folder'));
  for (const path of [inTheWay, join(inTheWay, 'key'), join(directory, 'folder')]) {
    const seal = openSeal(path);
    expect(seal.problem).toContain(path);
    expect(seal.problem).toContain('MEMOIR_KEY_FILE');
    expect(seal.verifies(sign(seal, Buffer.from('a')))).toBe(true);
  }
  expect(readFileSync(inTheWay, 'utf8')).toBe('short');
});

test('the file lies where the system keeps settings, unless told otherwise', () => {
  expect(keyFile({ MEMOIR_KEY_FILE: '/team/key' }, 'linux', '/home/ada')).toBe('/team/key');
  expect(keyFile({ XDG_CONFIG_HOME: '/config' }, 'linux', '/home/ada')).toBe(join('/config', 'memoir', 'key'));
  expect(keyFile({}, 'linux', '/home/ada')).toBe(join('/home/ada', '.config', 'memoir', 'key'));
  expect(keyFile({}, 'darwin', '/Users/ada')).toContain(join('Library', 'Application Support', 'memoir'));
  expect(keyFile({ APPDATA: '/AppData' }, 'win32', '/ada')).toBe(join('/AppData', 'memoir', 'key'));
});

function sign(seal: Seal, bytes: Uint8Array, about?: string): Buffer {
  const sealed = Buffer.concat([Buffer.alloc(sealBytes), bytes]);
  seal.sign(sealed, about);
  return sealed;
}
