// What many readers of one app cost: a hundred sessions on one server. `npm run bench -- app [--json]`
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Reader } from '../test/server/reader.ts';
import { Workspace } from './openedNotebook.ts';
import { type Measure, measureOf, print, time } from './report.ts';

const READERS = 100;
const MOVES = 5;
const COMPUTING = 10;
/** Places that are computed before anyone comes; the others are new to the cache. */
const KNOWN = [2000, 2001, 2002, 2003, 2004];

const NOTEBOOK = `// %% [markdown]
// # Load
// %% Year
import { chart, md, slider, tableView } from 'memoir';
const year = slider('Year', { min: 1000, max: 9999, value: 2000 });
// %% Rows
const rows = Array.from({ length: 500 }, (_, i) => ({ month: i % 12, value: (i * year) % 17 }));
// %% Chart
chart(rows, { mark: 'bar', x: 'month', y: 'value' })
// %% Table
tableView(rows)
// %% Told
md\`The year is \${year}.\`
`;

const workspace = new Workspace();
const measures: Measure[] = [];
const notes: string[] = [];
const readers: Reader[] = [];
const notebook = workspace.file('load.memoir.ts', NOTEBOOK);
let { server, url } = await serve();
try {
  const first = await enter();
  for (const year of KNOWN.slice(1)) await move(first, year);
  first.drop();
  await end(server);
  ({ server, url } = await serve());
  const opening: number[] = [];
  const all = await time(async () => {
    await Promise.all(
      Array.from({ length: READERS }, async () => opening.push(await time(async () => readers.push(await enter())))),
    );
  });
  measures.push(measureOf(`open, ${READERS} readers at once, all known`, opening));
  notes.push(
    `All ${READERS} pages stood after ${Math.round(all)} ms, with ${kernels()} kernels and ${megabytes()} MB.`,
  );
  const known: number[] = [];
  for (let round = 1; round <= MOVES; round += 1) {
    const year = KNOWN[round % KNOWN.length]!;
    known.push(...(await Promise.all(readers.map((reader) => time(() => move(reader, year))))));
  }
  measures.push(measureOf(`move, ${READERS} readers at once, known places`, known));
  notes.push(`After ${READERS * MOVES} such moves: ${kernels()} kernels and ${megabytes()} MB.`);
  const alone: number[] = [];
  for (const reader of readers.slice(0, 20)) alone.push(await time(() => move(reader, KNOWN[1]!)));
  measures.push(measureOf('move, one reader after the other, known places', alone));
  const some = readers.slice(0, COMPUTING);
  const fresh = await Promise.all(some.map((reader, at) => time(() => move(reader, 5000 + at))));
  measures.push(measureOf(`move, ${COMPUTING} of them at once, each to a new place`, fresh));
  notes.push(
    `While ${COMPUTING} computed something of their own: ${kernels()} kernels; the server has ${megabytes()} MB.`,
  );
} finally {
  for (const reader of readers) reader.drop();
  await end(server);
  workspace.dispose();
}
print({ suite: 'app', node: process.version, measures, ratios: [], notes });

async function serve(): Promise<{ server: ChildProcess; url: URL }> {
  const cli = resolve(import.meta.dirname, '../dist/cli.js');
  const started = spawn(process.execPath, [cli, 'app', notebook, '--json'], {
    cwd: workspace.path,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(started.stdout!, 'data');
  return { server: started, url: new URL(JSON.parse(String(line)).url) };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

/** Opens a page and waits until all of it is there. */
async function enter(): Promise<Reader> {
  const reader = await Reader.open(url);
  await reader.untilShown('Told', 'The year is');
  return reader;
}

async function move(reader: Reader, year: number): Promise<void> {
  reader.move('year', year);
  await reader.untilShown('Told', `The year is ${year}.`);
}

function kernels(): number {
  return ps('--ppid', String(server.pid), '-o', 'args=').filter((args) => args.includes('kernel.js')).length;
}

function megabytes(): number {
  return Math.round(Number(ps('-p', String(server.pid), '-o', 'rss=')[0]) / 1000);
}

function ps(...options: readonly string[]): string[] {
  try {
    return execFileSync('ps', [...options], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
  } catch {
    return []; // there is none
  }
}
