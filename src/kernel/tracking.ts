import childProcess from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import { keyedDigest } from '../cache/seal.ts';
import { ABSENT } from '../notebook/fileDigests.ts';
import { WRITING } from '../notebook/record.ts';
import { currentRun, isFolder } from './run.ts';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Patchable = Record<string, unknown>;

const CONTENT_READS = ['readFile', 'createReadStream', 'access', 'exists', 'stat', 'lstat', 'statfs', 'realpath'];
const FOLDER_READS = ['readdir', 'opendir'];
const WRITES = ['writeFile', 'appendFile', 'createWriteStream', 'mkdir', 'mkdtemp', 'rm', 'rmdir', 'unlink', 'rename'];
const MORE_WRITES = ['copyFile', 'cp', 'truncate', 'symlink', 'link', 'chmod', 'chown', 'utimes'];

/**
 * Makes file reads, environment reads, writes, network and child processes known to the run they happen in.
 * Clock and randomness are not patched: cells and local modules are compiled to tell of them by themselves.
 */
export function installTracking(): void {
  for (const target of [fs, fs.promises] as unknown as Patchable[]) patchFileSystem(target);
  patchChildProcesses(childProcess as unknown as Patchable);
  syncBuiltinESMExports();
  process.env = trackedEnvironment(process.env);
  diagnostics.subscribe('undici:request:create', () => currentRun()?.touch('network'));
  diagnostics.subscribe('http.client.request.start', () => currentRun()?.touch('network'));
  diagnostics.subscribe('net.client.socket', () => currentRun()?.touch('network'));
  diagnostics.subscribe('memoir:data.read', (message) => currentRun()?.readFile((message as { path: string }).path)); // published by src/data
  diagnostics.subscribe('memoir:data.impure', (message) => currentRun()?.touch((message as { what: string }).what));
}

function patchFileSystem(target: Patchable): void {
  for (const name of CONTENT_READS) patchBoth(target, name, noteRead);
  for (const name of FOLDER_READS) patchBoth(target, name, (path) => currentRun()?.readFolder(path));
  for (const name of [...WRITES, ...MORE_WRITES]) patchBoth(target, name, () => currentRun()?.touch(WRITING));
  patchBoth(target, 'open', (path, args) => {
    const flags = args[1];
    const reads = typeof flags === 'number' ? (flags & 3) === 0 : typeof flags !== 'string' || /^rs?$/.test(flags);
    if (reads) noteRead(path);
    else currentRun()?.touch(WRITING);
  });
}

function noteRead(path: string): void {
  const run = currentRun();
  if (!run) return;
  if (isFolder(path)) run.readFolder(path);
  else run.readFile(path);
}

function patchBoth(target: Patchable, name: string, note: (path: string, args: readonly unknown[]) => void): void {
  for (const key of [name, `${name}Sync`]) {
    const original = target[key];
    if (typeof original !== 'function') continue;
    const patched: AnyFunction = function (...args) {
      const path = pathOf(args[0]);
      if (path !== null && currentRun()) note(path, args);
      return (original as AnyFunction).apply(this, args);
    };
    target[key] = Object.defineProperties(patched, Object.getOwnPropertyDescriptors(original));
  }
}

/** The path behind a first argument; null for descriptors and for what the module loader reads. */
function pathOf(argument: unknown): string | null {
  const path =
    argument instanceof URL && argument.protocol === 'file:'
      ? fileURLToPath(argument)
      : typeof argument === 'string'
        ? argument
        : Buffer.isBuffer(argument)
          ? argument.toString()
          : null;
  return path === null || /[\\/]node_modules[\\/]/.test(path) ? null : path;
}

function patchChildProcesses(target: Patchable): void {
  for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
    const original = target[name] as AnyFunction;
    const patched: AnyFunction = function (...args) {
      currentRun()?.touch('child processes');
      return original.apply(this, args);
    };
    target[name] = Object.defineProperties(patched, Object.getOwnPropertyDescriptors(original));
  }
}

function trackedEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const note = (name: string) => {
    if (name === 'WATCH_REPORT_DEPENDENCIES') return; // Node's module loader asks for it
    const value = environment[name];
    currentRun()?.read('env', name, value === undefined ? ABSENT : keyedDigest(value));
  };
  return new Proxy(environment, {
    get(target, name) {
      if (typeof name === 'string') note(name);
      return Reflect.get(target, name);
    },
    has(target, name) {
      if (typeof name === 'string') note(name);
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      if (currentRun()) for (const name of Object.keys(target)) note(name);
      return Reflect.ownKeys(target);
    },
  });
}
