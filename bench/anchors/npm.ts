import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Memoir is measured against, from npm; no part of this project. */
const PACKAGES = {
  '0x': '6.0.0',
  deno: '2.9.6',
  '@observablehq/runtime': '6.0.1',
} as const;

/** The path of a package's command; null where it cannot be had. */
export function npmCommand(name: keyof typeof PACKAGES): string | null {
  const folder = npmPackage(name);
  return folder && join(folder, '../.bin', name);
}

/** The folder of a package, installed once and kept among the temporary files; null where it cannot be had. */
export function npmPackage(name: keyof typeof PACKAGES): string | null {
  const home = join(tmpdir(), `memoir-bench-npm-${name.replaceAll('/', '-')}`);
  const folder = join(home, 'node_modules', name);
  try {
    if (!existsSync(folder)) {
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'package.json'), '{ "private": true }');
      execFileSync('npm', ['install', '--silent', `${name}@${PACKAGES[name]}`], {
        cwd: home,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
    return folder;
  } catch {
    return null;
  }
}
