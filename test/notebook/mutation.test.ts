import { afterEach, describe, expect, test } from 'vitest';
import { NotebookFolder } from '../support/notebook.ts';

let open: NotebookFolder[] = [];
afterEach(async () => {
  await Promise.all(open.map((folder) => folder.close()));
  open = [];
});

function notebook(cells: Record<string, string>): NotebookFolder {
  const folder = new NotebookFolder(cells);
  open.push(folder);
  return folder;
}

/** Takes long enough for its values to be kept. */
const SLOW = 'await new Promise((resolve) => setTimeout(resolve, 20));';

describe('a cell that changes what belongs to another', () => {
  test.each([
    ['rows.push(4)', 2],
    ['rows[0] = 4', 2],
    ['rows.length = 1', 2],
    ['delete rows[0]', 2],
    ['Object.assign(rows, [4])', 2],
    ['Reflect.set(rows, 0, 4)', 2],
    ['rows[1].n += 1', 2],
    ['const other = rows; other.reverse()', null], // by another name: which line it was is not known
  ])('fails at the line where it does: %s', async (change, line) => {
    const window = await notebook({
      Load: 'const rows = [1, { n: 2 }, 3];',
      Guilty: `const before = rows.length;\n${change};`,
      Reader: 'JSON.stringify(rows)',
    }).open();
    await window.runStale();
    expect(window.state('Guilty')).toMatchObject({ status: 'error', error: { name: 'MutationError', line } });
    expect(window.shown('Reader')).toBe('\'[1,{"n":2},3]\'');
    await window.edit('Reader', 'JSON.stringify(rows) + 1');
    expect(window.shown('Reader')).toBe('\'[1,{"n":2},3]1\'');
  });

  test('fails also when it reaches it through a value of a third cell, and that one is whole again too', async () => {
    const window = await notebook({
      Load: `${SLOW}\nconst rows = [{ n: 1 }, { n: 2 }];`,
      First: `${SLOW}\nconst first = rows[0];`,
      Guilty: 'first.n = 5;',
      Both: '`${rows[0].n} ${first.n} ${rows[0] === first}`',
    }).open();
    await window.runStale();
    expect(window.error('Guilty')).toMatch(/`first`|`rows`/);
    await window.edit('Both', '`${rows[0].n} ${first.n} ${rows[0] === first}!`');
    expect(window.shown('Both')).toBe("'1 1 true!'");
  });

  test('fails also when a function of a third cell does it', async () => {
    const window = await notebook({
      Load: 'const rows = [1];',
      Add: 'const add = (n) => rows.push(n);',
      Guilty: 'add(2)',
      Reader: 'rows.length',
    }).open();
    await window.runStale();
    expect(window.error('Guilty')).toMatch(/`rows`.*Load/);
    await window.edit('Reader', 'rows.length + 10');
    expect(window.shown('Reader')).toBe('11');
  });
});

describe('what only functions of a cell can see', () => {
  test.each([
    ['a variable', 'let n = 0; const next = () => ++n;'],
    ['a private object', 'const _state = { n: 0 }; function next() { return ++_state.n }'],
    ['an object that nobody else uses', 'const state = { n: 0 }; const next = () => ++state.n;'],
  ])('is for every run what its cell left: %s', async (_, source) => {
    const cells = { Make: source, One: 'next() + next()', Two: '`${next()}`', Three: '1' };
    const window = await notebook(cells).open();
    await window.runStale();
    expect([window.shown('One'), window.shown('Two')]).toEqual(['3', "'1'"]);
    await window.edit('Two', '`${next()}!`');
    expect(window.shown('Two')).toBe("'1!'");
    expect(window.error('One')).toBe(null);
  });

  test('may be a memory that its functions keep', async () => {
    const cells = {
      Make: 'const known = new Map();\nconst fib = (n) => { if (!known.has(n)) known.set(n, n < 2 ? n : fib(n - 1) + fib(n - 2)); return known.get(n); };',
      Use: 'fib(30)',
    };
    const window = await notebook(cells).open();
    await window.runStale();
    expect(window.shown('Use')).toBe('832040');
    expect(await window.edit('Use', 'fib(31)')).toEqual(['Make recreated', 'Use ran']);
    expect(window.shown('Use')).toBe('1346269');
  });
});
