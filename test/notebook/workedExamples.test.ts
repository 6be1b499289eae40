import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { NotebookFolder } from '../support/notebook.ts';

let open: NotebookFolder[] = [];
afterEach(async () => {
  await Promise.all(open.map((folder) => folder.close()));
  open = [];
});

function notebook(cells: Record<string, string>, files: Record<string, string> = {}, cache?: string): NotebookFolder {
  const folder = new NotebookFolder(cells, files, cache);
  open.push(folder);
  return folder;
}

/** Takes long enough for its values to be kept. */
const SLOW = 'await new Promise((resolve) => setTimeout(resolve, 20));';

describe('what counts as a change of code', () => {
  test('example 1: a comment, a new layout or another title runs nothing', async () => {
    const window = await notebook({ Load: 'const a = 1;', Sum: 'a + 1' }).open();
    await window.runStale();
    expect(await window.edit('Load', '// the first\nconst a: number =\n  1;')).toEqual([]);
    expect(await window.edit('Sum', 'a  +  1 // and one more')).toEqual([]);
    expect(await window.edit('Load', { title: 'Beginning' })).toEqual([]);
    expect(window.shown('Sum')).toBe('2');
  });

  test('example 1: nor after the notebook was closed with the change in it', async () => {
    const folder = notebook({ Load: 'const a = 1;', Sum: 'a + 1' });
    let window = await folder.open();
    await window.runStale();
    window.type('Load', { title: 'Beginning', source: '/* one */ const a = 1' });
    window = await folder.reopen(window);
    expect(window.happened()).toEqual(['Beginning hit', 'Sum hit']);
    expect(await window.runStale()).toEqual([]);
  });

  test('example 2: digits that move or a number that becomes text run the cell', async () => {
    const window = await notebook({ f: 'const f = (a, b) => `${a} ${typeof b} ${b}`;', Call: 'f(1.0, 20)' }).open();
    await window.runStale();
    expect(await window.edit('Call', 'f(1.02, 0)')).toEqual(['Call ran']);
    expect(window.shown('Call')).toBe("'1.02 number 0'");
    await window.edit('Call', 'f(1, 1000)');
    expect(await window.edit('Call', "f(1, '1000')")).toEqual(['Call ran']);
    expect(window.shown('Call')).toBe("'1 string 1000'");
  });
});

