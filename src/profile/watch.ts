import childProcess from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Touched } from '../protocol/profiler.ts';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Patchable = Record<string, unknown>;

const WRITES = [
  'writeFile appendFile createWriteStream mkdir mkdtemp rm rmdir unlink rename copyFile cp truncate',
  'symlink link chmod chown utimes',
].flatMap((names) => names.split(' '));
const PROCESSES = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'];
const NETWORK_CHANNELS = ['undici:request:create', 'http.client.request.start', 'net.client.socket', 'udp.socket'];

/** Notes what is touched from now on, until `end` gives it and puts everything back as it was. */
export function watchTouched(): { end(): Touched[] } {
  const touched = new Set<Touched>();
  const undo: (() => void)[] = [];
  const patch = (target: Patchable, name: string, note: (args: readonly unknown[]) => void) => {
    const original = target[name] as AnyFunction | undefined;
    if (typeof original !== 'function') return;
    const patched: AnyFunction = function (...args) {
      note(args);
      return original.apply(this, args);
    };
    target[name] = Object.defineProperties(patched, Object.getOwnPropertyDescriptors(original));
    undo.push(() => {
      target[name] = original;
    });
  };
  for (const target of [fs, fs.promises] as unknown as Patchable[]) {
    for (const name of WRITES.flatMap((one) => [one, `${one}Sync`]))
      patch(target, name, () => touched.add('files written'));
    for (const name of ['open', 'openSync'])
      patch(target, name, (args) => writes(args[1]) && touched.add('files written'));
  }
  for (const name of PROCESSES) {
    patch(childProcess as unknown as Patchable, name, () => touched.add('child processes'));
  }
  const onNetwork = () => touched.add('network');
  for (const channel of NETWORK_CHANNELS) diagnostics.subscribe(channel, onNetwork);
  syncBuiltinESMExports();
  return {
    end() {
      for (const restore of undo) restore();
      for (const channel of NETWORK_CHANNELS) diagnostics.unsubscribe(channel, onNetwork);
      syncBuiltinESMExports();
      return [...touched];
    },
  };
}

/** Whether the flags of `open` allow writing. */
function writes(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & 3) !== 0;
  return typeof flags === 'string' && !/^rs?$/.test(flags);
}
