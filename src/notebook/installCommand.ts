import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageOf } from './packageDigests.ts';

/** How each package manager adds a package, and the files that tell who is in charge of a folder. */
const MANAGERS: Readonly<Record<string, { readonly add: string; readonly locks: readonly string[] }>> = {
  npm: { add: 'npm install', locks: ['package-lock.json'] },
  pnpm: { add: 'pnpm add', locks: ['pnpm-lock.yaml'] },
  yarn: { add: 'yarn add', locks: ['yarn.lock'] },
  bun: { add: 'bun add', locks: ['bun.lock', 'bun.lockb'] },
};

/** What a package may be called; all else has no place in a command line. */
const NAME = /^(@[\w~-][\w.~-]*\/)?[\w~][\w.~-]*$/;

/** The command that installs the package of an import for `folder`, by whom its project is kept; null where it names none. */
export function installCommand(specifier: string, folder: string): string | null {
  const name = packageOf(specifier);
  return NAME.test(name) ? `${MANAGERS[managerOf(folder)]!.add} ${name}` : null;
}

/** The nearest folder at or above `folder` that is a project of its own; `folder` where there is none. */
export function projectOf(folder: string): string {
  return above(folder).find((one) => existsSync(join(one, 'package.json'))) ?? folder;
}

function managerOf(folder: string): string {
  for (const one of above(folder)) {
    const said = /"packageManager"\s*:\s*"(\w+)@/.exec(textOf(join(one, 'package.json')))?.[1];
    if (said && Object.hasOwn(MANAGERS, said)) return said;
    const found = Object.keys(MANAGERS).find((name) =>
      MANAGERS[name]!.locks.some((lock) => existsSync(join(one, lock))),
    );
    if (found) return found;
  }
  return 'npm';
}

function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // there is none
  }
}
