import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { TempFolder } from '../temp.ts';
import { type Editor, installExtension } from './editor.ts';
import type { HostEvent } from './hostSuite.ts';

const project = resolve(import.meta.dirname, '../../..');

/** What a run in the extension host said; `output` is what the editor itself printed. */
export interface HostReport {
  readonly events: readonly HostEvent[];
  readonly output: string;
}

/** The web build saves by itself after a second, which now and then ends a save that a test asked for. */
const NO_AUTO_SAVE = '{ "files.autoSave": "off" }';

/** Runs test/e2e/host in the extension host of `editor`, with the packaged extension installed as a user would. */
export async function runHostSuite(editor: Editor, vsix: string): Promise<HostReport> {
  const temp = new TempFolder();
  try {
    const dirs = [`--user-data-dir=${temp.file('u')}`, `--extensions-dir=${temp.file('e')}`];
    await installExtension(editor, vsix, dirs);
    const workspace = dirname(temp.write('workspace/readme.md', 'The workspace of a test run.\n'));
    temp.write('workspace/.vscode/settings.json', NO_AUTO_SAVE);
    const suite = await bundleSuite(temp.file('suite.cjs'));
    const output = await launch(editor, suite, [workspace, ...dirs], temp.file('report.jsonl'));
    return { events: readReport(temp.file('report.jsonl')), output };
  } finally {
    temp.dispose();
  }
}

async function bundleSuite(outfile: string): Promise<string> {
  const files = globSync('test/e2e/host/**/*.test.ts', { cwd: project }).sort();
  const specifier = (file: string) => JSON.stringify(`./${relative('.', file).replaceAll('\\', '/')}`);
  await build({
    stdin: {
      contents: `${files.map((file) => `import ${specifier(file)};`).join('\n')}
export { runAll as run } from './test/support/vscode/hostSuite.ts';`,
      resolveDir: project,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return outfile;
}

async function launch(editor: Editor, suite: string, launchArgs: string[], report: string): Promise<string> {
  const stream = new PassThrough();
  let output = '';
  stream.on('data', (chunk) => (output += chunk));
  try {
    await runTests({
      vscodeExecutablePath: editor.executable,
      extensionDevelopmentPath: resolve(import.meta.dirname, 'blank'),
      extensionTestsPath: suite,
      extensionTestsEnv: { MEMOIR_HOST_REPORT: report, MEMOIR_KEY_FILE: `${report}.key` },
      launchArgs,
      stdout: stream,
      stderr: stream,
    });
  } catch (error) {
    output += `\n${error}`; // the report tells which tests failed; a run without its last line is a failure by itself
  }
  return output;
}

function readReport(file: string): HostEvent[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as HostEvent);
}
