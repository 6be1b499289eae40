// Edit to result, cold start, running again and coming back, side by side with marimo, an IPython kernel and Deno's; and
// how fast a change passes through a large graph, beside Observable's runtime. They come from PyPI and npm for it.
// `npm run bench -- reactive [--json]`
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MarimoNotebook, marimoSource } from './anchors/marimo.ts';
import { npmPackage } from './anchors/npm.ts';
import { pythonWith } from './anchors/python.ts';
import { OpenedNotebook, Workspace } from './openedNotebook.ts';
import { graphs } from './reactiveGraphs.ts';
import { type Measure, measureOf, print, type Ratio, ratioOf, type Taken, timed } from './report.ts';

/** A notebook of `SIZE` cells in a chain, in one of the systems. */
interface Contestant {
  readonly name: string;
  /** Ends what runs and forgets what it did. */
  forget(): Promise<void>;
  /** From nothing running to all results. */
  cold(): Promise<void>;
  /** Gives the first or last cell another number, and waits for all that follows from it. */
  edit(at: 'first' | 'last', value: number): Promise<void>;
  /** Runs everything although nothing has changed. */
  again(): Promise<void>;
  /** Runs `BACK` cells that take `CELL_MS` each where that is of use later, and ends what runs. */
  leave(): Promise<void>;
  /** From nothing running to all results of these cells. */
  back(): Promise<void>;
  close(): Promise<void>;
}

const SIZE = 20;
const BACK = 100;
const CELL_MS = 100;
const RUNS = { cold: 3, edit: 15, again: 10, back: 2 };

const bin = pythonWith('notebooks');
const denoPackage = npmPackage('deno');
const contestants = [
  memoir(),
  ...(bin ? [await marimo(bin), ipython(bin)] : []),
  ...(bin && denoPackage ? [deno(bin, denoPackage)] : []),
];
const times = new Map<string, Taken[][]>();
for (const [what, runs] of Object.entries(RUNS)) {
  for (let run = 0; run < runs; run++) {
    for (const [i, one] of contestants.entries()) {
      for (const [label, taken] of await measure(one, what as keyof typeof RUNS, run)) {
        if (!times.has(label))
          times.set(
            label,
            contestants.map(() => []),
          );
        times.get(label)![i]!.push(taken);
      }
    }
  }
}
await Promise.all(contestants.map((one) => one.close()));
const measures: Measure[] = [];
const ratios: Ratio[] = [];
for (const [label, all] of times) {
  for (const [i, { name }] of contestants.entries()) measures.push(measureOf(`${label}: ${name}`, all[i]!));
  for (const [i, { name }] of contestants.entries())
    if (i > 0) ratios.push(ratioOf(`${label}: Memoir`, all[0]!.map(wall), name, all[i]!.map(wall)));
}
const propagation = await graphs();
measures.push(...propagation.measures);
ratios.push(...propagation.ratios);
print({
  suite: 'reactive',
  node: process.version,
  measures,
  ratios,
  notes: [
    bin
      ? 'marimo in its own server, driven as its page drives it; IPython and Deno through jupyter_client.'
      : 'No Python with marimo and IPython could be had.',
    `The notebook is a chain of ${SIZE} cells. IPython and Deno know no dependencies: they run what would have to be run by hand.`,
    `Coming back: ${BACK} cells of ${CELL_MS} ms, whose results Memoir has kept.`,
    'CPU: what all processes together computed meanwhile.',
    ...propagation.notes,
  ],
});

async function measure(one: Contestant, what: keyof typeof RUNS, run: number): Promise<[string, Taken][]> {
  switch (what) {
    case 'cold':
      await one.forget();
      return [['cold start to all results', await timed(() => one.cold())]];
    case 'edit':
      return [
        [`edit the first of ${SIZE}: all run`, await timed(() => one.edit('first', run + 1))],
        [`edit the last of ${SIZE}: one runs`, await timed(() => one.edit('last', run + 1))],
      ];
    case 'again':
      return [['run all again, nothing changed', await timed(() => one.again())]];
    case 'back':
      await one.leave();
      return [[`come back to ${BACK} cells of ${CELL_MS} ms`, await timed(() => one.back())]];
  }
}

function wall({ ms }: Taken): number {
  return ms;
}

