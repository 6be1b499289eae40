// npm run bench -- <suite> [--json]: builds what the suite needs and runs bench/<suite>.ts.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** What must be built before a suite can run. */
const suites = {
  activate: 'scripts/package.mjs',
  app: 'esbuild.mjs',
  cache: 'esbuild.mjs',
  data: 'esbuild.mjs',
  eviction: null,
  language: 'esbuild.mjs',
  notebook: 'esbuild.mjs',
  reactive: 'esbuild.mjs',
  profiler: 'esbuild.mjs',
  window: 'scripts/package.mjs',
};

process.chdir(resolve(import.meta.dirname, '..'));
const [suite, ...options] = process.argv.slice(2);
if (!Object.hasOwn(suites, suite ?? '') || options.some((it) => it !== '--json')) {
  console.error(`Usage: npm run bench -- ${Object.keys(suites).join('|')} [--json]`);
  process.exit(2);
}
try {
  if (suites[suite]) execFileSync(process.execPath, [suites[suite]], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync(process.execPath, [`bench/${suite}.ts`, ...options], { stdio: 'inherit' });
} catch (error) {
  process.exitCode = error.status ?? 1; // what went wrong has been said
}
