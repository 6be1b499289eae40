import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TempFolder } from '../support/temp.ts';

const project = resolve(import.meta.dirname, '../..');
const dist = resolve(process.env.MEMOIR_TEST_DIST ?? join(project, 'dist'));
const require = createRequire(import.meta.url);
const run = promisify(execFile);

const NOTEBOOK = `// %% Year
import { button, md, slider, tableView } from 'memoir';
const year = slider('Year', { min: 2000, max: 2025, value: 2020 });

// %% Base
const base = 7;

// %% Square {"name": "square"}
const square = base * year;
console.log('squared');

// %% Told
md\`It is **\${square}**.\`

// %% Rows
const rows = [{ a: 1, b: 'x' }, { a: 2, b: 'y' }];
tableView(rows)

// %% Pressed
const pressed = button('Press');

// %% Fails {"disabled": false}
if (year === 2013) throw new Error('not that year');

// %% Luck
const luck = Math.random();
const when = new Date().toISOString();
`;

const TESTS = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appTest, UserError } from 'memoir/test';

const notebook = new URL('./years.memoir.ts', import.meta.url);

test('cells show what they show', async () => {
  await using app = await appTest(notebook);
  assert.equal(app.cell('Told').markdown, 'It is **14140**.');
  assert.equal(app.cell('Told').text, 'It is **14140**.');
  assert.deepEqual(app.cell('Rows').rows, [{ a: 1, b: 'x' }, { a: 2, b: 'y' }]);
  assert.equal(app.cell('square').console, 'squared\\n');
  assert.equal(app.value('square'), 14140);
  assert.deepEqual(app.errors, []);
});

test('moving a widget runs what depends on it, and nothing else', async () => {
  await using app = await appTest('years.memoir.ts', { widgets: { year: 2001 } });
  assert.deepEqual(app.widget('year'), { name: 'year', kind: 'slider', label: 'Year', value: 2001 });
  await app.set('year', 2002);
  assert.deepEqual(app.ran, ['Year', 'Square', 'Told', 'Fails']);
  assert.equal(app.value('square'), 14014);
  await app.set({ year: 2001 });
  assert.deepEqual(app.ran, [], 'that is known');
  await app.press('pressed');
  assert.equal(app.value('pressed'), 1);
  await app.run('Base');
  assert.deepEqual(app.ran, ['Base'], 'an equal result stops there');
});

test('what goes wrong is told', async () => {
  await using app = await appTest(notebook, { widgets: { year: 2013 } });
  assert.deepEqual(app.errors, [{ cell: 'Fails', message: 'not that year' }]);
  assert.equal(app.cell('Fails').status, 'error');
  const refused = (message) => (error) => error instanceof UserError && error.message === message;
  await assert.rejects(app.set('year', 1999), refused('“Year” (year) must be a number from 2000 to 2025; got 1999.'));
  await assert.rejects(app.set('yeer', 1), refused('No widget is called “yeer”. The notebook shows year, pressed.'));
  assert.throws(() => app.cell('Nope'), UserError);
  await assert.rejects(appTest(notebook, { widgets: { yeer: 1 } }), UserError);
  await assert.rejects(appTest('nothing.memoir.ts'), UserError);
});

test('chance and time stand still', async () => {
  const options = { seed: 1, now: '2026-01-31T12:00:00Z' };
  await using one = await appTest(notebook, options);
  await using two = await appTest(notebook, options);
  assert.equal(one.value('luck'), two.value('luck'));
  assert.equal(one.value('when'), '2026-01-31T12:00:00.000Z');
});

test('a run that takes too long is ended', async () => {
  await assert.rejects(appTest('endless.memoir.ts', { timeout: 1500 }), /“Endless” did not end within 1500 ms/);
});
`;

const TYPED = `import { type AppTest, appTest } from 'memoir/test';
const app: AppTest = await appTest('years.memoir.ts', { widgets: { year: 2001 }, seed: 1 });
const text: string = app.cell('Told').text;
const rows: readonly Readonly<Record<string, unknown>>[] = app.cell('Rows').rows;
await app.set('year', 2);
await app.set({ year: 2 });
// @ts-expect-error a seed is a number
await appTest('years.memoir.ts', { seed: 'x' });
export { rows, text };
`;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder({
    'package.json': '{"type": "module"}',
    'years.memoir.ts': NOTEBOOK,
    'endless.memoir.ts': '// %% Endless\nfor (;;) {}\n',
    'years.test.mjs': TESTS,
    'typed.ts': TYPED,
  });
  const memoir = folder.file('node_modules/memoir');
  mkdirSync(memoir, { recursive: true });
  cpSync(join(project, 'package.json'), join(memoir, 'package.json'));
  symlinkSync(dist, join(memoir, 'dist'), 'junction');
});
afterAll(() => folder.dispose());

describe('memoir/test in a folder of its own', () => {
  test('tests a notebook under node:test', async () => {
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'years.test.mjs'], {
      cwd: folder.path,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    }).catch((error) => error as { stdout: string });
    expect(stdout).toContain('# pass 5');
    expect(stdout).toContain('# fail 0');
  });

  test('tests a notebook under vitest', async () => {
    const { appTest } = (await import(pathToFileURL(join(dist, 'test.js')).href)) as typeof import('../../src/test.ts');
    await using app = await appTest(folder.file('years.memoir.ts'), { widgets: { year: 2021 } });
    expect(app.cell('Told').text).toBe('It is **14147**.');
    await app.set('year', 2020);
    expect(app.ran).toEqual(['Year', 'Square', 'Told', 'Fails']);
  });

  test('brings its types', async () => {
    const tsc = join(dirname(require.resolve('@typescript/native/package.json')), 'bin/tsc');
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2024',
      '--module',
      'nodenext',
      '--types',
      '',
      '--lib',
      'es2024,esnext.disposable',
    ];
    const { stdout } = await run(process.execPath, [tsc, ...options, 'typed.ts'], { cwd: folder.path }).catch(
      (error) => error as { stdout: string },
    );
    expect(stdout).toBe('');
  });
});
