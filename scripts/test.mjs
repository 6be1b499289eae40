// npm test [-- lint|unit|host|window …]: every check of the project, one line each, totals last.
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { endAll, run } from './run.mjs';

const project = resolve(import.meta.dirname, '..');
const temp = realpathSync(mkdtempSync(join(tmpdir(), 'memoir-test-'))); // all that the run makes, so that it can go as one
chmodSync(temp, 0o711); // PostgreSQL, which does not run as root, has a folder of its own in it
process.env.TMPDIR = temp;
process.env.PATH = [dirname(process.execPath), join(project, 'node_modules/.bin'), process.env.PATH].join(delimiter);
process.chdir(project);

const MINUTE = 60_000;
const vitest = join(project, 'node_modules/vitest/vitest.mjs');

/** One line of the run: a group that a filter names, a title, and work that gives totals and what to show of it. */
const steps = [
  ['lint', 'style', () => check('biome', ['check', '--error-on-warnings', '.'])],
  [
    'lint',
    'floors',
    () => check('depcruise', ['src', 'webview', 'test', 'bench', 'scripts', '--config', '.dependency-cruiser.cjs']),
  ],
  ['lint', 'dead code', () => check('knip', ['--no-progress'])],
  ['lint', 'files that only tests use', () => check('knip', ['--no-progress', '--production', '--include', 'files'])],
  ['lint', 'types', () => check('tsc', ['-p', '.'])],
  ['lint', 'types of the webview', () => check('tsc', ['-p', 'webview'])],
  ['lint', 'types of its tests', () => check('tsc', ['-p', 'test/webview'])],
  ['build', 'build', () => check('npm', ['run', '--silent', 'build'])],
  ['build', 'package', () => check('npm', ['run', '--silent', 'package'])],
  ['unit', 'unit and integration tests', () => runVitest('unit', 3)], // they wait for processes more than they compute
  ['host', 'tests in the extension host', runHost],
  ['window', 'tests of the window', () => runVitest('window', 2)],
];
const NEEDS_PACKAGE = ['host', 'window'];

process.exitCode = await main(process.argv.slice(2));

async function main(filters) {
  const groups = new Set(steps.map(([group]) => group));
  const unknown = filters.filter((it) => !groups.has(it));
  if (unknown.length) {
    console.error(`There is no group ${unknown.join(', ')}. Choose from: ${[...groups].join(', ')}.`);
    return 2;
  }
  const build = !process.env.MEMOIR_VSIX && NEEDS_PACKAGE.some((it) => filters.includes(it));
  const wanted = (group) => !filters.length || filters.includes(group) || (group === 'build' && build);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupted(signal));
  try {
    const results = [];
    for (const [group, title, work] of steps.filter(([group]) => wanted(group))) {
      results.push({ title, ...(await timed(title, () => stepResult(group, work, results))) });
    }
    return summarize(results);
  } finally {
    await endAll();
    cleanUp();
  }
}

async function interrupted(signal) {
  await endAll();
  cleanUp();
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

function cleanUp() {
  rmSync(temp, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

async function stepResult(group, work, earlier) {
  const unpackaged = earlier.find((it) => it.group === 'build' && it.failed);
  if (NEEDS_PACKAGE.includes(group) && unpackaged) {
    return { ...failure(`Not run: there is nothing to install, as "${unpackaged.title}" failed.`), group };
  }
  try {
    return { ...(await work()), group };
  } catch (error) {
    return { ...failure(error.stack ?? String(error)), group };
  }
}

async function timed(title, work) {
  process.stdout.write(`… ${title}\n`);
  const started = performance.now();
  const result = await work();
  const ms = performance.now() - started;
  if (result.failed && result.output) console.log(result.output.trimEnd());
  console.log(`${result.failed ? '✘' : '✔'} ${title}: ${totals(result)}, ${seconds(ms)}${note(result)}`);
  return { ...result, ms };
}

/** A command that is one check: right when it ends with 0. */
async function check(command, args) {
  const { code, output } = await run(command, args, { timeoutMs: 5 * MINUTE });
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : failure(output);
}

async function runVitest(name, workers) {
  const report = join(temp, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = [vitest, 'run', '--project', name, `--maxWorkers=${workers}`, ...reporters];
  const { code, output } = await run(process.execPath, args, { timeoutMs: 12 * MINUTE });
  if (!existsSync(report)) return failure(output);
  const { testResults, numPassedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
  const failures = (file) => file.assertionResults.filter((it) => it.status === 'failed').length;
  // A file that cannot be loaded or set up fails no test by name.
  const failed = testResults.reduce((sum, file) => sum + (failures(file) || (file.status === 'failed' ? 1 : 0)), 0);
  return {
    passed: numPassedTests,
    failed: failed || (code === 0 ? 0 : 1), // an unhandled error
    skipped: numPendingTests + numTodoTests,
    output,
  };
}

async function runHost() {
  const report = join(temp, 'host.json');
  const script = join(project, 'scripts/hostTests.mjs');
  const { code, output } = await run(process.execPath, [script, report], { timeoutMs: 8 * MINUTE });
  if (code !== 0) return failure(output);
  const { editor, events, said } = JSON.parse(readFileSync(report, 'utf8'));
  const count = (type) => events.filter((it) => it.type === type).length;
  const lines = events.flatMap((it) => (it.type === 'failed' ? [`✘ ${it.name}\n${it.error}`] : []));
  const broken = count('ended') ? [] : ['The extension host ended before the tests did.', said];
  return {
    passed: count('passed'),
    failed: lines.length + (broken.length ? 1 : 0),
    skipped: count('skipped'),
    output: [...lines, ...broken].join('\n'),
    note: [`in ${editor}`, ...events.filter((it) => it.type === 'skipped').map((it) => `${it.name}: ${it.reason}`)],
  };
}

function failure(output) {
  return { passed: 0, failed: 1, skipped: 0, output };
}

function summarize(results) {
  const sum = (key) => results.reduce((total, it) => total + it[key], 0);
  const width = Math.max(...results.map((it) => it.title.length));
  console.log('');
  for (const it of results) {
    console.log(
      `${it.failed ? '✘' : '✔'} ${it.title.padEnd(width)}  ${totals(it).padEnd(36)} ${seconds(it.ms).padStart(8)}`,
    );
  }
  console.log('');
  console.log(totals({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }));
  return sum('failed') ? 1 : 0;
}

function totals({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function note({ note: lines = [] }) {
  return lines.map((line) => `\n  ${line}`).join('');
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
