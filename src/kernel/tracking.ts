import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import diagnostics from 'node:diagnostics_channel';
import dns from 'node:dns';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import process from 'node:process';
import workers from 'node:worker_threads';
import { NETWORK_CHANNELS, PROCESS_CALLS } from '../process/outside.ts';
import { type AnyFunction, type Patchable, patch, patchClass } from '../process/patch.ts';
import { currentRun, untracked } from './run.ts';
import { trackEnvironment } from './trackEnvironment.ts';
import { TERMINAL, trackFiles } from './trackFiles.ts';
import { trackMachine } from './trackMachine.ts';

const NETWORK = 'network';

/**
 * Makes what a run reads and touches outside of itself known to it: files, environment, machine, network, processes.
 * Clock and randomness are not patched: cells and local modules are compiled to tell of them by themselves.
 */
export function installTracking(): void {
  trackFiles();
  trackEnvironment();
  trackMachine();
  trackProcesses();
  trackNetwork();
  trackDatabases();
  syncBuiltinESMExports();
  trackTerminal();
  diagnostics.subscribe('memoir:data.read', (message) => {
    const { path, kind } = message as { path: string; kind: 'file' | 'folder' }; // published by src/data
    if (kind === 'folder') currentRun()?.readFolder(path);
    else currentRun()?.readFile(path);
  });
  diagnostics.subscribe('memoir:data.impure', (message) => currentRun()?.touch((message as { what: string }).what));
}

function trackProcesses(): void {
  const target = childProcess as unknown as Patchable;
  for (const name of PROCESS_CALLS) {
    const original = target[name] as AnyFunction;
    const patched: AnyFunction = function (...args) {
      currentRun()?.touch('child processes');
      return untracked(() => original.apply(this, args)); // Node copies the environment for the child
    };
    target[name] = Object.defineProperties(patched, Object.getOwnPropertyDescriptors(original));
  }
  patchClass(workers as unknown as Patchable, 'Worker', () => currentRun()?.touch('workers'));
}

function trackNetwork(): void {
  const touch = () => currentRun()?.touch(NETWORK);
  for (const channel of NETWORK_CHANNELS) diagnostics.subscribe(channel, touch);
  for (const target of [dns, dns.promises] as unknown as Patchable[])
    for (const name of Object.keys(target)) if (/^(lookup|resolve|reverse)/.test(name)) patch(target, name, touch);
  patch(dgram as unknown as Patchable, 'createSocket', touch);
  for (const prototype of [net.Socket.prototype, net.Server.prototype] as unknown as Patchable[]) {
    patch(prototype, 'connect', touch);
    patch(prototype, 'listen', touch);
  }
  patch(globalThis as unknown as Patchable, 'fetch', touch);
  patchClass(globalThis as unknown as Patchable, 'WebSocket', touch);
}

/** Node's own SQLite; loaded only when someone asks for it. */
function trackDatabases(): void {
  const note = ([path]: readonly unknown[]) => {
    if (path !== ':memory:') currentRun()?.touch('databases');
  };
  try {
    patchClass(createRequire(import.meta.url)('node:sqlite') as Patchable, 'DatabaseSync', note);
  } catch {
    // a Node without it
  }
}

function trackTerminal(): void {
  const original = Object.getOwnPropertyDescriptor(process, 'stdin');
  if (!original?.get) return;
  const get = original.get;
  Object.defineProperty(process, 'stdin', {
    ...original,
    get() {
      currentRun()?.touch(TERMINAL);
      return get.call(process) as unknown;
    },
  });
}
