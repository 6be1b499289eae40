import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { completeCell } from '../../src/notebook/cell.ts';
import { withFunctionDigests } from '../../src/notebook/functionDigests.ts';
import { Program } from '../../src/notebook/program.ts';
import type { CellId, ExportInfo } from '../../src/protocol/kernel.ts';
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

/** What happens when *Make*, which declares `f`, is edited from one text to another; *Call* calls `f`. */
async function edited(from: string, to: string, files: Record<string, string> = {}): Promise<string[]> {
  const window = await notebook({ Make: from, Call: 'f(10)' }, files).open();
  await window.runStale();
  expect(window.error('Call')).toBe(null);
  return window.edit('Make', to);
}

const STOPS = ['Make ran'];
const FOLLOWS = ['Make ran', 'Call ran'];

describe('who calls a function runs again', () => {
  test.each([
    ['its code changes', 'const f = (x) => x + 1;', 'const f = (x) => x + 2;'],
    [
      'a value it takes changes',
      'const rate = 2; function f(x) { return x * rate }',
      'const rate = 3; function f(x) { return x * rate }',
    ],
    [
      'a private value it takes changes',
      'const _rate = 2; function f(x) { return x * _rate }',
      'const _rate = 3; function f(x) { return x * _rate }',
    ],
    [
      'what it takes is computed to be another',
      'const rates = [1].map((x) => x + 1); const f = (x) => rates[0] * x;',
      'const rates = [2].map((x) => x + 1); const f = (x) => rates[0] * x;',
    ],
    [
      'a function that it calls changes',
      'const _g = (x) => x; function f(x) { return _g(x) }',
      'const _g = (x) => -x; function f(x) { return _g(x) }',
    ],
    [
      'one further down changes',
      'function h() { return 1 } const _g = () => h(); const f = () => _g();',
      'function h() { return 2 } const _g = () => h(); const f = () => _g();',
    ],
    [
      'a variable that some function assigns may be another',
      'let n = 1; const set = (x) => { n = x }; set(2); const f = () => n;',
      'let n = 1; const set = (x) => { n = x }; set(3); const f = () => n;',
    ],
    [
      'a factory made it',
      'const adder = (n) => (x) => x + n; const f = adder(3);',
      'const adder = (n) => (x) => x + n; const f = adder(4);',
    ],
    [
      'it is bound',
      'function g() { return this.n } const f = g.bind({ n: 1 });',
      'function g() { return this.n } const f = g.bind({ n: 2 });',
    ],
    ['it has properties', 'function f() { return f.n } f.n = 1;', 'function f() { return f.n } f.n = 2;'],
    ['it uses a class', 'class A { n = 1 } const f = () => new A().n;', 'class A { n = 2 } const f = () => new A().n;'],
    [
      'it is a class',
      'class A { n = 1 } const f = (x) => x; const g = A;\nf.A = A;',
      'class A { n = 2 } const f = (x) => x; const g = A;\nf.A = A;',
    ],
    [
      'it is assigned anew',
      'let f = () => 1; if (Object.is(1, 1)) f = () => 2;',
      'let f = () => 1; if (Object.is(1, 1)) f = () => 3;',
    ],
    [
      'a global it reads is set beside it',
      'globalThis.rate = 1; const f = () => rate;',
      'globalThis.rate = 2; const f = () => rate;',
    ],
    [
      'built-in objects are changed beside it',
      'Array.prototype.last = () => 1; const f = () => [].last();',
      'Array.prototype.last = () => 2; const f = () => [].last();',
    ],
    [
      '`eval` may do anything',
      'let n = 1; eval("n = 2"); const f = () => n;',
      'let n = 1; eval("n = 3"); const f = () => n;',
    ],
    [
      'it takes what has no content',
      'const later = Promise.resolve(1); const f = () => later;',
      'const later = Promise.resolve(2); const f = () => later;',
    ],
  ])('when %s', async (_, from, to) => {
    expect(await edited(from, to)).toEqual(FOLLOWS);
  });

  test('when a module that it uses changes, or a file that the module read', async () => {
    const helper = (factor: number) =>
      `import { readFileSync } from 'node:fs';\nconst text = readFileSync(new URL('./offset.txt', import.meta.url), 'utf8');\nexport const scale = (x) => x * ${factor} + Number(text);`;
    const files = { 'helper.mjs': helper(2), 'offset.txt': '0' };
    const cells = { Make: "import { scale } from './helper.mjs';\nconst f = (x) => scale(x);", Call: 'f(10)' };
    const folder = notebook(cells, files);
    const window = await folder.open();
    await window.runStale();
    expect(window.shown('Call')).toBe('20');
    folder.write('helper.mjs', helper(3));
    expect(await window.refresh()).toEqual(FOLLOWS);
    expect(window.shown('Call')).toBe('30');
    folder.write('offset.txt', '5');
    expect(await window.refresh()).toEqual(FOLLOWS);
    expect(window.shown('Call')).toBe('35');
    folder.write('helper.mjs', `// scales\n${helper(3)}`);
    expect(await window.refresh()).toEqual([]);
  });

  test('when a function of another cell that it calls changes, but not when that cell changes otherwise', async () => {
    const cells = {
      Deep: 'const factor = 2; const other = 1; const g = (x) => x * factor;',
      Make: 'const f = (x) => g(x);',
      Call: 'f(10)',
    };
    const window = await notebook(cells).open();
    await window.runStale();
    expect(await window.edit('Deep', 'const factor = 2; const other = 2; const g = (x) => x * factor;')).toEqual([
      'Deep ran',
    ]);
    expect(await window.edit('Deep', 'const factor = 3; const other = 2; const g = (x) => x * factor;')).toEqual([
      'Deep ran',
      'Make ran',
      'Call ran',
    ]);
    expect(window.shown('Call')).toBe('30');
  });
});

