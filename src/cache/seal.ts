import { hash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf, messageOf } from '../base/errors.ts';

// Taken as they are now: a kernel replaces them, and the environment, by ones that note what its cells read.
const { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } = fs;
const environment = { ...process.env };

/** How many bytes an authentication code takes. */
export const sealBytes = 32;

const block = 64; // bytes, that SHA-256 takes at a time
const purposes = { record: 'memoir/record\0', text: 'memoir/text\0' } as const;
const usual = 8192; // bytes of what is sealed

/** Marks bytes with the user's key, so that what somebody else put into a cache is not believed. */
export class Seal {
  /** What each digest begins with, with room for the rest: of most records for the inner one. */
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  /** Why the key lasts only as long as this process, as a sentence with the remedy. */
  readonly problem: string | undefined;

  constructor(key: Uint8Array, problem?: string) {
    const padded = Buffer.alloc(block);
    padded.set(key.length > block ? hash('sha256', key, 'buffer') : key);
    this.#inner = Buffer.concat([padded.map((byte) => byte ^ 0x36)], usual);
    this.#outer = Buffer.concat([padded.map((byte) => byte ^ 0x5c)], block + sealBytes);
    this.problem = problem;
  }

  /** Writes the authentication code of what follows it in front, where `sealBytes` are left for it. It covers `about`, what lies beside, too. */
  sign(sealed: Buffer, about = ''): void {
    sealed.write(this.#mac(purposes.record, sealed, sealBytes, about), 0, 'latin1');
  }

  /** Whether `sign` made it so, with the same `about`. */
  verifies(sealed: Buffer, about = ''): boolean {
    return sealed.length >= sealBytes && beginsWith(sealed, this.#mac(purposes.record, sealed, sealBytes, about));
  }

  /** A digest by which a text can be recognized, but not guessed without the key. */
  keyedDigest(text: string): string {
    return Buffer.from(this.#mac(purposes.text, Buffer.from(text), 0), 'latin1').toString('hex');
  }

  /** HMAC-SHA-256 of the bytes from `from` on, as a text: by way of two digests, which takes a quarter of the time of `createHmac`. */
  #mac(purpose: string, bytes: Buffer, from: number, about = ''): string {
    const head = `${about.length} ${about}\0`;
    const most = block + purpose.length + 3 * head.length + bytes.length;
    const inner = most <= this.#inner.length ? this.#inner : Buffer.concat([this.#inner.subarray(0, block)], most);
    const start = block + inner.write(purpose, block);
    const at = start + inner.write(head, start);
    const end = at + bytes.copy(inner, at, from);
    this.#outer.write(hash('sha256', inner.subarray(0, end), 'binary'), block, 'latin1');
    return hash('sha256', this.#outer, 'binary');
  }
}

/**
 * Whether `bytes` begin with those of a text; how long that takes says nothing of where they differ. Node's own
 * `timingSafeEqual` takes two buffers, and making them takes longer than the whole of this.
 */
function beginsWith(bytes: Uint8Array, text: string): boolean {
  let difference = 0;
  for (let at = 0; at < text.length; at++) difference |= bytes[at]! ^ text.charCodeAt(at);
  return difference === 0;
}

/** Where the user's key lies: `MEMOIR_KEY_FILE`, or the folder this system keeps settings in. */
export function keyFile(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  if (env.MEMOIR_KEY_FILE) return env.MEMOIR_KEY_FILE;
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'memoir', 'key');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'memoir', 'key');
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'memoir', 'key');
}

/** The seal with the key in `path`, which is made at first use; with a key of its own where that cannot be. */
export function openSeal(path: string): Seal {
  try {
    return new Seal(readKey(path) ?? makeKey(path));
  } catch (error) {
    const why = error instanceof InvalidKey ? 'does not hold a key' : `cannot be used (${messageOf(error)})`;
    return new Seal(
      randomBytes(32),
      `The key file ${path} ${why}, so results are remembered only until Memoir stops. Delete it, or set MEMOIR_KEY_FILE to a file that you may write.`,
    );
  }
}

let ofThisUser: Seal | undefined;

/** The seal of the user this process belongs to; the file is read once. */
export function userSeal(): Seal {
  ofThisUser ??= openSeal(keyFile(environment));
  return ofThisUser;
}

/** `keyedDigest` with the user's key, for values that must not be stored, such as those of environment variables. */
export function keyedDigest(text: string): string {
  return userSeal().keyedDigest(text);
}

class InvalidKey extends Error {}

function readKey(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (text.length < 32) throw new InvalidKey();
  return hash('sha256', text, 'buffer'); // any long text serves, so that a team can agree on one
}

/** Makes the file in one step, so that two first uses at once end with one key. */
function makeKey(path: string): Buffer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readKey(path)!; // it was there, or it is now
}