describe('local modules and packages', () => {
  const cells = {
    Import: "import { double } from './helper.ts';\nconst held = 1;",
    Use: 'const twice = double(4);\ntwice',
    Other: 'held + 1',
    Below: 'twice + 1',
  };

  test('example 3: a comment in a helper runs nothing; its code runs exactly the cells that use its names', async () => {
    const folder = notebook(cells, { 'helper.ts': 'export const double = (n: number) => 2 * n;\n' });
    const window = await folder.open();
    await window.runStale();
    folder.write('helper.ts', '// twice as much\nexport const double = (n: number) => 2 * n;\n');
    expect(await window.refresh()).toEqual([]);
    folder.write('helper.ts', 'export const double = (n: number) => n + n + 1;\n');
    expect(await window.refresh()).toEqual(['Use ran', 'Below ran']);
    expect(window.shown('Use')).toBe('9');
  });

  test('example 4: a helper of a helper counts like the helper', async () => {
    const files = {
      'helper.ts': "import { factor } from './deep.ts';\nexport const double = (n: number) => factor * n;\n",
      'deep.ts': 'export const factor = 2;\n',
    };
    const folder = notebook(cells, files);
    const window = await folder.open();
    await window.runStale();
    expect(window.shown('Use')).toBe('8');
    folder.write('deep.ts', 'export const factor = 3;\n');
    expect(await window.refresh()).toEqual(['Use ran', 'Below ran']);
    expect(window.shown('Use')).toBe('12');
  });

  test('examples 3 and 4 hold for CommonJS helpers', async () => {
    const cells = { Use: "import { a } from './a.cjs';\na", Require: "require('./a.cjs').a + 1", Other: '1' };
    const folder = notebook(cells, { 'a.cjs': "exports.a = require('./b.cjs').b;\n", 'b.cjs': 'exports.b = 1;\n' });
    const window = await folder.open();
    await window.runStale();
    folder.write('b.cjs', '// one\nexports.b = 1;\n');
    expect(await window.refresh()).toEqual([]);
    folder.write('b.cjs', 'exports.b = 2;\n');
    expect(await window.refresh()).toEqual(['Use ran', 'Require ran']);
    expect([window.shown('Use'), window.shown('Require')]).toEqual(['2', '3']);
  });

  test('examples 3 and 4 hold for helpers whose names are worked out while a cell or a helper runs', async () => {
    const cells = {
      Lazy: "import { lazy } from './lazy.ts';\nawait lazy('deep')",
      Cell: "const name = './deep.ts';\n(await import(name)).deep",
      Function: "const f = async () => (await import('./lazy.ts')).lazy('deep');",
      Call: 'await f()',
      Other: '1',
    };
    const files = {
      'lazy.ts':
        'const pathOf = (name: string) => `./${name}.ts`;\nexport const lazy = async (name: string) => (await import(pathOf(name))).deep;\n',
      'deep.ts': 'export const deep = 1;\n',
    };
    const folder = notebook(cells, files);
    let window = await folder.open();
    await window.runStale();
    folder.write('deep.ts', '// deep\nexport const deep: number = 1;\n');
    expect(await window.refresh()).toEqual([]);
    folder.write('deep.ts', 'export const deep = 2;\n');
    expect(await window.refresh()).toEqual(['Lazy ran', 'Cell ran', 'Call ran']);
    expect(['Lazy', 'Cell', 'Call'].map((title) => window.shown(title))).toEqual(['2', '2', '2']);
    folder.write('deep.ts', 'export const deep = 1;\n');
    window = await folder.reopen(window);
    expect(window.happened().filter((line) => line.endsWith('hit'))).toHaveLength(5);
  });

  test('example 27: another version of a package runs the cells that use its names', async () => {
    const source = (n: number) => `export const add = (a) => a + ${n};`;
    const manifest = (version: string) =>
      JSON.stringify({ name: 'adder', version, type: 'module', exports: './index.js' });
    const files = {
      'node_modules/adder/package.json': manifest('1.0.0'),
      'node_modules/adder/index.js': source(1),
    };
    const folder = notebook(
      { Import: "import { add } from 'adder';\nconst held = 1;", Use: 'add(1)', Other: 'held + 1' },
      files,
    );
    let window = await folder.open();
    await window.runStale();
    expect(window.shown('Use')).toBe('2');
    folder.write('node_modules/adder/package.json', manifest('2.0.0'));
    folder.write('node_modules/adder/index.js', source(2));
    window = await folder.reopen(window);
    expect(await window.runStale()).toEqual(['Use ran']);
    expect(window.shown('Use')).toBe('3');
  });
});

describe('waves', () => {
  const cells = { Rows: 'const rows = [3, 1, 2];', Sorted: 'const sorted = rows.toSorted();', Top: 'sorted[0]' };

  test('example 5: an equal result stops the wave', async () => {
    const window = await notebook(cells).open();
    await window.runStale();
    expect(await window.edit('Rows', 'const rows = [2, 3, 1];')).toEqual(['Rows ran', 'Sorted ran']);
    expect(window.shown('Top')).toBe('1');
  });

  test('example 6: an edit taken back is a hit', async () => {
    const window = await notebook(cells).open();
    await window.runStale();
    expect(await window.edit('Rows', 'const rows = [5, 4];')).toEqual(['Rows ran', 'Sorted ran', 'Top ran']);
    expect(await window.edit('Rows', cells.Rows)).toEqual(['Rows hit', 'Sorted hit', 'Top hit']);
    expect(window.shown('Top')).toBe('1');
  });

  test('example 19: what depends on a cell that throws waits for it by name, and runs once it is mended', async () => {
    const window = await notebook({
      Load: "throw new Error('no file');\nconst a = 1;",
      Sum: 'const b = a + 1;',
      Show: 'b',
    }).open();
    await window.runStale();
    expect(window.error('Load')).toBe('no file');
    expect(window.state('Sum')).toMatchObject({ status: 'waiting', upstream: [window.id('Load')] });
    expect(window.state('Show')).toMatchObject({ status: 'waiting', upstream: [window.id('Load')] });
    expect(await window.edit('Load', 'const a = 1;')).toEqual(['Load ran', 'Sum ran', 'Show ran']);
    expect(window.shown('Show')).toBe('2');
  });
});