describe('who calls a function does not run again', () => {
  const f = 'function f(x) { return x * rate }';
  test.each([
    [
      'when its cell changes elsewhere',
      `const rate = 2; ${f} const unrelated = 3`,
      `const rate = 2; ${f} const unrelated = 4`,
    ],
    ['when a value is computed in another way', `const rate = 2; ${f}`, `const rate = 1 + 1; ${f}`],
    [
      'when a function it does not call changes',
      `const rate = 2; ${f} const g = () => 1`,
      `const rate = 2; ${f} const g = () => 2`,
    ],
    ['when its cell begins to show something', `const rate = 2; ${f}`, `const rate = 2; ${f}\nrate + 1`],
    [
      'when its types change beside other code',
      `const rate = 2; ${f} const n = 1`,
      'const rate = 2; function f(x: number): number { return x * rate } const n = 2',
    ],
    [
      'when functions change places',
      'const f = (x) => g(x); const g = (x) => x;',
      'const g = (x) => x; const f = (x) => g(x); const n = 1',
    ],
    [
      'when its cell reads the clock elsewhere',
      `const rate = 2; ${f} const t = 1`,
      `const rate = 2; ${f} const t = Date.now()`,
    ],
    [
      'when it has a `this` of its own inside',
      'const f = (x) => ({ n: x, get() { return this.n } }).get(); const n = 1',
      'const f = (x) => ({ n: x, get() { return this.n } }).get(); const n = 2',
    ],
  ])('%s', async (_, from, to) => {
    expect(await edited(from, to)).toEqual(STOPS);
  });

  test('in another window either, where its cell is made again only for what needs it', async () => {
    const folder = notebook({ Make: `const rate = 2; ${f} const unrelated = 3`, Call: 'f(10)', More: 'f(20)' });
    let window = await folder.open();
    await window.runStale();
    window.type('Make', `const rate = 2; ${f} const unrelated = 4`);
    window = await folder.reopen(window);
    expect(await window.runStale()).toEqual(['Make ran', 'Call hit', 'More hit']);
    window = await folder.reopen(window);
    expect(await window.edit('More', 'f(30)')).toEqual(['Make recreated', 'More ran']);
    expect(window.shown('More')).toBe('60');
  });
});

/** Cells of functions and values that mention one another, each a statement; `k` is what an edit changes. */
const declaration = fc.record({
  kind: fc.constantFrom('arrow', 'function', 'value'),
  k: fc.nat(3),
  refs: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
});
type Declared = typeof declaration extends fc.Arbitrary<infer T> ? T : never;

test('the digest of a function changes exactly with what it reaches', async () => {
  const cells = fc.tuple(...Array.from({ length: 6 }, () => declaration));
  await fc.assert(
    fc.asyncProperty(cells, fc.nat(5), async (before, at) => {
      const after = before.with(at, { ...before[at]!, k: before[at]!.k + 1 });
      const [first, second] = [await digests(before), await digests(after)];
      for (const [index, { kind }] of before.entries()) {
        if (kind === 'value') continue;
        expect(first[index]).not.toBe(null);
        expect([index, first[index] !== second[index]]).toEqual([index, reaches(before, index).has(at)]);
      }
    }),
    { numRuns: 60 },
  );
});

function reaches(cells: readonly Declared[], from: number): Set<number> {
  const found = new Set([from]);
  for (const index of found) if (cells[index]!.kind !== 'value') for (const ref of cells[index]!.refs) found.add(ref);
  return found;
}

async function digests(cells: readonly Declared[]): Promise<(string | null)[]> {
  const source = cells.map(sourceOf).join('\n');
  const id = 'c' as CellId; // the only one
  const { cell: options } = completeCell({});
  const program = Program.of([{ id, kind: 'code', title: '', label: 'cell 1', source, options, problems: [] }]);
  const exports = cells.map(({ kind, k }, index): ExportInfo => {
    const common = { name: `n${index}`, type: '', preview: '' };
    return kind === 'value' ? { ...common, digest: `content ${k}` } : { ...common, digest: null, plain: true };
  });
  const { functions } = await program.compile(id);
  const made = { exports, captured: [], reads: [], impure: [] };
  return withFunctionDigests(made, functions, {}).map(({ digest }) => digest);
}

function sourceOf({ kind, k, refs }: Declared, index: number): string {
  const body = `[${[k, ...refs.map((ref) => (ref === index ? k : `typeof n${ref}`))].join(', ')}]`;
  if (kind === 'value') return `const n${index} = ${k};`;
  return kind === 'arrow' ? `const n${index} = () => ${body};` : `function n${index}() { return ${body}; }`;
}
