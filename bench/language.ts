// How soon the language server answers in a notebook of 50 cells, right after an edit, with both TypeScripts; what it
// takes to start, and its memory. `npm run bench -- language [--json]`
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type EngineName, LanguageEditor, type OpenTestNotebook } from '../test/language/languageEditor.ts';
import { Workspace } from './openedNotebook.ts';
import { type Measure, measureOf, print, time } from './report.ts';

const CELLS = 50;
const EDITS = 20;
/** How long the server waits for a next edit before it looks for mistakes. */
const PAUSE_MS = 100;
const ENGINES: Readonly<Record<EngineName, string>> = { bundled: 'TypeScript 6', workspace: 'TypeScript 7' };

const measures: Measure[] = [];
const notes = [
  `A notebook of ${CELLS} cells, in five chains of ten that use the one above; completion and colours follow an edit of their cell.`,
  `Mistakes: from an edit to the mark, less the ${PAUSE_MS} ms that the server waits for the next edit.`,
];
for (const engine of ['bundled', 'workspace'] as const) await measure(engine);
print({ suite: 'language', node: process.version, measures, ratios: [], notes });

async function measure(engine: EngineName): Promise<void> {
  const workspace = new Workspace();
  const packages = join(workspace.path, 'node_modules/@typescript');
  mkdirSync(packages, { recursive: true });
  symlinkSync(resolve(import.meta.dirname, '../node_modules/@typescript/native'), join(packages, 'native'), 'junction');
  const starts: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const started = performance.now();
    const editor = await LanguageEditor.start(workspace.path, engine);
    const notebook = await editor.open('bench.memoir.ts', source());
    await notebook.diagnostics(CELLS - 1);
    starts.push(performance.now() - started);
    if (run === 2) await questions(editor, notebook, ENGINES[engine]);
    await editor.close();
  }
  measures.push(measureOf(`${ENGINES[engine]}: from the start to the first marks`, starts));
  workspace.dispose();
}

async function questions(editor: LanguageEditor, notebook: OpenTestNotebook, name: string): Promise<void> {
  const cell = CELLS / 2;
  const text = notebook.text(cell);
  const edit = (round: number) => notebook.type(cell, `${text}\nconst edit${round} = rows${cell}.\n`);
  const typing: Record<string, (round: number) => Promise<unknown>> = {
    'completion of members': (round) => notebook.complete(cell, `const edit${round} = rows${cell}.|`),
    'completion of names': () => notebook.complete(cell, `const rows${cell} = r|`),
    'hover right after an edit': () => notebook.ask('textDocument/hover', cell, `const ro|ws${cell}`),
    colours: () => notebook.askCell('textDocument/semanticTokens/full', cell),
  };
  for (const [what, ask] of Object.entries(typing)) await repeat(`${name}: ${what}`, edit, ask);
  const reading: Record<string, (round: number) => Promise<unknown>> = {
    hover: (round) => notebook.ask('textDocument/hover', round, `const ro|ws${round}`),
    definition: (round) => notebook.ask('textDocument/definition', round, `r|ows${round}.reduce`),
  };
  for (const [what, ask] of Object.entries(reading)) await repeat(`${name}: ${what}`, null, ask);
  const marks: number[] = [];
  for (let round = 0; round < EDITS; round += 1) {
    const took = await time(async () => {
      await notebook.type(cell, `${text}\nconst wrong: 'text ${round}' = sum${cell};\n`);
      await notebook.diagnostics(cell, (all) => all.some(({ message }) => String(message).includes(`"text ${round}"`)));
    });
    marks.push(took - PAUSE_MS);
  }
  measures.push(measureOf(`${name}: mistakes`, marks));
  notes.push(`${name}: ${memoryMB(editor)} MB of memory, all processes of the server together.`);
}

/** Asks some times, each time after an edit if there is one; the first rounds are for warming up. */
async function repeat(
  what: string,
  edit: ((round: number) => Promise<void>) | null,
  ask: (round: number) => Promise<unknown>,
): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < EDITS + 5; round += 1) {
    await edit?.(round);
    const took = await time(() => ask(round));
    if (round >= 5) times.push(took);
  }
  measures.push(measureOf(what, times));
}

function source(): string {
  const cells = Array.from({ length: CELLS }, (_, n) => {
    const above = n % 10 ? `rows${n - 1}` : `[{ origin: 'BOS', delay: 3, distance: 100 }]`;
    const imports = n
      ? ''
      : "import { slider, md, chart } from 'memoir';\nimport { readFile } from 'node:fs/promises';\n";
    return `// %% Cell ${n}\n${imports}const rows${n} = ${above}.map((row) => ({ ...row, rank${n % 5}: row.delay + ${n} }));
const sum${n} = rows${n}.reduce((sum, row) => sum + row.delay * row.distance, 0);
function scale${n}(factor: number): number {\n  return sum${n} * factor;\n}
md\`The sum is \${scale${n}(2)}.\`\n`;
  });
  return cells.join('\n');
}

/** Resident memory of the server and the process that it started. */
function memoryMB(editor: LanguageEditor): number {
  const pids = [editor.process.pid, editor.childPid()].filter((pid) => pid !== undefined);
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', pids.join()], { encoding: 'utf8' }).trim().split(/\s+/);
  return Math.round(kilobytes.reduce((sum, one) => sum + Number(one), 0) / 1024);
}
