import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { NotebookFolder } from '../support/notebook.ts';

let open: NotebookFolder[] = [];
afterEach(async () => {
  await Promise.all(open.map((folder) => folder.close()));
  open = [];
});

function notebook(cells: Record<string, string>, files: Record<string, string> = {}): NotebookFolder {
  const folder = new NotebookFolder(cells, files);
  open.push(folder);
  return folder;
}

const SLEEP = 'const _sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));';
const READ = "import { readFileSync } from 'node:fs';\nconst text = readFileSync('data.txt', 'utf8');";

describe('when cells run', () => {
  test('an edit runs its cell when asked, and marks what depends on it when running lazily', async () => {
    const window = await notebook({ A: 'const a = 1;', B: 'const b = a + 1;', C: 'b + 1' }).open({ autoRun: 'lazy' });
    await window.runStale();
    expect(await window.edit('A', 'const a = 2;')).toEqual(['A ran', 'B stale', 'C stale']);
    expect(window.state('B')).toMatchObject({ reason: { component: 'input a', text: '`a` changed: 1 → 2' } });
    expect(await window.runStale()).toEqual(['B ran', 'C ran']);
  });

  test('a cell says which lines of its own code or of a helper changed, and how its inputs did', async () => {
    const folder = notebook(
      {
        Rows: "import { step } from './helpers.ts';\nconst rows = Array.from({ length: 3 }, (_, i) => ({ i: i * step }));",
        Count: 'const count = rows.length;\ncount',
      },
      { 'helpers.ts': '// helpers\nexport const step = 1;\n' },
    );
    const window = await folder.open();
    await window.runStale();
    folder.write('helpers.ts', '// helpers\nexport const step = 2;\n');
    expect(await window.refresh()).toEqual(['Rows ran', 'Count ran']);
    const diff = ' // helpers\n-export const step = 1;\n+export const step = 2;';
    expect(window.state('Rows')).toMatchObject({ reason: { text: 'line 2 of helpers.ts changed', diff } });
    expect(window.state('Count')).toMatchObject({ reason: { text: '`rows` changed' } });
    await window.edit('Rows', "import { step } from './helpers.ts';\nconst rows = [{ i: step }];");
    expect(window.state('Rows')).toMatchObject({ reason: { text: 'line 2 of its code changed' } });
    expect(window.state('Count')).toMatchObject({ reason: { text: '`rows` changed: 3 rows → 1 row' } });
  });

  test('running lazily, what is known of a dependent is shown at once', async () => {
    const window = await notebook({ A: 'const a = 1;', B: 'a + 1' }).open({ autoRun: 'lazy' });
    await window.runStale();
    await window.edit('A', 'const a = 2;');
    await window.runStale();
    expect(await window.edit('A', 'const a = 1;')).toEqual(['A hit', 'B hit']);
  });

  test('running lazily, a changed file runs its readers only', async () => {
    const folder = notebook({ Read: READ, Length: 'text.length' }, { 'data.txt': 'one' });
    const window = await folder.open({ autoRun: 'lazy' });
    await window.runStale();
    folder.write('data.txt', 'three');
    expect(await window.refresh()).toEqual(['Read ran', 'Length stale']);
  });

  test('the reader of a large file does not run again either while that stays the same', async () => {
    const folder = notebook({ Read: READ, Length: 'text.length' }, { 'data.txt': 'x'.repeat(5_000_000) });
    const window = await folder.open();
    await window.runStale();
    expect(await (await folder.reopen(window)).runStale()).toEqual([]);
  });

  test('a file that changes while its reader runs leaves no result that looks current', async () => {
    const folder = notebook(
      { Read: `${READ}\nconsole.log('read');\n${SLEEP}\nawait _sleep(500);\ntext` },
      { 'data.txt': 'one' },
    );
    const window = await folder.open();
    const running = window.session.runStale();
    await expect.poll(() => window.state('Read').shown.console.length, { timeout: 5000 }).toBe(1);
    folder.write('data.txt', 'two');
    await window.session.refresh();
    await running;
    expect(window.state('Read')).toMatchObject({ status: 'stale', reason: { component: 'file data.txt' } });
    await window.runStale();
    expect(window.shown('Read')).toBe("'two'");
  });

  test('a cell is not run while it is typed', async () => {
    const window = await notebook({ A: 'const a = 1;\na' }).open();
    await window.runStale();
    expect(window.type('A', 'const a = 2;\na')).toEqual([window.id('A')]);
    await window.session.look();
    expect(window.happened()).toEqual(['A stale']);
    expect(window.shown('A')).toBe('1');
  });

  test('a manual cell waits to be asked, and what depends on it waits with it', async () => {
    const window = await notebook({ A: 'const a = 1;', 'B {"run":"manual"}': 'const b = a;', C: 'b' }).open();
    expect(await window.runStale()).toEqual(['A ran', 'B stale', 'C waits']);
    expect(window.state('B').status).toBe('stale');
    expect(await window.run('B')).toEqual(['B ran', 'C ran']);
    expect(await window.edit('A', 'const a = 2;')).toEqual(['A ran', 'B stale', 'C stale']);
    expect(window.shown('C')).toBe('1');
  });

  test('a disabled cell and all below it do not run', async () => {
    const window = await notebook({ 'A {"disabled":true}': 'const a = 1;', B: 'const b = a;', C: 'b', D: '1' }).open();
    expect(await window.runStale()).toEqual(['B waits', 'C waits', 'D ran']);
    expect([window.state('A').status, window.state('B').status]).toEqual(['disabled', 'waiting']);
    expect(await window.edit('A', { options: {} })).toEqual(['A ran', 'B ran', 'C ran']);
  });

  test('what a person asks for brings what it needs with it, and nothing else', async () => {
    const window = await notebook({ A: 'const a = 1;', B: 'const b = a + 1;', C: 'b + 1', Other: '1' }).open();
    expect(await window.run('B')).toEqual(['A ran', 'B ran', 'C ran']);
    expect(window.state('Other').status).toBe('stale');
  });

  test('a failed cell that is asked for again runs again, and what depends on it waits meanwhile', async () => {
    const cells = { A: READ, B: 'text' };
    const folder = notebook(cells);
    const window = await folder.open();
    expect(await window.runStale()).toEqual(['A ran', 'A failed', 'B waits']);
    await window.run('A');
    expect((await window.session.plan())[0]).toMatchObject({ would: 'run', reason: { text: 'its last run failed' } });
    folder.write('data.txt', 'here');
    expect(await window.run('A')).toEqual(['A ran', 'B ran']);
    expect(window.state('A')).toMatchObject({ reason: { text: 'its last run failed' } });
  });

  test('who depends on two failed cells runs when both are mended', async () => {
    const window = await notebook({ A: 'throw 1;\nconst a = 1;', B: 'throw 1;\nconst b = 1;', C: 'a + b' }).open();
    await window.runStale();
    await window.edit('A', 'const a = 1;');
    expect(window.state('C')).toMatchObject({ status: 'waiting', upstream: [window.id('B')] });
    expect(await window.edit('B', 'const b = 1;')).toEqual(['B ran', 'C ran']);
  });

  test('a newer run of a cell cancels the older one, whose result never shows', async () => {
    const slow = (n: number) => `${SLEEP}\nawait _sleep(${n === 1 ? 30_000 : 0});\nconst a = ${n};\na`;
    const window = await notebook({ A: slow(1), B: 'a + 1' }).open();
    const first = window.session.runStale();
    await expect.poll(() => window.state('A').status, { timeout: 5000 }).toBe('running');
    expect(await window.edit('A', slow(2))).toEqual(['A ran', 'B ran']);
    await first;
    expect([window.shown('A'), window.shown('B')]).toEqual(['2', '3']);
  });

  test('an edit cancels the run of what depends on it', async () => {
    const cells = { A: 'const a = 30_000;', B: `${SLEEP}\nawait _sleep(a);\na` };
    const window = await notebook(cells).open();
    const first = window.session.runStale();
    await expect.poll(() => window.state('B').status, { timeout: 5000 }).toBe('running');
    await window.edit('A', 'const a = 1;');
    await first;
    expect(window.shown('B')).toBe('1');
  });

  test('an interrupt ends the running cell and forgets what was queued', async () => {
    const window = await notebook({ A: `${SLEEP}\nawait _sleep(30_000);\nconst a = 1;`, B: 'a', C: '2' }).open();
    const running = window.session.runStale();
    await expect.poll(() => window.state('A').status, { timeout: 5000 }).toBe('running');
    await window.session.interrupt();
    await running;
    expect(window.state('A').status).toBe('interrupted');
    expect(window.state('B')).toMatchObject({ status: 'waiting', upstream: [window.id('A')] });
    expect(window.state('C')).toMatchObject({ status: 'stale', reason: { text: 'its run was cancelled' } });
  });

  test('an error after a cell has settled is told on it, and is no part of its result', async () => {
    const folder = notebook({ A: "setTimeout(() => { throw new Error('later'); }, 100);\nconst a = 1;\na", B: 'a' });
    let window = await folder.open();
    await window.runStale();
    await expect.poll(() => window.state('A').late.length, { timeout: 5000 }).toBe(1);
    expect(window.state('A')).toMatchObject({ status: 'done', late: [{ message: 'later' }] });
    window = await folder.reopen(window);
    expect(window.state('A')).toMatchObject({ status: 'done', late: [] });
  });
});

