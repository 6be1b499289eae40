// Whole programs, each a process of its own: what importing Memoir costs, and what a repeated operation costs through it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const memoir = pathToFileURL(
  resolve(process.env.MEMOIR_TEST_DIST ?? join(import.meta.dirname, '../../dist'), 'index.js'),
).href;
const lines = Array.from({ length: 1000 }, (_, line) => `export const f${line} = (x) => x + ${line};`).join('\n');
const work = `function work(x) { const until = process.cpuUsage().user + 1000; while (process.cpuUsage().user < until) x += 1e-9; return x; }`;
const measured = (body: string) => `
const before = process.cpuUsage();
for (let run = 0; run < 200; run++) ${body};
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000 / 200);
process.exit();`;

const programs: Record<string, string> = {
  'a program of 1,000 lines': `${lines}\nconst { user, system } = process.cpuUsage();\nconsole.log((user + system) / 1000);`,
  'the same, importing memoir': `import { cached } from '${memoir}';\nexport const keep = cached;\n${lines}
const { user, system } = process.cpuUsage();\nconsole.log((user + system) / 1000);\nprocess.exit();`,
  'the same, caching a function': `import { cached } from '${memoir}';\nexport const keep = cached((x) => x);\n${lines}
const { user, system } = process.cpuUsage();\nconsole.log((user + system) / 1000);\nprocess.exit();`,
  'an operation of 1 ms': `${work}${measured('work(run % 10)')}`,
  'the same, remembered in memory': `import { cached } from '${memoir}';\n${work}\nconst call = cached(work);
for (let x = 0; x < 10; x++) call(x);${measured('call(run % 10)')}`,
  'the same, remembered on disk': `import { cached } from '${memoir}';\n${work}
const call = cached(work, { persist: true });
for (let x = 0; x < 10; x++) await call(x);${measured('await call(run % 10)')}`,
};

/** What a program says, in milliseconds of CPU. */
export function runProgram(name: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-bench-'));
  try {
    const file = join(folder, 'program.mjs');
    writeFileSync(file, programs[name]!);
    const env = { ...process.env, MEMOIR_CACHE_DIR: join(folder, '.memoir') };
    return Number(execFileSync(process.execPath, [file], { cwd: folder, env, encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
