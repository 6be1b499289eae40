import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Memoir is measured against, from npm; no part of this project. */
const PACKAGES = { '0x': '0x@6.0.0' } as const;

/** The path of a package's command, installed once and kept among the temporary files; null where it cannot be had. */
export function npmCommand(name: keyof typeof PACKAGES): string | null {
  const home = join(tmpdir(), `memoir-bench-npm-${name}`);
  const command = join(home, 'node_modules/.bin', name);
  try {
    if (!existsSync(command)) {
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'package.json'), '{ "private": true }');
      execFileSync('npm', ['install', '--silent', PACKAGES[name]], {
        cwd: home,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
    return command;
  } catch {
    return null;
  }
}
