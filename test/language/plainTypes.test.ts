import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { setUpTypes } from '../../src/language/plainTypes.ts';
import { TempFolder } from '../support/temp.ts';

const project = resolve(import.meta.dirname, '../..');
const types = join(process.env.MEMOIR_TEST_DIST ?? join(project, 'dist'), 'types');
const SOURCE = `// %% Load
import { readFile } from 'node:fs/promises';
import { slider, md } from 'memoir';
import { delayClass } from './delays.ts';
const rows = [{ origin: 'BOS', delay: 3 }];
const least: number = slider('Least');

// %% [sql] By origin
const byOrigin = await sql\`SELECT * FROM \${rows} WHERE delay > \${least}\`;

// %% Show
md\`\${(await byOrigin.rows()).length} \${delayClass(3)} \${(await readFile('x')).length} \${signal.aborted}\`
`;
const DELAYS = 'export const delayClass = (minutes: number) => minutes > 15;\n';

const folders: TempFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.dispose();
});

/** What plain TypeScript says of the notebook once types are set up. */
async function tsc(files: Record<string, string>, notebook = 'n.memoir.ts'): Promise<{ said: string; config: string }> {
  const folder = new TempFolder({ [notebook]: SOURCE, [join(dirname(notebook), 'delays.ts')]: DELAYS, ...files });
  folders.push(folder);
  const config = await setUpTypes(folder.file(notebook), folder.path, types);
  const script = join(project, 'node_modules/@typescript/native/bin/tsc');
  try {
    const args = [script, '-p', dirname(config), '--noEmit', '--listFilesOnly'];
    const read = execFileSync(process.execPath, args, { encoding: 'utf8' });
    expect(read).toContain(notebook);
    execFileSync(process.execPath, args.slice(0, -1), { encoding: 'utf8' });
    return { said: '', config: readFileSync(config, 'utf8') };
  } catch (error) {
    return { said: (error as { stdout: string }).stdout, config: readFileSync(config, 'utf8') };
  }
}

test('a folder without a project gets one in which a notebook is a clean module', async () => {
  expect((await tsc({})).said).toBe('');
});

test("a project's own file is extended, and keeps its comments", async () => {
  const json =
    '{\n  // ours\n  "compilerOptions": {"strict": true, "module": "esnext", "moduleResolution": "bundler", "target": "es2023", "outDir": "out"}\n}\n';
  const { said, config } = await tsc({ 'tsconfig.json': json });
  expect(said).toBe('');
  expect(config).toContain('// ours');
});

test('a project that includes other folders takes its notebooks in', async () => {
  const json =
    '{"compilerOptions": {"module": "esnext", "moduleResolution": "bundler", "target": "es2023"}, "include": ["src"]}';
  expect((await tsc({ 'tsconfig.json': json, 'src/a.ts': 'export {};' })).said).toBe('');
});

test('a checked JavaScript notebook is clean, too', async () => {
  const source = `// %% Load\n// @ts-check\n${SOURCE.replace('// %% Load\n', '').replace('least: number', 'least')}`;
  expect((await tsc({ 'n.memoir.js': source }, 'n.memoir.js')).said).toBe('');
});

test('a notebook in a folder of a larger project, of whatever modules, gets a project that extends it', async () => {
  const json = '{"compilerOptions": {"strict": true, "module": "node16", "target": "es2020", "noUnusedLocals": true}}';
  const { said, config } = await tsc({ 'tsconfig.json': json }, 'notes/n.memoir.ts');
  expect(said).toBe('');
  expect(JSON.parse(config).extends).toBe('../tsconfig.json');
});
