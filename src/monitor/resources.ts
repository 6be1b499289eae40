import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchedProcess } from './sharedRows.ts';

/** What a process uses. */
export interface ResourceUse {
  readonly name: string;
  readonly pid: number;
  /** Of one core, since the process was last looked at; all cores of a machine can give more than 100. */
  readonly cpuPercent: number;
  readonly rssMB: number;
}

/** What processes use now; those that have ended are left out. The first look at a process cannot tell its CPU use. */
export async function readResources(processes: readonly WatchedProcess[]): Promise<ResourceUse[]> {
  if (processes.length === 0) return [];
  const { default: pidusage } = await import('pidusage');
  const pids = [...new Set(processes.map(({ pid }) => pid))].filter(isAlive);
  const found: Awaited<ReturnType<typeof pidusage>> = pids.length ? await pidusage(pids).catch(() => ({})) : {};
  return processes.flatMap(({ name, pid, started }) => {
    const use = found[pid];
    if (!use || use.timestamp - use.elapsed > started + clockTolerance) return []; // the number was given to another one
    return [{ name, pid, cpuPercent: Math.max(0, use.cpu), rssMB: use.memory / 1e6 }];
  });
}

/** `readResources` over a moment, so that the CPU use is that of now. */
export async function measureResources(processes: readonly WatchedProcess[], overMs = 250): Promise<ResourceUse[]> {
  const first = await readResources(processes);
  if (first.length === 0) return [];
  await sleep(overMs);
  return readResources(processes);
}

const clockTolerance = 5000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // alive, but somebody else's
  }
}