describe('what a run reads', () => {
  const READ = "import { readFileSync } from 'node:fs';\nconst text = readFileSync('data.csv', 'utf8').trim();";

  test('example 7: a file that was touched runs nothing; one that changed runs its reader and what depends on it', async () => {
    const folder = notebook({ Read: READ, Length: 'text.length', Other: '1' }, { 'data.csv': 'a,b\n' });
    let window = await folder.open();
    await window.runStale();
    utimesSync(folder.folder.file('data.csv'), new Date(), new Date(Date.now() + 60_000));
    expect(await window.refresh()).toEqual([]);
    folder.write('data.csv', 'a,b,c\n');
    expect(await window.refresh()).toEqual(['Read ran', 'Length ran']);
    expect(window.shown('Length')).toBe('5');
    folder.write('data.csv', 'a,b\n');
    window = await folder.reopen(window);
    expect(window.shown('Length')).toBe('3');
    expect(await window.runStale()).toEqual([]);
  });

  test('example 8: another value of an environment variable runs the cell that read it', async () => {
    const folder = notebook({ Region: 'const region = process.env.MEMOIR_TEST_REGION;\nregion', Other: '1' });
    process.env.MEMOIR_TEST_REGION = 'north';
    try {
      let window = await folder.open();
      await window.runStale();
      process.env.MEMOIR_TEST_REGION = 'south';
      window = await folder.reopen(window);
      expect(await window.runStale()).toEqual(['Region ran']);
      expect(window.shown('Region')).toBe("'south'");
    } finally {
      delete process.env.MEMOIR_TEST_REGION;
    }
  });

  test('example 9: a slider moved and moved back is a hit', async () => {
    const cells = {
      Import: "import { slider } from 'memoir';",
      Late: "const late = slider('Minutes late', { min: 0, max: 20, value: 10 });",
      Double: '2 * late',
      Other: '1',
    };
    const window = await notebook(cells).open();
    await window.runStale();
    expect(await window.moveWidget('late', 11)).toEqual(['Late ran', 'Double ran']);
    expect(window.shown('Double')).toBe('22');
    expect(await window.moveWidget('late', 10)).toEqual(['Late hit', 'Double hit']);
    expect(await window.moveWidget('late', 11)).toEqual(['Late hit', 'Double hit']);
    expect(await window.moveWidget('late', 10)).toEqual(['Late hit', 'Double hit']);
    expect(window.shown('Double')).toBe('20');
  });

  test('example 11: a cell that looks at the clock is labelled, and stale in another window', async () => {
    const folder = notebook({ Clock: 'const t = Date.now();', Pure: '1' });
    let window = await folder.open();
    await window.runStale();
    expect(window.state('Clock').record?.impure).toEqual(['clock']);
    expect(await window.runStale()).toEqual([]);
    window = await folder.reopen(window);
    expect(window.happened()).toEqual(['Pure hit']);
    expect(window.state('Clock')).toMatchObject({
      status: 'stale',
      reason: { text: expect.stringContaining('clock') },
    });
    expect(await window.runStale()).toEqual(['Clock ran']);
  });

  test('example 12: the clock and randomness inside a package do not make a cell impure', async () => {
    const files = {
      'node_modules/ids/package.json': JSON.stringify({
        name: 'ids',
        version: '1.0.0',
        type: 'module',
        exports: './index.js',
      }),
      'node_modules/ids/index.js': 'export const now = () => Date.now() + Math.random();',
    };
    const folder = notebook({ Id: "import { now } from 'ids';\nconst id = now();\nid" }, files);
    let window = await folder.open();
    await window.runStale();
    const shown = window.shown('Id');
    expect(window.state('Id').record?.impure).toEqual([]);
    window = await folder.reopen(window);
    expect(window.happened()).toEqual(['Id hit']);
    expect(window.shown('Id')).toBe(shown);
  });

  test('example 13: with a time to live, what the network said is a hit until it is over', async () => {
    const url = "'data:text/plain,hello'";
    const folder = notebook({
      'Fetch {"cache":{"ttl":"1h"}}': `const id = Math.random();\nawait (await fetch(${url})).text()`,
    });
    let window = await folder.open();
    const now = Date.now();
    await window.runStale();
    expect(window.state('Fetch').record?.impure).toContain('randomness');
    window = await folder.reopen(window, { clock: () => now + 10 * 60_000 });
    expect(window.happened()).toEqual(['Fetch hit']);
    window = await folder.reopen(window, { clock: () => now + 2 * 3_600_000 });
    expect(window.state('Fetch')).toMatchObject({ status: 'stale', reason: { text: 'its time to live is over' } });
    expect(await window.runStale()).toEqual(['Fetch ran']);
  });
});

