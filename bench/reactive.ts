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
import { type Measure, measureOf, print, type Ratio, ratioOf, time } from './report.ts';

/** A notebook of `SIZE` cells in a chain, in one of the systems. */
interface Contestant {
  readonly name: string;
  /** From nothing running to all results; nothing is remembered from before. */
  cold(): Promise<number>;
  /** Gives the first or last cell another number, and waits for all that follows from it. */
  edit(at: 'first' | 'last', value: number): Promise<number>;
  /** Runs everything although nothing has changed. */
  again(): Promise<number>;
  /** Ends the kernel, then from nothing running to all results of `BACK` cells that took `CELL_MS` each. */
  back(): Promise<number>;
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
const times = new Map<string, number[][]>();
for (const [what, runs] of Object.entries(RUNS)) {
  for (let run = 0; run < runs; run++) {
    for (const [i, one] of contestants.entries()) {
      for (const [label, ms] of await measure(one, what as keyof typeof RUNS, run)) {
        if (!times.has(label))
          times.set(
            label,
            contestants.map(() => []),
          );
        times.get(label)![i]!.push(ms);
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
    if (i > 0) ratios.push(ratioOf(`${label}: Memoir`, all[0]!, name, all[i]!));
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
    ...propagation.notes,
  ],
});

async function measure(one: Contestant, what: keyof typeof RUNS, run: number): Promise<[string, number][]> {
  switch (what) {
    case 'cold':
      return [['cold start to all results', await one.cold()]];
    case 'edit':
      return [
        [`edit the first of ${SIZE}: all run`, await one.edit('first', run + 1)],
        [`edit the last of ${SIZE}: one runs`, await one.edit('last', run + 1)],
      ];
    case 'again':
      return [['run all again, nothing changed', await one.again()]];
    case 'back':
      return [[`come back to ${BACK} cells of ${CELL_MS} ms`, await one.back()]];
  }
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
  const reopen = async (source: string) => {
    await notebook?.close();
    notebook = new OpenedNotebook(workspace, source);
    await notebook.session.runStale();
  };
  const slow = `await new Promise((resolve) => setTimeout(resolve, ${CELL_MS}));\n`;
  return {
    name: 'Memoir',
    async cold() {
      await notebook?.close();
      notebook = null;
      workspace.dispose();
      workspace = new Workspace();
      return time(() => reopen(page(first, last)));
    },
    async edit(at, value) {
      if (at === 'first') first = value;
      else last = value;
      return time(() => notebook!.session.run(notebook!.edit(page(first, last))));
    },
    again: () => time(() => notebook!.session.runStale()),
    async back() {
      await reopen(page(0, 0, slow));
      return time(() => reopen(page(0, 0, slow)));
    },
    async close() {
      await notebook?.close();
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
  let opened = false;
  return {
    name: 'marimo',
    async cold() {
      if (opened) await quick.shut();
      opened = true;
      return time(() => quick.open());
    },
    edit: (at, value) => {
      const i = at === 'first' ? 0 : SIZE - 1;
      return time(() => quick.run(new Map([[i, `x${i} = ${codeOf(i, value, value)}`]])));
    },
    again: () => time(() => quick.run(new Map(cells('').map(({ code }, i) => [i, code])))),
    async back() {
      await slow.shut();
      return time(() => slow.open());
    },
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
  const ask = async (codes: readonly string[], start = false) => {
    child.stdin.write(`${JSON.stringify({ codes, start })}\n`);
    return Number((await answers.next()).value);
  };
  const codes = (value: number, slow = false) =>
    Array.from({ length: slow ? BACK : SIZE }, (_, i) => code(i, value, slow));
  return {
    name,
    cold: () => ask(codes(0), true),
    edit: (at, value) => ask(at === 'first' ? codes(value) : codes(value).slice(-1)),
    again: () => ask(codes(0)),
    back: () => ask(codes(0, true), true),
    async close() {
      child.kill();
    },
  };
}

/** What the cell at a place computes: each from the one above. */
function codeOf(at: number, first: number, last: number): string {
  if (at === 0) return String(first);
  return at === SIZE - 1 ? `x${at - 1} + ${last} / 1000` : `x${at - 1} + 1`;
}
