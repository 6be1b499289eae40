import childProcess from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { NETWORK_CHANNELS, openMode, PROCESS_CALLS, WRITE_CALLS } from '../process/outside.ts';
import { type Patchable, patch } from '../process/patch.ts';
import type { Touched } from '../protocol/profiler.ts';

const CHANNELS = [...NETWORK_CHANNELS, 'udp.socket'];

/** Notes what is touched from now on, until `end` gives it and puts everything back as it was. */
export function watchTouched(): { end(): Touched[] } {
  const touched = new Set<Touched>();
  const undo: (() => void)[] = [];
  for (const target of [fs, fs.promises] as unknown as Patchable[]) {
    for (const name of WRITE_CALLS.flatMap((one) => [one, `${one}Sync`]))
      undo.push(patch(target, name, () => touched.add('files written')));
    for (const name of ['open', 'openSync'])
      undo.push(patch(target, name, (args) => openMode(args[1]).writes && touched.add('files written')));
  }
  for (const name of PROCESS_CALLS)
    undo.push(patch(childProcess as unknown as Patchable, name, () => touched.add('child processes')));
  const onNetwork = () => touched.add('network');
  for (const channel of CHANNELS) diagnostics.subscribe(channel, onNetwork);
  syncBuiltinESMExports();
  return {
    end() {
      for (const restore of undo) restore();
      for (const channel of CHANNELS) diagnostics.unsubscribe(channel, onNetwork);
      syncBuiltinESMExports();
      return [...touched];
    },
  };
}