describe('mutation', () => {
  test('example 14: pushing to another cell’s array fails the pushing cell, and the array stays whole', async () => {
    const window = await notebook({
      Load: `${SLOW}\nconst rows = [1, 2];`,
      Push: 'rows.push(3);\nrows.length',
      Length: 'rows.length',
    }).open();
    await window.runStale();
    expect(window.error('Push')).toMatch(/`rows`.*Load/);
    expect(window.shown('Length')).toBe('2');
    await window.edit('Length', 'rows.length + 0');
    expect(window.shown('Length')).toBe('2');
  });

  test('example 15: sorting one in place fails alike, with advice', async () => {
    const window = await notebook({
      Load: `const rows = [3, 1, 2];`,
      Sort: 'const top = rows.sort()[0];',
      First: 'rows[0]',
    }).open();
    await window.runStale();
    expect(window.error('Sort')).toMatch(/`rows`.*Load.*toSorted/);
    expect(window.shown('First')).toBe('3');
    await window.edit('Sort', 'const top = rows.toSorted()[0];\ntop');
    expect(window.shown('Sort')).toBe('1');
  });
});

describe('names', () => {
  test('example 16: a name declared twice is an error on both cells, and both heal when one goes', async () => {
    const window = await notebook({ One: 'const a = 1;\na', Two: 'const a = 2;\na', Use: 'a + 1' }).open();
    await window.runStale();
    expect(window.error('One')).toMatch(/`a`/);
    expect(window.error('Two')).toMatch(/`a`/);
    expect(window.state('Use').status).toBe('waiting');
    expect(await window.remove('Two')).toEqual(['One ran', 'Use ran']);
    expect(window.shown('Use')).toBe('2');
  });

  test('example 17: two cells that need one another both name the circle', async () => {
    const window = await notebook({ A: 'const a = b + 1;', B: 'const b = a + 1;' }).open();
    await window.runStale();
    expect(window.error('A')).toMatch(/A.*B|B.*A/);
    expect(window.error('B')).toMatch(/A.*B|B.*A/);
    expect(await window.edit('B', 'const b = 1;')).toEqual(['B ran', 'A ran']);
  });

  test('example 18: a name with an underscore belongs to its cell', async () => {
    const window = await notebook({ A: 'const _tmp = 1;\n_tmp', B: 'const _tmp = 2;\n_tmp' }).open();
    expect(await window.runStale()).toEqual(['A ran', 'B ran']);
    expect([window.shown('A'), window.shown('B')]).toEqual(['1', '2']);
  });
});

describe('live values', () => {
  test('example 10: functions are made again when a stale caller needs them', async () => {
    const folder = notebook({ Functions: 'const f = (n) => n + 1;\nfunction g(n) { return f(n) * 2; }', Call: 'g(1)' });
    let window = await folder.open();
    await window.runStale();
    window = await folder.reopen(window);
    expect(window.happened()).toEqual(['Functions hit', 'Call hit']);
    expect(await window.edit('Call', 'g(2)')).toEqual(['Functions recreated', 'Call ran']);
    expect(window.shown('Call')).toBe('6');
  });

  test('example 20: an endless loop ends within a second of the interrupt, and other values stay', async () => {
    const window = await notebook({
      Keep: 'const kept = new WeakMap();\nlet n = 1;',
      Loop: 'for (;;);',
      Use: 'kept',
    }).open();
    await window.run('Keep');
    const running = window.session.run([window.id('Loop')]);
    await expect.poll(() => window.state('Loop').status, { timeout: 5000 }).toBe('running');
    await new Promise((resolve) => setTimeout(resolve, 300)); // until the loop turns
    const before = performance.now();
    await window.session.interrupt();
    await running;
    expect(performance.now() - before).toBeLessThan(1000);
    expect(window.state('Loop').status).toBe('interrupted');
    expect(await window.edit('Use', 'kept instanceof WeakMap')).toEqual(['Use ran']); // nothing made again
  });

  test('example 21: after the kernel was lost, what a stale cell needs comes from disk and nothing else runs', async () => {
    const cells = {
      Load: `${SLOW}\nconst rows = [1, 2, 3];`,
      Sum: `${SLOW}\nconst sum = rows.reduce((a, b) => a + b);`,
      Show: 'sum + 1',
    };
    const window = await notebook(cells).open();
    await window.runStale();
    await window.kernel.restart();
    expect(await window.edit('Show', 'sum + 2')).toEqual(['Show ran']);
    expect(window.shown('Show')).toBe('8');
  });

  test('example 22: a quick cell is a hit by its record, and made again only when its value is needed', async () => {
    const folder = notebook({ Quick: 'const a = 1;\na', Use: 'a + 1' });
    let window = await folder.open();
    await window.runStale();
    for (let n = 2; window.state('Quick').record?.values; n++) await window.edit('Quick', `const a = ${n};\na`); // until quick
    window = await folder.reopen(window);
    expect(window.happened()).toEqual(['Quick hit', 'Use hit']);
    expect(await window.edit('Use', 'a + 2')).toEqual(['Quick recreated', 'Use ran']);
  });

  test('example 24: a loaded table is a recipe, and a count of it is kept', async () => {
    const cells = {
      Load: "import { load } from 'memoir';\nconst big = await load('big.csv');",
      Count: 'const count = await big.count();\ncount',
      More: 'count + 1',
    };
    const folder = notebook(cells, { 'big.csv': 'a,b\n1,2\n3,4\n' });
    let window = await folder.open();
    await window.runStale();
    expect(window.shown('Count')).toBe('2');
    window = await folder.reopen(window);
    expect(window.happened()).toEqual(['Load hit', 'Count hit', 'More hit']);
    folder.write('big.csv', 'a,b\n1,2\n3,4\n5,6\n');
    await window.refresh();
    expect([window.shown('Count'), window.shown('More')]).toEqual(['3', '4']);
  });

  test('example 25: an instance of a class never comes back as a plain object', async () => {
    const cells = {
      Make: `${SLOW}\nclass Point { constructor(x) { this.x = x; } get double() { return 2 * this.x; } }\nconst point = new Point(4);`,
      Use: 'point.double',
    };
    const folder = notebook(cells);
    let window = await folder.open();
    await window.runStale();
    window = await folder.reopen(window);
    expect(await window.edit('Use', 'point.double + 1')).toEqual(['Make recreated', 'Use ran']);
    expect(window.shown('Use')).toBe('9');
  });

  test('example 26: identity holds between values that come back from disk', async () => {
    const cells = {
      Make: `${SLOW}\nconst key = { id: 1 };\nconst first = new Map([[key, 'one']]);\nconst second = new Map([[key, first]]);`,
      Below: `${SLOW}\nconst pair = [key, first];`,
      Use: '[second.get(key) === first, second.get(pair[0]) === pair[1], first.get(key)]',
    };
    const folder = notebook(cells);
    let window = await folder.open();
    await window.runStale();
    window = await folder.reopen(window);
    expect(await window.edit('Use', `${cells.Use}.join()`)).toEqual(['Use ran']);
    expect(window.shown('Use')).toBe("'true,true,one'");
  });
});

