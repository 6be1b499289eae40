import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** TypeScript 7 as it is installed for a folder, or null. */
export function findNative(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    for (const name of ['typescript', '@typescript/native', '@typescript/native-preview']) {
      const found = executableOf(join(at, 'node_modules', name));
      if (found) return found;
    }
    if (at === dirname(at)) return null;
  }
}

/** The program itself, which lies in a package for its platform beside the one that was asked for. */
function executableOf(folder: string): string | null {
  if (!existsSync(join(folder, 'package.json'))) return null;
  const require = createRequire(join(realpathSync(folder), 'package.json'));
  const platform = `${process.platform}-${process.arch}`;
  const ending = process.platform === 'win32' ? '.exe' : '';
  for (const [name, file] of [
    [`@typescript/typescript-${platform}`, 'tsc'],
    [`@typescript/native-preview-${platform}`, 'tsgo'],
  ] as const) {
    try {
      const path = join(dirname(require.resolve(`${name}/package.json`)), 'lib', file + ending);
      if (existsSync(path)) return path;
    } catch {} // not that one
  }
  return null;
}
