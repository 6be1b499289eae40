import { silentLog } from '../base/log.ts';
import { configured, programDirectory } from '../base/program.ts';
import { Monitor } from './monitor.ts';
import { SharedStore } from './sharedStore.ts';

/**
 * The monitor of this program. `MEMOIR_MONITOR_ENABLED=0` starts it stopped.
 * @example
 * await monitor.time('import', () => importAll(files));
 */
export const monitor = new Monitor({
  enabled: !['0', 'false', 'off'].includes(configured('MEMOIR_MONITOR_ENABLED') ?? ''),
  flushEvery: Number(configured('MEMOIR_MONITOR_INTERVAL')) || 1000,
  openStore: () => new SharedStore({ directory: programDirectory(), log: silentLog }),
});
