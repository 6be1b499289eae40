import { stat } from 'node:fs/promises';
import { TransientError } from './transient.ts';

/** Works on files as they are: again where one of them was changed meanwhile, and with an error where that happens twice. */
export async function whileSteady<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
  for (let isLast = false; ; isLast = true) {
    const before = await stamps(paths);
    const [outcome] = await Promise.allSettled([work()]);
    const after = await stamps(paths);
    const changed = paths.find((_, index) => before[index] !== after[index]);
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

/** Differs when a file was written to or replaced; what is not there is like nothing else. */
async function fileTouch(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return 'absent';
  }
}
