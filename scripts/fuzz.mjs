// npm run fuzz [-- <what>] [--steps n | --millions n] [--seed n]: random input against what must hold, the notebook engine
// unless told otherwise; ends with 1 where it does not hold. `blind` shows what the engine's own fuzzer is good for.
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What can be fuzzed: the script that does it, and what must be built before. */
const targets = {
  notebook: { script: 'test/notebook/fuzz/main.ts', build: 'esbuild.mjs' },
  blind: { script: 'test/notebook/fuzz/blind.ts', build: 'esbuild.mjs' },
  keys: { script: 'test/cache/never-wrong/fuzzMain.ts', build: null },
};

process.chdir(resolve(import.meta.dirname, '..'));
const args = process.argv.slice(2);
const target = args[0]?.startsWith('--') === false ? args.shift() : 'notebook';
if (!Object.hasOwn(targets, target)) {
  console.error(`Usage: npm run fuzz -- ${Object.keys(targets).join('|')} [--steps n | --millions n] [--seed n]`);
  process.exit(2);
}
const { script, build } = targets[target];
try {
  if (build) execFileSync(process.execPath, [build], { stdio: ['ignore', 'ignore', 'inherit'] });
  const env = { MEMOIR_KEY_FILE: join(tmpdir(), 'memoir-test-key'), ...process.env }; // not the one of whoever runs it
  execFileSync(process.execPath, ['--max-old-space-size=4096', script, ...args], { stdio: 'inherit', env });
} catch (error) {
  process.exitCode = error.status ?? 1; // what went wrong has been said
}
