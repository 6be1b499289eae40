import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { silentLog } from '../../src/base/log.ts';
import { mulberry32 } from '../../src/base/random.ts';
import { DiskTier } from '../../src/cache/diskTier.ts';
import { Seal } from '../../src/cache/seal.ts';
import { valueFor } from './chaosValues.ts';

/** What rounds of killing came to. */
export interface ChaosResult {
  rounds: number;
  /** Writes and removals that were acknowledged before the kill. */
  acknowledged: number;
  /** Entries that were read back. */
  read: number;
  /** What was wrong, as sentences; empty where all is well. */
  wrong: string[];
}

/** By key: the version that was acknowledged last, and one that may have been written or not; 0 stands for removed. */
type Known = Map<string, { acknowledged: number; begun: number | null }>;

/**
 * Has `writers` processes write into one directory, kills them all at a random moment, opens the cache and looks at every
 * entry: each must be what was acknowledged last, or what was being written; and again, `rounds` times on the same directory.
 * `tell` hears after each round what it has come to.
 */
export async function chaos(
  directory: string,
  rounds: number,
  writers: number,
  seed: number,
  tell: (soFar: ChaosResult) => void = () => {},
): Promise<ChaosResult> {
  const random = mulberry32(seed);
  const known: Known = new Map();
  const result: ChaosResult = { rounds: 0, acknowledged: 0, read: 0, wrong: [] };
  for (let round = 0; round < rounds; round += 1) {
    const names = Array.from({ length: writers }, (_, writer) => `${round % 5}${writer}`);
    await Promise.all(names.map((name) => runUntilKilled(directory, name, random, known, result)));
    await check(directory, known, result);
    result.rounds += 1;
    tell(result);
  }
  return result;
}

async function runUntilKilled(
  directory: string,
  name: string,
  random: () => number,
  known: Known,
  result: ChaosResult,
): Promise<void> {
  const script = join(import.meta.dirname, 'chaosWriter.ts');
  const child = spawn(process.execPath, [script, directory, name, String(Math.floor(random() * 1e9))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const moment = random() * 250; // ms after the first that was acknowledged
  let killing: Promise<void> | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, key = '', version = '0'] = line.split(' ');
    if (word === 'done') killing ??= sleep(moment).then(() => void child.kill('SIGKILL'));
    if (word === 'begin') known.set(key, { acknowledged: known.get(key)?.acknowledged ?? 0, begun: Number(version) });
    if (word === 'done') known.set(key, { acknowledged: Number(version), begun: null });
    if (word === 'done') result.acknowledged += 1;
  }
  await killing;
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit');
}

async function check(directory: string, known: Known, result: ChaosResult): Promise<void> {
  const tier = new DiskTier({ directory, maxBytes: 200e6, seal: new Seal(Buffer.alloc(32, 5)), log: silentLog });
  for (const [key, state] of known) {
    const value = (await tier.get(key))?.value as ReturnType<typeof valueFor> | undefined; // or whatever came out
    const version = value === undefined ? 0 : value.version;
    if (value !== undefined) result.read += 1;
    if (value !== undefined && !isDeepStrictEqual(value, valueFor(key, version)))
      result.wrong.push(`${key} holds garbage`);
    if (version !== state.acknowledged && version !== state.begun) {
      result.wrong.push(`${key} has version ${version}, not ${state.acknowledged} (or ${state.begun})`);
    }
    known.set(key, { acknowledged: version, begun: null });
  }
  const { errors, problem } = await tier.stats();
  if (errors > 0) result.wrong.push(`${errors} errors: ${problem}`);
  const verified = await tier.verify();
  if (verified?.file !== 'ok' || verified.damaged.length > 0) {
    result.wrong.push(`verify found ${JSON.stringify(verified)}`);
  }
  await tier.close();
}
