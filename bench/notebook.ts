// What a notebook costs beside its cells' own work: loops in cells against plain Node, and the way from an edit to its
// result, by size and shape of the notebook. `npm run bench -- notebook [--json]`
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { CellId } from '../src/protocol/kernel.ts';
import { OpenedNotebook, Workspace } from './openedNotebook.ts';
import { type Measure, measureOf, print, type Ratio, ratioOf, type Taken, timed } from './report.ts';

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
await coldStart(10);
for (const [size, runs] of [
  [20, { all: 15, last: 15, open: 10 }],
  [250, { all: 3, last: 15, open: 10 }],
  [1000, { all: 2, last: 15, open: 5 }],
] as const) {
  for (const shape of [chain, fan]) await edits(shape, size, runs.all, runs.last);
  await reopening(size, runs.open);
}
for (const shape of [chain, fan]) await planning(shape, 500, 15);
print({
  suite: 'notebook',
  node: process.version,
  measures,
  ratios,
  notes: [
    'Loops: the CPU time of the thread that runs them, inside the cell and inside the plain module, in two processes that take turns, after 5 warm-up runs. The goal: 1.03 times.',
    'Edits: from the new text of the cell to the last result, less what the cells themselves computed. Every edit runs its cells.',
    'Opening: from the text and the cache on disk to all results being shown, without a kernel; all are hits.',
    'CPU: what all processes together computed meanwhile. It is the figure to look at where the machine is busy.',
  ],
});

/** A loop in a cell and in a plain module, run in turns. */
async function hotLoop(name: string, loop: string): Promise<void> {
  // the clock makes the cell impure: it runs whenever it is asked for
  const measured = `performance.now(); const before = process.threadCpuUsage();${loop}
const used = process.threadCpuUsage(before); const loopMs = (used.user + used.system) / 1000;`;
  const workspace = new Workspace();
  const notebook = new OpenedNotebook(workspace, `// %% Shared\n${SHARED}\n// %% Loop\n${measured}\n`);
  const plain = fork(
    workspace.file(
      'plain.mjs',
      `${SHARED}\nfunction run() {${measured}\nreturn loopMs; }\nprocess.on('message', () => process.send(run()));`,
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
  await session.run([loop]);
  const state = session.state(loop);
  if (state.status !== 'done') throw new Error(`The loop did not run: ${JSON.stringify(state)}`);
  return state.record.exports.find(({ name }) => name === 'loopMs')!.json!.value as number; // a number, see above
}

async function ask(child: ChildProcess): Promise<number> {
  child.send('run');
  const [ms] = await once(child, 'message');
  return ms;
}

/** The first result of a notebook that nobody has opened before: the kernel starts for it. */
async function coldStart(runs: number): Promise<void> {
  const starts: Taken[] = [];
  for (let run = 0; run < runs; run++) {
    const workspace = new Workspace();
    let notebook: OpenedNotebook | undefined;
    starts.push(
      await timed(() => {
        notebook = new OpenedNotebook(workspace, '// %% One\n1 + 1\n');
        return notebook.session.runStale();
      }),
    );
    if (notebook!.counts.done !== 1) throw new Error('The cell did not run.');
    await notebook!.close();
    workspace.dispose();
  }
  measures.push(measureOf('first result, from nothing to that of a cold kernel', starts, 300));
}

/** From an edit of the first cell, on which all others depend, and of the last, on which none does, to the result. */
async function edits(shape: Shape, size: number, allRuns: number, lastRuns: number): Promise<void> {
  const workspace = new Workspace();
  const notebook = new OpenedNotebook(workspace, shape(size, 0, 0));
  try {
    await notebook.session.runStale();
    const [all, last]: [Taken[], Taken[]] = [[], []];
    for (let run = 1; run <= allRuns; run++) all.push(await edit(notebook, shape(size, run, 0), size));
    for (let run = 1; run <= lastRuns; run++) last.push(await edit(notebook, shape(size, allRuns, run), 1));
    measures.push(measureOf(`edit, ${shape.name} of ${size}: all ${size} run`, all, 10 * size));
    measures.push(measureOf(`edit, ${shape.name} of ${size}: only the last runs`, last, 10));
  } finally {
    await notebook.close();
    workspace.dispose();
  }
}

/** From a new text to its results, less what the cells computed; `expected` cells must run. */
async function edit(notebook: OpenedNotebook, source: string, expected: number): Promise<Taken> {
  const cells = notebook.read(source);
  const since = Date.now();
  const ran = new Set<CellId>();
  const listening = notebook.session.onChange((id) => notebook.session.state(id).status === 'running' && ran.add(id));
  const taken = await timed(() => notebook.session.run(notebook.session.update(cells)));
  listening.dispose();
  if (ran.size !== expected) throw new Error(`${ran.size} cells ran where ${expected} should have.`);
  return { ...taken, ms: taken.ms - notebook.computedMs(since) };
}

/** What an edit of the first cell would run, of which all others are dependents. */
async function planning(shape: Shape, dependents: number, runs: number): Promise<void> {
  const workspace = new Workspace();
  const notebook = new OpenedNotebook(workspace, shape(dependents + 1, 0, 0));
  try {
    await notebook.session.runStale();
    const plans: Taken[] = [];
    for (let run = 1; run <= runs; run++) {
      notebook.edit(shape(dependents + 1, run, 0));
      plans.push(await timed(() => notebook.session.plan()));
    }
    measures.push(measureOf(`plan of an edit, ${shape.name}: ${dependents} dependents`, plans, 10));
  } finally {
    await notebook.close();
    workspace.dispose();
  }
}

/** Opening a notebook whose results are all known, and running it again once it is open. */
async function reopening(size: number, runs: number): Promise<void> {
  const workspace = new Workspace();
  try {
    const source = chain(size, 1, 1);
    const before = new OpenedNotebook(workspace, source);
    await before.session.runStale();
    await before.close();
    const [opening, again]: [Taken[], Taken[]] = [[], []];
    for (let run = 0; run < runs; run++) {
      let notebook: OpenedNotebook | undefined;
      opening.push(
        await timed(async () => {
          notebook = new OpenedNotebook(workspace, source);
          await notebook.session.look();
        }),
      );
      const { counts, session } = notebook!;
      if (counts.hits !== size) throw new Error(`${counts.hits} of ${size} cells were hits.`);
      again.push(await timed(() => session.runStale()));
      await notebook!.close();
    }
    measures.push(measureOf(`opening ${size} cells, all hits`, opening, size === 250 ? 300 : undefined));
    measures.push(measureOf(`running ${size} cells again, nothing to do`, again, size === 1000 ? 50 : undefined));
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
