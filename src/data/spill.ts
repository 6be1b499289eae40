import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../base/program.ts';

const PREFIX = 'memoir-duckdb-';

/** One touched lately may belong to a process that is numbered elsewhere, such as in a container. */
const FORGOTTEN_MS = 3_600_000;

/** A folder for what does not fit into this process's memory. */
export function spillFolder(parent: string): string {
  return join(parent, `${PREFIX}${process.pid}-${randomUUID()}`);
}

/** Removes what processes left that were killed, which may be many gigabytes. */
export async function removeForgotten(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []); // made when it is needed
  const forgotten = names.filter((name) => name.startsWith(PREFIX) && !isRunning(Number(name.split('-')[2])));
  await Promise.all(forgotten.map((name) => removeOld(join(parent, name))));
}

async function removeOld(folder: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(folder);
    if (Date.now() - mtimeMs > FORGOTTEN_MS) await rm(folder, { recursive: true, force: true });
  } catch {
    // another process removed it meanwhile, or it belongs to another user, whose processes remove it
  }
}
