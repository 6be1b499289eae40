import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { formatBytes, formatCount } from '../base/format.ts';
import { findWorkspace } from '../base/program.ts';
import { DATABASE } from '../cache/diskTier.ts';
import { networkProblem } from '../cache/networkFolder.ts';
import { userSeal } from '../cache/seal.ts';
import { readArguments } from './arguments.ts';
import { countEntries } from './cacheEntries.ts';
import { openWorkspaceStore, readEnvironment } from './environment.ts';

interface Check {
  readonly check: string;
  readonly ok: boolean;
  /** A sentence: what was found, and what to do about it. */
  readonly says: string;
}

/** `memoir cache doctor`: what keeps the cache of this folder from working well, in words. */
export async function cacheDoctor(args: readonly string[]): Promise<number> {
  const { values } = readArguments(args, { json: { type: 'boolean', default: false } }, 0);
  const environment = readEnvironment();
  const { store, directory } = openWorkspaceStore(findWorkspace(process.cwd()), { ...environment, logLevel: 'none' });
  try {
    const { tiers } = await store.stats();
    const verified = existsSync(join(directory, DATABASE)) ? await store.verify() : undefined;
    const disk = tiers.find(({ name }) => name === 'disk');
    const redis = tiers.find(({ name }) => name === 'redis');
    const place = networkProblem(existing(directory));
    const checks: Check[] = [
      folder(directory),
      result('place', place, 'The folder is on this machine.'),
      result('key', userSeal().problem, 'The key that entries are signed with can be read.'),
      result(
        'file',
        disk?.problem === place ? undefined : disk?.problem,
        verified ? `${countEntries(verified.entries)}, ${formatBytes(disk?.bytes ?? 0)}.` : 'There is no file yet.',
      ),
    ];
    if (verified) {
      const { damaged, orphans, file } = verified;
      const fine = damaged.length === 0 && file === 'ok';
      const found = `Removed: ${countEntries(damaged.length)} that could not be believed, ${formatCount(orphans, 'file')} of no entry. SQLite says ${file}.`;
      checks.push({ check: 'content', ok: fine, says: fine ? 'Every entry verifies.' : found });
    }
    if (redis) checks.push(result('redis', redis.problem, 'Redis answers.'));
    const text = checks.map(({ check, ok, says }) => `${ok ? '✔' : '✘'} ${check.padEnd(8)} ${says}`).join('\n');
    console.log(values.json ? JSON.stringify({ directory, checks }, null, 2) : `${directory}\n${text}`);
    return checks.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await store.close();
  }
}

function result(check: string, problem: string | undefined, fine: string): Check {
  return { check, ok: problem === undefined, says: problem ?? fine };
}

function folder(directory: string): Check {
  const place = existing(directory);
  try {
    accessSync(place, constants.W_OK);
    if (!statSync(place).isDirectory()) throw new Error('it is not a folder');
    const made = place === directory ? '' : ' It is made at first use.';
    return { check: 'folder', ok: true, says: `The folder can be written.${made}` };
  } catch (error) {
    const remedy = 'Choose another with MEMOIR_CACHE_DIR.';
    return { check: 'folder', ok: false, says: `${place} cannot be written (${messageOf(error)}). ${remedy}` };
  }
}

/** The folder, or the nearest above it that is there. */
function existing(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory ? directory : existing(dirname(directory));
}
