import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { TransientError } from './transient.ts';

/**
 * Works on files as they are: again where one of them was changed meanwhile, and with an error where that happens twice.
 * What would outlive the work is kept only after `check`, which fails where one was changed so far; what was read by then
 * needs no second look.
 */
export async function whileSteady<T>(
  paths: readonly string[],
  work: (check: () => Promise<void>) => Promise<T>,
): Promise<T> {
  for (let isLast = false; ; isLast = true) {
    const before = await stamps(paths);
    const changedSoFar = async () => {
      const now = await stamps(paths);
      return paths.find((_, index) => before[index] !== now[index]);
    };
    let isChecked = false;
    const check = async () => {
      const changed = await changedSoFar();
      if (changed !== undefined) throw restless(changed);
      isChecked = true;
    };
    const [outcome] = await Promise.allSettled([work(check)]);
    const changed = isChecked ? undefined : await changedSoFar();
    if (changed === undefined) {
      if (outcome.status === 'fulfilled') return outcome.value;
      throw outcome.reason;
    }
    if (isLast) throw restless(changed);
  }
}

/** What is said of a file that is written to all the while. */
export function restless(path: string): TransientError {
  return new TransientError(`${path} was changed while it was being read. Try again once it is at rest.`);
}

function stamps(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map(fileTouch));
}

/** What `touchOf` gives for that which is not there. */
const ABSENT = 'absent';

/** Differs when a file was written to or replaced; what is not there is like nothing else. */
export function touchOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? touch(found) : ABSENT;
}

function fileTouch(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(touch, () => ABSENT);
}

/** The same of what was looked at. */
export function touch({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}
