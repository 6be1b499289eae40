import fs from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';
import { WRITING } from '../notebook/record.ts';
import { openMode, WRITE_CALLS } from '../process/outside.ts';
import { type AnyFunction, type Patchable, patch } from '../process/patch.ts';
import { currentRun, kindOf, type Run, untracked } from './run.ts';

const CONTENT_READS = ['readFile', 'createReadStream', 'access', 'exists', 'stat', 'lstat', 'statfs', 'realpath'];
const MORE_READS = ['readlink', 'openAsBlob', 'watchFile'];

/** What a run that reads its standard input touched. */
export const TERMINAL = 'reading a terminal';

/** Makes what a run reads from files and folders part of its trace, and what it writes known. */
export function trackFiles(): void {
  for (const target of [fs, fs.promises] as unknown as Patchable[]) {
    for (const name of [...CONTENT_READS, ...MORE_READS]) patchBoth(target, name, noteRead);
    for (const name of ['copyFile', 'cp']) patchBoth(target, name, noteRead);
    for (const name of ['readdir', 'opendir']) patchBoth(target, name, noteFolder);
    for (const name of WRITE_CALLS) patchBoth(target, name, (run) => run.touch(WRITING));
    patchBoth(target, 'open', noteOpen);
  }
  trackDescriptors(fs as unknown as Patchable);
}

function patchBoth(
  target: Patchable,
  name: string,
  note: (run: Run, path: string, args: readonly unknown[]) => void,
): void {
  for (const key of [name, `${name}Sync`]) {
    patch(target, key, (args) => {
      const run = currentRun();
      if (!run) return;
      if (args[0] === 0) run.touch(TERMINAL);
      const path = pathOf(args[0]);
      if (path !== null) note(run, path, args);
    });
  }
}

function noteRead(run: Run, path: string): void {
  const full = resolve(path);
  if (isModule(full) && isCalledByLoader()) return; // modules count by what their text means
  if (run.hasSeen(full)) return;
  const kind = kindOf(full);
  if (kind === 'folder') run.readFolder(full);
  else if (kind === 'device') run.touch(full === '/dev/stdin' || full === '/dev/tty' ? TERMINAL : 'a device');
  else run.readFile(full);
}

function noteFolder(run: Run, path: string, args: readonly unknown[]): void {
  run.readFolder(path);
  const options = args[1] as { recursive?: unknown } | null | undefined;
  if (typeof options !== 'object' || !options?.recursive) return;
  for (const entry of untracked(() => fs.readdirSync(path, { recursive: true, withFileTypes: true })))
    if (entry.isDirectory()) run.readFolder(join(entry.parentPath, entry.name));
}

function noteOpen(run: Run, path: string, [, flags]: readonly unknown[]): void {
  const { reads, writes } = openMode(flags);
  if (reads) noteRead(run, path);
  if (writes) run.touch(WRITING);
}

/** Text written to the descriptors of stdout and stderr goes where `console.log` does. */
function trackDescriptors(target: Patchable): void {
  patch(target, 'readSync', ([descriptor]) => {
    if (descriptor === 0) currentRun()?.touch(TERMINAL);
  });
  const original = target['writeSync'] as AnyFunction;
  target['writeSync'] = (...args: unknown[]) => {
    const [descriptor, text] = args;
    if ((descriptor !== 1 && descriptor !== 2) || !currentRun()) return original.apply(target, args);
    const bytes = typeof text === 'string' ? text : Buffer.from(text as Uint8Array); // as Node would take it
    (descriptor === 1 ? process.stdout : process.stderr).write(bytes);
    return Buffer.byteLength(bytes);
  };
}

function isModule(path: string): boolean {
  return /\.(?:[cm]?[jt]s|json)$/.test(path);
}

/** Whether Node itself reads a file, to load it, and not code that it runs. */
function isCalledByLoader(): boolean {
  const caller = getCallSites(20).find(({ scriptName }) => !scriptName.startsWith(OWN));
  return caller?.scriptName.startsWith('node:internal/modules/') ?? false;
}

/** Memoir's own bundles. */
const OWN = new URL('.', import.meta.url).href;

/** The path behind a first argument; null for descriptors and for what lies in packages, whose version is in the key. */
function pathOf(argument: unknown): string | null {
  const path = textOf(argument);
  return path === null || /[\\/]node_modules[\\/]/.test(path) ? null : path;
}

function textOf(argument: unknown): string | null {
  if (typeof argument === 'string') return argument;
  if (argument instanceof URL) return argument.protocol === 'file:' ? fileURLToPath(argument) : null;
  return Buffer.isBuffer(argument) ? argument.toString() : null;
}
