// npm run fuzz -- <what> [--millions n] [--seed n]: random input against what must hold; ends with 1 where it does not.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** What can be fuzzed, and the script that does it. */
const targets = { keys: 'test/cache/never-wrong/fuzzMain.ts' };

process.chdir(resolve(import.meta.dirname, '..'));
const [target, ...options] = process.argv.slice(2);
if (!Object.hasOwn(targets, target ?? '')) {
  console.error(`Usage: npm run fuzz -- ${Object.keys(targets).join('|')} [--millions n] [--seed n]`);
  process.exit(2);
}
try {
  execFileSync(process.execPath, ['--max-old-space-size=4096', targets[target], ...options], { stdio: 'inherit' });
} catch (error) {
  process.exitCode = error.status ?? 1; // what went wrong has been said
}
