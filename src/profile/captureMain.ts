// Loaded before a program whose calls of one function are to be captured (`node --import`).
import fs from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { encode, NotEncodable } from '../cache/codec.ts';
import { CAPTURE_ORDER, type CapturedCall, type CaptureOrder, SKIPPED_FILE } from './captured.ts';
import { maskSecrets } from './secrets.ts';

const { mkdirSync, readFileSync, writeFileSync } = fs; // a kernel, which watches what cells write, replaces them later

/** Has the function's module loaded with a text that tells of its calls, and keeps what it tells. */
function capture({ file, source, calls, folder }: CaptureOrder): void {
  const url = pathToFileURL(file).href;
  let taken = 0;
  let skipped = 0;
  const take = (args: ArrayLike<unknown>): void => {
    if (taken >= calls) return;
    try {
      const call = callOf([...Array.from(args)]);
      taken += 1;
      writeFileSync(
        join(folder, `${call.at.replace(/\D/g, '')}-${process.pid}-${taken}.json`),
        JSON.stringify(call),
        OWN,
      );
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error;
      skipped += 1;
      writeFileSync(join(folder, SKIPPED_FILE), `${skipped} ${error.path} is ${error.reason}`, OWN);
    }
  };
  mkdirSync(folder, { recursive: true });
  Object.assign(globalThis, {
    $memoirCapture: take,
    $memoirWatch: <T extends (...args: never[]) => unknown>(fn: T) =>
      new Proxy(fn, {
        apply(target, self, args: never[]) {
          take(args);
          return Reflect.apply(target, self, args);
        },
      }),
    $memoirSource: (path: string) => (path === file ? source : undefined),
  });
  registerHooks({
    load(loaded, context, next) {
      const module = next(loaded, context);
      return loaded.split('?')[0] === url ? { ...module, source } : module;
    },
  });
}

/** For nobody else to read. */
const OWN = { mode: 0o600 };

/** @throws NotEncodable for arguments that a clone would not be equal to */
function callOf(args: readonly unknown[]): CapturedCall {
  encode(args);
  const masked = maskSecrets(deserialize(serialize(args)));
  const preview = inspect(masked, {
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 5,
    maxStringLength: 60,
    depth: 2,
  });
  return { at: new Date().toISOString(), preview: preview.slice(0, 300), data: serialize(masked).toString('base64') };
}

const order = process.env[CAPTURE_ORDER];
if (order && isMainThread) capture(JSON.parse(readFileSync(order, 'utf8')) as CaptureOrder);