function memoir(): Contestant {
  let workspace = new Workspace();
  let notebook: OpenedNotebook | null = null;
  const page = (first: number, last: number, wait = '') =>
    Array.from(
      { length: wait ? BACK : SIZE },
      (_, i) => `// %% Cell ${i}\n${wait}const x${i} = ${codeOf(i, first, last)};\n`,
    ).join('');
  let [first, last] = [0, 0];
  const shut = async () => {
    await notebook?.close();
    notebook = null;
  };
  const open = async (source: string) => {
    notebook = new OpenedNotebook(workspace, source);
    await notebook.session.runStale();
  };
  const slow = page(0, 0, `await new Promise((resolve) => setTimeout(resolve, ${CELL_MS}));\n`);
  return {
    name: 'Memoir',
    async forget() {
      await shut();
      workspace.dispose();
      workspace = new Workspace();
    },
    cold: () => open(page(first, last)),
    async edit(at, value) {
      if (at === 'first') first = value;
      else last = value;
      await notebook!.session.run(notebook!.edit(page(first, last)));
    },
    again: () => notebook!.session.runStale(),
    async leave() {
      await shut();
      await open(slow); // hits, but for the first time
      await shut();
    },
    back: () => open(slow),
    async close() {
      await shut();
      workspace.dispose();
    },
  };
}

async function marimo(bin: string): Promise<Contestant> {
  const workspace = new Workspace();
  const cells = (wait: string) =>
    Array.from({ length: wait ? BACK : SIZE }, (_, i) => ({
      code: `${wait}x${i} = ${codeOf(i, 0, 0)}`,
      takes: i ? [`x${i - 1}`] : [],
      gives: `x${i}`,
    }));
  const quick = await MarimoNotebook.start(bin, workspace.file('quick.py', marimoSource(cells(''))), 27_181);
  const slow = await MarimoNotebook.start(
    bin,
    workspace.file('slow.py', marimoSource(cells(`import time as _time\n_time.sleep(${CELL_MS / 1000})\n`))),
    27_182,
  );
  return {
    name: 'marimo',
    forget: () => quick.shut(),
    cold: () => quick.open(),
    edit: (at, value) => {
      const i = at === 'first' ? 0 : SIZE - 1;
      return quick.run(new Map([[i, `x${i} = ${codeOf(i, value, value)}`]]));
    },
    again: () => quick.run(new Map(cells('').map(({ code }, i) => [i, code]))),
    leave: () => slow.shut(), // it keeps nothing of itself
    back: () => slow.open(),
    async close() {
      quick.close();
      slow.close();
      workspace.dispose();
    },
  };
}

function ipython(bin: string): Contestant {
  const wait = `import time\ntime.sleep(${CELL_MS / 1000})\n`;
  return jupyter('IPython', bin, [], (i, value, slow) => `${slow ? wait : ''}x${i} = ${codeOf(i, value, value)}`);
}

function deno(bin: string, folder: string): Contestant {
  const command = [process.execPath, join(folder, 'bin.cjs'), 'jupyter', '--kernel', '--conn'];
  const wait = `await new Promise((resolve) => setTimeout(resolve, ${CELL_MS}));\n`;
  return jupyter(
    'Deno',
    bin,
    [...command, '{connection_file}'],
    (i, value, slow) => `${slow ? wait : ''}let x${i} = ${codeOf(i, value, value)};`,
  );
}

/** A kernel that runs the code it is given, one after another. */
function jupyter(
  name: string,
  bin: string,
  command: readonly string[],
  code: (i: number, value: number, slow: boolean) => string,
): Contestant {
  const child = spawn(join(bin, 'python'), [join(import.meta.dirname, 'anchors/jupyter.py'), ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: { end: true } | { codes: readonly string[] }) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    if ((await answers.next()).done) throw new Error(`${name} ended.`);
  };
  const end = () => ask({ end: true });
  const codes = (value: number, slow = false) =>
    Array.from({ length: slow ? BACK : SIZE }, (_, i) => code(i, value, slow));
  return {
    name,
    forget: end,
    cold: () => ask({ codes: codes(0) }),
    edit: (at, value) => ask({ codes: at === 'first' ? codes(value) : codes(value).slice(-1) }),
    again: () => ask({ codes: codes(0) }),
    leave: end,
    back: () => ask({ codes: codes(0, true) }),
    async close() {
      await end(); // or the kernel would outlive it, holding its output open
      child.kill();
    },
  };
}

/** What the cell at a place computes: each from the one above. */
function codeOf(at: number, first: number, last: number): string {
  if (at === 0) return String(first);
  return at === SIZE - 1 ? `x${at - 1} + ${last} / 1000` : `x${at - 1} + 1`;
}