describe('several windows and folders', () => {
  const cells = { Load: `${SLOW}\nconst a = [1];`, Sum: 'a[0] + 1' };

  test('example 23: what one window computed is a hit in another', async () => {
    const folder = notebook(cells);
    const [one, other] = [await folder.open(), await folder.open()];
    expect(await one.runStale()).toEqual(['Load ran', 'Sum ran']);
    expect(await other.runStale()).toEqual(['Load hit', 'Sum hit']);
  });

  test('example 28: the same notebook in another folder with the same cache is all hits', async () => {
    const helper = { 'lib/helper.ts': 'export const read = (n: number) => n + 1;\n', 'data.csv': 'a\n1\n' };
    const more = {
      ...cells,
      Use: "import { read } from './lib/helper.ts';\nread(a[0])",
      Data: "import { readFileSync } from 'node:fs';\nreadFileSync('data.csv', 'utf8')",
    };
    const one = notebook(more, helper);
    await (await one.open()).runStale();
    const window = await notebook(more, helper, one.cache).open();
    expect(window.happened().sort()).toEqual(['Data hit', 'Load hit', 'Sum hit', 'Use hit']);
    expect(await window.edit('Sum', 'a[0] + 2')).toEqual(['Sum ran']);
  });
});

describe('the file', () => {
  test('example 29: a marker inside a template literal is text', async () => {
    const window = await notebook({ Text: 'const text = `one\n// %% not a cell\ntwo`;\ntext.length' }).open();
    expect(await window.runStale()).toEqual(['Text ran']);
    expect(window.shown('Text')).toBe(String('one\n// %% not a cell\ntwo'.length));
  });

  test('example 30: in a file with CRLF and no final newline only the edited cell’s bytes differ', async () => {
    const folder = notebook({ A: '' });
    const text = '// %% A\r\nconst a = 1;\r\na\r\n\r\n// %% B  \r\na +  1';
    const file = folder.folder.file('test.memoir.ts');
    writeFileSync(file, text);
    let window = await folder.open();
    expect(await window.runStale()).toEqual(['A ran', 'B ran']);
    await window.edit('A', 'const a = 2;\na');
    window = await folder.reopen(window);
    expect(readFileSync(file, 'utf8')).toBe(text.replace('a = 1', 'a = 2'));
    expect(window.happened()).toEqual(['A hit', 'B hit']);
  });
});
