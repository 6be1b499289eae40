// npm start: builds and packages Memoir, runs the sample twice from the command line, and says how to open it in VS Code.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify, styleText } from 'node:util';

const project = resolve(import.meta.dirname, '..');
const notebook = 'birdstrikes.memoir.ts';
const node = promisify(execFile);
const strong = (text) => styleText('bold', text);
const quiet = (text) => styleText('dim', text);

process.chdir(project);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
console.log(`\n${strong(`Memoir ${version}`)}`);

const started = performance.now();
console.log(quiet('Building and packaging …'));
const { stdout } = await node(process.execPath, ['scripts/package.mjs']);
const vsix = stdout.trim().split(',')[0];
console.log(`${vsix}, ${(statSync(vsix).size / 1e6).toFixed(1)} MB, in ${duration(performance.now() - started)}`);

const workspace = mkdtempSync(join(tmpdir(), 'memoir-sample-')); // a place of its own, so that the first run finds nothing
try {
  cpSync('examples', workspace, { recursive: true });
  const runs = [await runSample(), await runSample()];
  console.log(`\n${table(runs)}\n\n${lastWords(runs[1])}\n`);
} finally {
  rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`Open it in VS Code:  ${strong(`code --install-extension ${vsix}`)}`);
console.log(`Then press F1 and choose ${strong('Memoir: Open Sample')}.\n`);

/** Runs the sample and gives what the command line reports of it, with the time the whole command took. */
async function runSample() {
  const started = performance.now();
  const { stdout } = await node(process.execPath, [join(project, 'dist/cli.js'), 'run', notebook, '--json'], {
    cwd: workspace,
    env: { ...process.env, MEMOIR_CACHE_DIR: join(workspace, '.memoir') },
    maxBuffer: 64e6,
  });
  return { ...JSON.parse(stdout), wallMs: performance.now() - started };
}

/** Both runs side by side, a line for each cell. */
function table([first, again]) {
  const names = first.cells.map(({ title, index }) => title || `Cell ${index + 1}`);
  const width = Math.max(notebook.length, ...names.map(({ length }) => length));
  const line = (name, ...columns) => `${name.padEnd(width)}  ${columns.map((text) => text.padStart(18)).join('')}`;
  const cells = names.map((name, i) => line(name, outcome(first.cells[i]), outcome(again.cells[i])));
  const head = strong(line(notebook, 'first run', 'again'));
  const total = line('The whole command', duration(first.wallMs), duration(again.wallMs));
  return [head, ...cells, quiet(total)].join('\n');
}

function outcome({ status, ms }) {
  return status === 'computed' ? `computed, ${duration(ms).padStart(7)}` : `from ${status}`;
}

/** What the notebook's last cell says, as plain text. */
function lastWords({ cells }) {
  const text = cells.at(-1).outputs.flatMap(({ mime, data }) => (mime === 'text/plain' ? [data] : []))[0] ?? '';
  return text.replaceAll('**', '').trim();
}

/** Three significant digits, as everywhere in Memoir. */
function duration(ms) {
  return ms < 999.5 ? `${Number(ms.toPrecision(ms < 100 ? 2 : 3))} ms` : `${(ms / 1000).toPrecision(3)} s`;
}
