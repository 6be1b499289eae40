// What a notebook costs beside its cells' own work: loops in cells against plain Node, and the way from an edit to its
// result, by size and shape of the notebook. `npm run bench -- notebook [--json]`
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { CellId } from '../src/protocol/kernel.ts';
import { OpenedNotebook, Workspace } from './openedNotebook.ts';
import { type Measure, measureOf, print, type Ratio, ratioOf, time } from './report.ts';

/** Loops as they stand in a cell, at top level; each takes some 10 to 20 ms. `rows` and `weigh` belong to another cell. */
const LOOPS = {
  'numbers at top level': `
    let sum = 0;
    for (let i = 0; i < 500_000; i++) sum = (sum + i * i) % 1_000_003;`,
  'rows and a function of another cell': `
    let sum = 0;
    for (let round = 0; round < 40; round++) for (const row of rows) sum += weigh(row);`,
};
const SHARED = `
const rows = Array.from({ length: 100_000 }, (_, i) => ({ id: i, weight: i % 7 }));
function weigh(row) { return row.weight * 2 + 1; }
`;
const PAIRS = 60;

const measures: Measure[] = [];
const ratios: Ratio[] = [];
for (const [name, loop] of Object.entries(LOOPS)) await hotLoop(name, loop);
for (const [size, runs] of [
  [20, 20],
  [200, 10],
  [1000, 5],
] as const) {
  for (const shape of [chain, fan]) await edits(shape, size, runs);
  await reopening(size, Math.min(runs, 10));
}
print({
  suite: 'notebook',
  node: process.version,
  measures,
  ratios,
  notes: [
    'Loops: timed inside the cell and inside the plain module, in two processes that take turns, after 5 warm-up runs.',
    'Edits: from the new text to the last result, less what the cells themselves computed. Every edit runs its cells.',
    'Opening: from the text and the cache on disk to all results being shown, without a kernel; all are hits.',
  ],
});

/** A loop in a cell and in a plain module, run in turns. */
async function hotLoop(name: string, loop: string): Promise<void> {
  const timed = `const started = performance.now();${loop}\nconst loopMs = performance.now() - started;`;
  const workspace = new Workspace();
  const notebook = new OpenedNotebook(workspace, `// %% Shared\n${SHARED}\n// %% Loop\n${timed}\n`);
  const plain = fork(
    workspace.file(
      'plain.mjs',
      `${SHARED}\nfunction run() {${timed}\nreturn loopMs; }\nprocess.on('message', () => process.send(run()));`,
    ),
  );
  try {
    const [inCell, inModule]: [number[], number[]] = [[], []];
    for (let pair = -5; pair < PAIRS; pair++) {
      const times = [await runLoopCell(notebook), await ask(plain)] as const;
      if (pair < 0) continue; // warming up
      inCell.push(times[0]);
      inModule.push(times[1]);
    }
    measures.push(measureOf(`loop, ${name}: in a cell`, inCell), measureOf(`loop, ${name}: plain Node`, inModule));
    ratios.push(ratioOf(`loop, ${name}: in a cell`, inCell, 'plain Node', inModule));
  } finally {
    plain.kill();
    await notebook.close();
    workspace.dispose();
  }
}

async function runLoopCell({ session }: OpenedNotebook): Promise<number> {
  const loop = session.program.order.at(-1)!;
  await session.run([loop]); // it reads the clock, so that it runs whenever it is asked for
  const state = session.state(loop);
  if (state.status !== 'done') throw new Error(`The loop did not run: ${JSON.stringify(state)}`);
  return state.record.exports.find(({ name }) => name === 'loopMs')!.json!.value as number; // a number, see above
}

async function ask(child: ChildProcess): Promise<number> {
  child.send('run');
  const [ms] = await once(child, 'message');
  return ms;
}

/** From an edit of the first cell, on which all others depend, and of the last, on which none does, to the result. */
async function edits(shape: Shape, size: number, runs: number): Promise<void> {
  const workspace = new Workspace();
  const notebook = new OpenedNotebook(workspace, shape(size, 0, 0));
  try {
    await notebook.session.runStale();
    const [first, planning, last]: [number[], number[], number[]] = [[], [], []];
    for (let run = 1; run <= runs; run++) {
      notebook.edit(shape(size, run, run - 1));
      planning.push(await time(() => notebook.session.plan()));
      notebook.edit(shape(size, run - 1, run - 1));
      first.push(await edit(notebook, shape(size, run, run - 1), size));
      last.push(await edit(notebook, shape(size, run, run), 1));
    }
    measures.push(measureOf(`edit, ${shape.name} of ${size}: all ${size} run`, first));
    measures.push(measureOf(`edit, ${shape.name} of ${size}: only the last runs`, last));
    measures.push(measureOf(`plan of an edit, ${shape.name} of ${size}: all would run`, planning));
  } finally {
    await notebook.close();
    workspace.dispose();
  }
}

/** The milliseconds from a text to its results, less those that the cells computed; `expected` cells must run. */
async function edit(notebook: OpenedNotebook, source: string, expected: number): Promise<number> {
  const since = Date.now();
  const ran = new Set<CellId>();
  const listening = notebook.session.onChange((id) => notebook.session.state(id).status === 'running' && ran.add(id));
  const ms = await time(() => notebook.session.run(notebook.edit(source)));
  listening.dispose();
  if (ran.size !== expected) throw new Error(`${ran.size} cells ran where ${expected} should have.`);
  return ms - notebook.computedMs(since);
}

/** Opening a notebook whose results are all known, and running it again once it is open. */
async function reopening(size: number, runs: number): Promise<void> {
  const workspace = new Workspace();
  try {
    const source = chain(size, 1, 1);
    const before = new OpenedNotebook(workspace, source);
    await before.session.runStale();
    await before.close();
    const [opening, again]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run++) {
      let notebook: OpenedNotebook | undefined;
      opening.push(
        await time(async () => {
          notebook = new OpenedNotebook(workspace, source);
          await notebook.session.look();
        }),
      );
      const { counts, session } = notebook!;
      if (counts.hits !== size) throw new Error(`${counts.hits} of ${size} cells were hits.`);
      again.push(await time(() => session.runStale()));
      await notebook!.close();
    }
    measures.push(measureOf(`opening ${size} cells, all hits`, opening));
    measures.push(measureOf(`running ${size} cells again, nothing to do`, again));
  } finally {
    workspace.dispose();
  }
}

/** A notebook of `size` cells, with numbers in its first and its last cell that can be edited. */
type Shape = (size: number, first: number, last: number) => string;

/** Each cell depends on the one above it. */
function chain(size: number, first: number, last: number): string {
  const middle = Array.from({ length: size - 2 }, (_, i) => `// %% Step ${i + 1}\nconst x${i + 1} = x${i} + 1;\n`);
  return `// %% First\nconst x0 = ${first};\n${middle.join('')}// %% Last\nconst last = x${size - 2} + ${last} / 1000;\n`;
}

/** All other cells depend on the first. */
function fan(size: number, first: number, last: number): string {
  const middle = Array.from({ length: size - 2 }, (_, i) => `// %% Leaf ${i + 1}\nconst x${i + 1} = x0 + ${i + 1};\n`);
  return `// %% First\nconst x0 = ${first};\n${middle.join('')}// %% Last\nconst last = x0 + ${last} / 1000;\n`;
}
