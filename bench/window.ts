// How soon a notebook of 250 cells stands on screen in a real VS Code window, beside VS Code's own empty notebook of that
// size: opened in turns, in windows of their own. `npm run bench -- window [--json]`
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { EditorWindow } from '../test/support/vscode/window.ts';
import { packagedExtension } from '../test/support/vsix.ts';
import { cpuSince, cpuTimes } from './cpu.ts';
import { Workspace } from './openedNotebook.ts';
import { measureOf, print, type Ratio, ratioOf, type Taken } from './report.ts';

const CELLS = 250;
const WINDOWS = 3;
/** How often each notebook is opened in a window. */
const OPENED = 5;

const NOTEBOOKS = { memoir: 'kept.memoir.ts', own: 'empty.ipynb' } as const;
type Which = keyof typeof NOTEBOOKS;

/** Makes the page wait for Enter, and then measure the milliseconds to the first frame with cells on it. */
const MEASURE = `window.painted = new Promise((done) => {
  let from = null;
  addEventListener('keydown', ({ key }) => { if (key === 'Enter') from ??= performance.now(); }, { capture: true });
  const look = () => {
    const cells = document.querySelectorAll('.notebookOverlay .code-cell-row .view-line');
    if (from !== null && cells.length >= 3) done(performance.now() - from);
    else requestAnimationFrame(look);
  };
  look();
}), null`;

const workspace = new Workspace();
process.env.MEMOIR_KEY_FILE ??= join(workspace.path, 'key'); // what is kept is for this window only
const first: Record<Which, Taken[]> = { memoir: [], own: [] };
const again: Record<Which, Taken[]> = { memoir: [], own: [] };
const results: number[] = [];
try {
  const source = Array.from(
    { length: CELLS },
    (_, i) => `// %% Cell ${i}\nconst x${i} = ${i ? `x${i - 1} + 1` : 0};\n`,
  );
  const cell = { cell_type: 'code', metadata: {}, source: [], outputs: [], execution_count: null };
  workspace.file(
    NOTEBOOKS.own,
    JSON.stringify({ cells: Array(CELLS).fill(cell), metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  );
  const notebook = workspace.file(NOTEBOOKS.memoir, source.join(''));
  const cli = resolve(import.meta.dirname, '../dist/cli.js');
  execFileSync(process.execPath, [cli, 'run', notebook, '--json'], { cwd: workspace.path, stdio: 'ignore' });
  for (let i = 0; i < WINDOWS; i += 1) await measureWindow(i % 2 ? ['own', 'memoir'] : ['memoir', 'own']);
} finally {
  workspace.dispose();
}
const ratios: Ratio[] = [
  ratioOf('opened again: Memoir', again.memoir.map(wall), "VS Code's own, empty", again.own.map(wall)),
  ratioOf('first in a window: Memoir', first.memoir.map(wall), "VS Code's own, empty", first.own.map(wall)),
];
print({
  suite: 'window',
  node: process.version,
  measures: [
    measureOf(`first in a window: Memoir, ${CELLS} cells`, first.memoir),
    measureOf(`first in a window: VS Code's own, empty, ${CELLS} cells`, first.own),
    measureOf(`opened again: Memoir, ${CELLS} cells`, again.memoir),
    measureOf(`opened again: VS Code's own, empty, ${CELLS} cells`, again.own),
    measureOf(`from the first screen to the kept results on it: Memoir, ${CELLS} cells`, results),
  ],
  ratios,
  notes: [
    'From Enter in the list of files to the first frame with cells on it.',
    "Memoir's cells have code, and results in the cache; the other notebook has none of both.",
  ],
});

/** Opens both notebooks in a new window, in turns. */
async function measureWindow(order: readonly Which[]): Promise<void> {
  const window = await EditorWindow.open({ vsix: packagedExtension(), folder: workspace.path });
  try {
    await window.page.waitForTimeout(5000); // the window is still busy with its own start
    for (let round = 0; round < OPENED; round += 1)
      for (const which of order) (round ? again : first)[which].push(await open(window, which));
  } finally {
    await window.close();
  }
}

async function open(window: EditorWindow, which: Which): Promise<Taken> {
  const { page } = window;
  await page.keyboard.press('Control+P');
  await page.locator('.quick-input-widget .quick-input-filter input').fill(NOTEBOOKS[which]);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: NOTEBOOKS[which] }).waitFor();
  await page.evaluate(MEASURE); // it listens before the key comes
  const before = cpuTimes();
  await page.keyboard.press('Enter');
  const ms = (await page.evaluate('painted')) as number; // see there
  const taken = { ms, cpuMs: cpuSince(before) };
  if (which === 'memoir') {
    const started = performance.now();
    await window.cellStatusShows(/disk|memory/);
    results.push(performance.now() - started);
  }
  await page.waitForTimeout(1500); // what it does after that is not measured with the next
  await window.command('View: Close Editor');
  await page.locator('.notebookOverlay .code-cell-row').first().waitFor({ state: 'hidden' });
  return taken;
}

function wall({ ms }: Taken): number {
  return ms;
}