describe('edits of the page', () => {
  test('a cell that is deleted leaves its dependents without a name', async () => {
    const window = await notebook({ A: 'const a = 1;', B: 'const b = a + 1;', C: 'b' }).open();
    await window.runStale();
    expect(await window.remove('A')).toEqual(['B ran', 'B failed', 'C waits']);
    expect(window.error('B')).toMatch(/a is not defined/);
    expect(await window.add('A', 'const a = 5;')).toEqual(['A ran', 'B ran', 'C ran']);
    expect(window.shown('C')).toBe('6');
  });

  test('a renamed declaration runs who used the old name and who uses the new one', async () => {
    const window = await notebook({ A: 'const a = 1;', Old: 'a', New: 'b', Other: '1' }).open();
    await window.runStale();
    expect(window.state('New').status).toBe('error');
    expect(await window.edit('A', 'const b = 1;')).toEqual(['A ran', 'Old ran', 'Old failed', 'New ran']);
  });

  test('a cell that comes to stand elsewhere runs nothing', async () => {
    const window = await notebook({ A: 'const a = 1;', B: 'a' }).open();
    await window.runStale();
    expect(await window.move('B', 0)).toEqual([]);
  });
});

describe('widgets', () => {
  const cells = {
    Import: "import { slider } from 'memoir';",
    N: "const n = slider('N', { min: 0, max: 100, value: 10 });",
    Slow: `${SLEEP}\nawait _sleep(100);\nconst slow = n * 2;\nslow`,
    Below: 'slow + 1',
  };

  test('of ten thousand quick moves the last one wins, and few of them are run', async () => {
    const window = await notebook(cells).open();
    await window.runStale();
    const moves = Array.from({ length: 10_000 }, (_, i) => window.session.moveWidget('n', (i + 50) % 100));
    await Promise.all(moves);
    expect([window.shown('Slow'), window.shown('Below')]).toEqual(['98', '99']);
    expect(window.ran().filter((title) => title === 'Slow').length).toBeLessThan(5);
  });

  test('moves while dependents run end with the last value everywhere', async () => {
    const window = await notebook(cells).open();
    await window.runStale();
    const moves: Promise<void>[] = [];
    for (const n of [40, 41, 42]) {
      moves.push(window.session.moveWidget('n', n));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await Promise.all(moves);
    expect([window.shown('Slow'), window.shown('Below')]).toEqual(['84', '85']);
  });

  test('positions are remembered across windows', async () => {
    const folder = notebook(cells);
    let window = await folder.open();
    await window.runStale();
    await window.moveWidget('n', 11);
    window = await folder.reopen(window, { widgets: new Map([['n', 11]]) });
    expect(window.shown('Below')).toBe('23');
    expect(await window.moveWidget('n', 10)).toEqual(['N hit', 'Slow hit', 'Below hit']);
  });
});

describe('records and values', () => {
  test('a cell with its cache off runs in every window', async () => {
    const folder = notebook({ 'A {"cache":"off"}': 'const a = 1;', B: 'a' });
    let window = await folder.open();
    await window.runStale();
    expect(await window.runStale()).toEqual([]);
    expect(await window.run('A')).toEqual(['A ran']);
    window = await folder.reopen(window);
    expect(await window.runStale()).toEqual(['A ran', 'B hit']);
  });

  test('an impure cell that is always to be cached is a hit in another window', async () => {
    const folder = notebook({ 'A {"cache":"always"}': 'const t = Date.now();\nt', B: 't' });
    let window = await folder.open();
    await window.runStale();
    const shown = window.shown('B');
    window = await folder.reopen(window);
    expect(await window.runStale()).toEqual([]);
    expect([window.shown('A'), window.shown('B')]).toEqual([shown, shown]);
  });

  test('a time to live for all cells ends results that say nothing else', async () => {
    const folder = notebook({ A: '1 + 1', 'B {"cache":{"ttl":"3h"}}': '2 + 2' });
    let window = await folder.open();
    await window.runStale();
    const clock = () => Date.now() + 2 * 3_600_000;
    window = await folder.reopen(window, { clock, defaultTtlMs: () => 3_600_000 });
    expect(window.happened()).toEqual(['B hit']);
    expect(window.state('A')).toMatchObject({ status: 'stale', reason: { text: 'its time to live is over' } });
  });

  test('what is not to be persisted is gone with its window', async () => {
    const folder = notebook({ 'A {"cache":{"persist":false}}': '1 + 1' });
    let window = await folder.open();
    await window.runStale();
    await window.edit('A', '1 + 2');
    expect(await window.edit('A', '1 + 1')).toEqual(['A hit']);
    await window.edit('A', 'const a = 2; await new Promise((resolve) => setTimeout(resolve, 20));');
    expect(existsSync(join(folder.cache, 'values'))).toBe(false);
    window = await folder.reopen(window);
    expect(await window.runStale()).toEqual(['A ran']);
  });

  test('without a cache nothing is kept or found, and a window still does not run twice', async () => {
    const folder = notebook({ A: 'const a = 1;', B: 'a' });
    let window = await folder.open({ useCache: false });
    await window.runStale();
    expect(await window.runStale()).toEqual([]);
    window = await folder.reopen(window);
    expect(await window.runStale()).toEqual(['A ran', 'B ran']);
  });

  test('a random value that was not noticed settles anew when it has to be made again', async () => {
    const files = {
      'node_modules/ids/package.json': '{"name":"ids","version":"1.0.0","type":"module","exports":"./index.js"}',
      'node_modules/ids/index.js': 'export const id = () => ({ n: Math.random(), f() {} });',
    };
    const folder = notebook(
      { Id: "import { id } from 'ids';\nconst one = id().n;\none", Use: 'const copy = one;\ncopy', Same: 'copy' },
      files,
    );
    const window = await folder.open();
    await window.runStale();
    await window.kernel.restart();
    for (let n = 0; window.state('Id').record?.values; n++)
      await window.edit('Id', `import { id } from 'ids';\nconst one = id().n + ${n};\none`);
    await window.kernel.restart();
    await window.edit('Use', 'const copy = one + 0;\ncopy');
    expect(window.shown('Use')).toBe(window.shown('Id'));
    expect(window.shown('Same')).toBe(window.shown('Id'));
  });

  test('a value that no longer can be loaded is made again', async () => {
    const folder = notebook({ A: `${SLEEP}\nawait _sleep(30);\nconst a = [1, 2];`, B: 'a.length' });
    let window = await folder.open();
    await window.runStale();
    expect(window.state('A').record?.values).not.toBeNull();
    window.save();
    await window.close();
    folder.removeValues();
    window = await folder.open();
    expect(await window.edit('B', 'a.length + 1')).toEqual(['A recreated', 'B ran']);
  });

  test('an environment that is read as a whole is a hit in another window', async () => {
    const folder = notebook({ A: 'Object.keys({ ...process.env }).length > 0' });
    let window = await folder.open();
    await window.runStale();
    window = await folder.reopen(window);
    expect(window.happened()).toEqual(['A hit']);
  });
});

describe('impurity', () => {
  test('an impure cell stays as it is in its window until it is asked or its key changes', async () => {
    const window = await notebook({ A: 'const a = 1;', Clock: 'const t = [a, Date.now()];', Below: 't[0]' }).open();
    await window.runStale();
    expect(await window.runStale()).toEqual([]);
    expect(await window.run('Clock')).toEqual(['Clock ran', 'Below ran']);
    expect(await window.edit('A', 'const a = 2;')).toEqual(['A ran', 'Clock ran', 'Below ran']);
  });

  test('an impure function is another one after each run, for those who use it', async () => {
    const window = await notebook({ F: 'const t = Date.now();\nconst f = () => t;', Use: 'f() > 0' }).open();
    await window.runStale();
    expect(await window.run('F')).toEqual(['F ran', 'Use ran']);
  });

  test('without a cache nothing that cached functions kept is read, and nothing is kept', async () => {
    const source = `
      import { cached } from 'memoir';
      import { readFileSync } from 'node:fs';
      const read = cached(() => readFileSync('data.txt', 'utf8'), { persist: true, namespace: 'read' });
      const [first, second] = [await read(), await read()];
      first + second`;
    const folder = notebook({ A: source }, { 'data.txt': '1' });
    let window = await folder.open();
    await window.runStale();
    folder.write('data.txt', '2');
    window = await folder.reopen(window, { useCache: false });
    await window.runStale();
    expect(window.shown('A')).toBe("'22'");
    folder.write('data.txt', '3');
    window = await folder.reopen(window, { useCache: false });
    await window.runStale();
    expect(window.shown('A')).toBe("'33'");
  });

  test('with a seed randomness is fixed, and cells are pure', async () => {
    const folder = notebook({ A: 'const a = Math.random();\na' });
    let window = await folder.open({ seed: 7 });
    await window.runStale();
    const shown = window.shown('A');
    window = await folder.reopen(window, { seed: 7 });
    expect(window.happened()).toEqual(['A hit']);
    window = await folder.reopen(window, { seed: 8 });
    expect(await window.runStale()).toEqual(['A ran']);
    expect(window.shown('A')).not.toBe(shown);
  });
});

describe('modules', () => {
  const offset = (n: number) => ({ 'helper.ts': `export const offset = ${n};\n` });

  test('one that is loaded while the cell runs counts', async () => {
    const folder = notebook({ A: "const { offset } = await import('./helper.ts');\noffset" }, offset(1));
    const window = await folder.open();
    await window.runStale();
    folder.write('helper.ts', offset(2)['helper.ts']);
    expect(await window.refresh()).toEqual(['A ran']);
    expect(window.shown('A')).toBe('2');
  });

  test('one that is imported for its effects counts for its own cell only', async () => {
    const effect = (n: number) => `(globalThis as { effect?: number }).effect = ${n};\n`;
    const folder = notebook({ A: "import './effect.ts';\neffect", B: '1' }, { 'effect.ts': effect(1) });
    const window = await folder.open();
    await window.runStale();
    folder.write('effect.ts', effect(2));
    expect(await window.refresh()).toEqual(['A ran']);
    expect(window.shown('A')).toBe('2');
  });

  test('a new version of a helper’s helper is loaded in the open window, and the one before is a hit', async () => {
    const files = {
      'helper.ts': "export { offset } from './deep/index.ts';\n",
      'deep/index.ts': 'export const offset = 1;\n',
    };
    const folder = notebook({ A: "import { offset } from './helper.ts';\noffset" }, files);
    const window = await folder.open();
    await window.runStale();
    folder.write('deep/index.ts', 'export const offset = 2;\n');
    expect(await window.refresh()).toEqual(['A ran']);
    expect(window.shown('A')).toBe('2');
    folder.write('deep/index.ts', 'export const offset = 1;\n');
    expect(await window.refresh()).toEqual(['A hit']);
    expect(window.shown('A')).toBe('1');
  });

  test('one that is reached by an alias of the package counts, in the open window too', async () => {
    const files = { 'package.json': '{"imports": {"#lib/*": "./lib/*"}}', 'lib/a.ts': 'export const a = 1;\n' };
    const folder = notebook({ A: "import { a } from '#lib/a.ts';\na" }, files);
    const window = await folder.open();
    await window.runStale();
    expect(window.shown('A')).toBe('1');
    folder.write('lib/a.ts', 'export const a = 2;\n');
    await window.refresh();
    expect(window.shown('A')).toBe('2');
  });

  test('one whose name is worked out counts', async () => {
    const folder = notebook({ A: "const name = './helper';\n(await import(`${name}.ts`)).offset" }, offset(1));
    const window = await folder.open();
    await window.runStale();
    folder.write('helper.ts', offset(2)['helper.ts']);
    await window.refresh();
    expect(window.shown('A')).toBe('2');
  });

  // Needs the loader to know what a module read while it was evaluated, and to load it anew when that changes.
  test('a file that a helper reads as it is loaded counts for all who use it', async () => {
    const files = {
      'helper.ts':
        "import { readFileSync } from 'node:fs';\nexport const offset = Number(readFileSync('n.txt', 'utf8'));\n",
      'n.txt': '1',
    };
    const use = "import { offset } from './helper.ts';\noffset";
    const folder = notebook({ A: use, B: 'offset + 1' }, files);
    const window = await folder.open();
    await window.runStale();
    folder.write('n.txt', '5');
    await window.refresh();
    expect([window.shown('A'), window.shown('B')]).toEqual(['5', '6']);
  });
});

describe('the kernel', () => {
  test('lost in the middle of a wave, it starts again and the rest runs', async () => {
    const cells = {
      A: 'const a = 1;',
      Die: 'const d = a + 1;\nif (process.env.MEMOIR_TEST_DIE) process.kill(process.pid, "SIGKILL");',
      C: 'd + a',
    };
    const window = await notebook(cells).open();
    process.env.MEMOIR_TEST_DIE = 'yes';
    expect(await window.runStale()).toEqual(['A ran', 'Die ran', 'Die failed', 'C waits']);
    expect(window.error('Die')).toMatch(/kernel ended unexpectedly/);
    delete process.env.MEMOIR_TEST_DIE;
    const happened = await window.runStale();
    expect(happened.filter((line) => !line.startsWith('A '))).toEqual(['Die ran', 'C ran']);
    expect(window.shown('C')).toBe('3');
  });

  test('a kernel that dies between two runs costs neither of them', async () => {
    const window = await notebook({ A: 'const f = (x) => x + 1;', B: 'f(1)', C: 'f(2)' }).open();
    await window.runStale();
    for (let n = 0; n < 5; n++) {
      window.kill();
      await window.edit('B', `f(${n})`); // asked for before anyone has noticed
      expect([window.error('B'), window.shown('B')]).toEqual([null, String(n + 1)]);
      const running = window.edit('C', `f(${n} + 1)`);
      if (n % 2) await Promise.resolve();
      window.kill();
      await running;
      if (window.error('C')) await window.runStale(); // it was the cell in flight
      expect(window.shown('C')).toBe(String(n + 2));
    }
  });

  test('such a file is none of those who use other helpers, but is of those who share one with it', async () => {
    const read = "readFileSync(new URL('./offset.txt', import.meta.url), 'utf8')";
    const files = {
      'offset.txt': '1',
      'shared.ts': `import { readFileSync } from 'node:fs';\nlet text;\nexport const offset = () => (text ??= ${read});`,
      'reader.ts': "import { offset } from './shared.ts';\nexport const found = offset();",
      'other.ts': 'export const factor = 2;',
    };
    const folder = notebook(
      {
        Reader: "import { found } from './reader.ts';\nfound",
        Sharer: "import { offset } from './shared.ts';\noffset()",
        Other: "import { factor } from './other.ts';\nfactor",
      },
      files,
    );
    const window = await folder.open();
    await window.runStale();
    expect(window.state('Other').record!.reads).toEqual([]);
    folder.write('offset.txt', '2');
    expect(await window.refresh()).toEqual(['Reader ran', 'Sharer ran']);
    expect([window.shown('Reader'), window.shown('Sharer')]).toEqual(["'2'", "'2'"]);
  });

  test('a package that changes while a window is open is loaded anew', async () => {
    const files = (n: number) => ({
      'node_modules/adder/package.json': `{"name":"adder","version":"${n}.0.0","type":"module","exports":"./index.js"}`,
      'node_modules/adder/index.js': `export const add = (a) => a + ${n};`,
      'helper.ts': "import { add } from 'adder';\nexport const twice = (n: number) => add(add(n));\n",
    });
    const folder = notebook(
      {
        Kept: 'const kept = [1];',
        Use: "import { add } from 'adder';\nadd(kept[0])",
        Helped: "import { twice } from './helper.ts';\ntwice(kept[0])",
      },
      files(1),
    );
    const window = await folder.open();
    await window.runStale();
    for (const [name, content] of Object.entries(files(2))) folder.write(name, content);
    await window.refresh();
    expect([window.shown('Use'), window.shown('Helped')]).toEqual(['3', '5']);
  });

  test('a module that is edited while a cell runs with it never leaves a wrong result behind', async () => {
    const helper = (n: number) => `await new Promise((resolve) => setTimeout(resolve, 300));\nexport const n = ${n};\n`;
    const folder = notebook({ A: "import { n } from './helper.ts';\nn" }, { 'helper.ts': helper(1) });
    let window = await folder.open();
    const running = window.session.runStale();
    await expect.poll(() => window.state('A').status, { timeout: 5000 }).toBe('running');
    folder.write('helper.ts', helper(2));
    await running;
    expect(window.shown('A')).toBe('2');
    folder.write('helper.ts', helper(1));
    await window.refresh();
    window = await folder.reopen(window);
    expect(window.shown('A')).toBe('1');
  });
});
