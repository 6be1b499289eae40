// How long the packaged extension takes to activate in a real VS Code, beside an extension that does nothing; each time
// in a window of its own. `npm run bench -- activate [--json]`
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runTests } from '@vscode/test-electron';
import { type Editor, findEditor, installExtension } from '../test/support/vscode/editor.ts';
import { packagedExtension } from '../test/support/vsix.ts';
import { Workspace } from './openedNotebook.ts';
import { measureOf, print, ratioOf } from './report.ts';

const MEMOIR = 'memoir.memoir';
const IDLE = 'memoir.idle';
const WINDOWS = 10;

/** Runs in the extension host: activates the extensions it is told of, in turn, and writes how long each took. */
const PROBE = `
const { writeFileSync } = require('node:fs');
const { extensions } = require('vscode');
exports.run = async () => {
  await new Promise((done) => setTimeout(done, 5000)); // the window is still busy with its own start
  const times = {};
  for (const id of process.env.MEMOIR_BENCH_EXTENSIONS.split(',')) {
    const extension = extensions.getExtension(id);
    if (!extension) throw new Error(id + ' is not installed');
    if (extension.isActive) throw new Error(id + ' was active before it was needed');
    const started = performance.now();
    await extension.activate();
    times[id] = performance.now() - started;
  }
  writeFileSync(process.env.MEMOIR_BENCH_REPORT, JSON.stringify(times));
};
`;

const workspace = new Workspace();
try {
  const editor = await findEditor();
  const dirs = [`--user-data-dir=${join(workspace.path, 'u')}`, `--extensions-dir=${join(workspace.path, 'e')}`];
  await installExtension(editor, packagedExtension(), dirs);
  const probe = workspace.file('probe.cjs', PROBE);
  const windows: Record<string, number>[] = [];
  while (windows.length < WINDOWS) windows.push(await activateOnce(editor, probe, dirs, windows.length));
  const [memoir, idle] = [MEMOIR, IDLE].map((id) => windows.map((times) => times[id]!)) as [number[], number[]];
  print({
    suite: 'activate',
    node: process.version,
    measures: [measureOf('activating Memoir', memoir), measureOf('activating an extension that does nothing', idle)],
    ratios: [ratioOf('activating Memoir', memoir, 'doing nothing', idle)],
    notes: [`In ${editor.description}: each time a new window and a new extension host; loading the code counts.`],
  });
} finally {
  workspace.dispose();
}

/** Activates both extensions in a new window, now one first and now the other; gives the milliseconds of each. */
async function activateOnce(editor: Editor, probe: string, dirs: string[], window: number) {
  const report = join(workspace.path, `times-${window}.json`);
  const folder = mkdtempSync(join(workspace.path, 'folder-')); // Memoir starts by itself where it was used before
  const stream = new PassThrough().resume(); // the editor's own news
  await withoutChatter(() =>
    runTests({
      vscodeExecutablePath: editor.executable,
      extensionDevelopmentPath: idleExtension(),
      extensionTestsPath: probe,
      extensionTestsEnv: {
        MEMOIR_BENCH_REPORT: report,
        MEMOIR_BENCH_EXTENSIONS: (window % 2 ? [IDLE, MEMOIR] : [MEMOIR, IDLE]).join(),
      },
      launchArgs: [folder, ...dirs],
      stdout: stream,
      stderr: stream,
    }),
  );
  return JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>; // written by the probe
}

/** The test runner tells exit codes on stdout, which belongs to the result. */
async function withoutChatter<T>(work: () => Promise<T>): Promise<T> {
  const { log } = console;
  console.log = console.error;
  try {
    return await work();
  } finally {
    console.log = log;
  }
}

function idleExtension(): string {
  const manifest = {
    name: 'idle',
    publisher: 'memoir',
    version: '0.0.0',
    engines: { vscode: '^1.101.0' },
    main: './idle.cjs',
  };
  workspace.file('package.json', JSON.stringify(manifest));
  workspace.file('idle.cjs', 'exports.activate = () => {};');
  return workspace.path;
}
