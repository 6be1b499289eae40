import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NotebookFolder } from '../support/notebook.ts';
import type { NotebookWindow } from '../support/notebookWindow.ts';

/** What a generated cell computes from `k` and the values of earlier cells. */
const KINDS = {
  number: 'k + sum',
  parity: '(k + sum) % 2', // often equal, so that waves stop
  list: '[k, sum]',
  map: 'new Map([[k, sum]])',
  function: '() => k + sum',
  instance: 'new (class { n = k + sum; })()',
  helper: "k + sum + (await import('./helper.ts')).offset",
  import: 'k + sum + offset',
  file: "k + sum + Number((await import('node:fs')).readFileSync('offset.txt', 'utf8'))",
} as const;

interface ModelCell {
  readonly kind: keyof typeof KINDS;
  readonly k: number;
  /** Cells it takes values from, all of them before it in the list; some may not exist. */
  readonly refs: readonly number[];
  /** Takes long enough for its values to be kept. */
  readonly slow: boolean;
}

interface Model {
  readonly cells: readonly (ModelCell | null)[];
  /** What the local module exports. */
  readonly helper: number;
  /** What the file holds. */
  readonly file: number;
}

const SIZE = 6;
const cell = (index: number): fc.Arbitrary<ModelCell> =>
  fc.record({
    kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
    k: fc.integer({ min: 0, max: 3 }),
    refs: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 2 }),
    slow: fc.boolean(),
  });
const change = fc.nat(SIZE - 1).chain((index) => cell(index).map((to) => ({ type: 'change', index, to }) as const));
const step = fc.oneof(
  { weight: 6, arbitrary: change },
  { weight: 1, arbitrary: fc.nat(SIZE - 1).map((index) => ({ type: 'remove', index }) as const) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('helper', 'file'), to: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.constant({ type: 'undo' } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'reopen' } as const) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const notebooks = fc.record({
  cells: fc.tuple(...Array.from({ length: SIZE }, (_, index) => cell(index))),
  page: fc.shuffledSubarray([...Array(SIZE).keys()], { minLength: SIZE, maxLength: SIZE }),
  steps: fc.array(step, { minLength: 3, maxLength: 10 }),
});

test('after any edits the page shows what a run without a cache would, and an edit taken back runs nothing', async () => {
  await fc.assert(
    fc.asyncProperty(notebooks, async ({ cells, page, steps }) => {
      const sources = page.map((index) => [`c${index}`, sourceOf(cells[index]!, index)]);
      const first: Model = { cells, helper: 0, file: 0 };
      const imports = { Imports: "import { offset } from './helper.ts';" };
      const folder = new NotebookFolder({ ...imports, ...Object.fromEntries(sources) }, filesOf(first));
      try {
        let window = await folder.open();
        await window.runStale();
        const history = [first];
        for (const one of steps) {
          const before = history.at(-1)!;
          if (one.type === 'restart') await window.kernel.restart();
          else if (one.type === 'reopen') window = await folder.reopen(window);
          else if (one.type !== 'undo') history.push(after(before, one));
          else if (history.length > 1) history.pop();
          const now = history.at(-1)!;
          const happened = [...(await apply(folder, window, before, now)), ...(await window.runStale())];
          const expected = meaningOf(now);
          expect(shownBy(window, now)).toEqual(expected);
          if (Object.values(expected).includes('error')) continue; // what failed is tried again
          if (one.type === 'undo') expect(happened.filter((line) => line.endsWith(' ran'))).toEqual([]);
          expect(await window.runStale()).toEqual([]);
        }
      } finally {
        await folder.close();
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);

function after(model: Model, step: Exclude<Step, { type: 'undo' | 'restart' | 'reopen' }>): Model {
  if (step.type === 'change') return { ...model, cells: model.cells.with(step.index, step.to) };
  if (step.type === 'remove') return { ...model, cells: model.cells.with(step.index, null) };
  return { ...model, [step.type]: step.to };
}

function filesOf({ helper, file }: Model): Record<string, string> {
  return { 'helper.ts': `export const offset: number = ${helper};\n`, 'offset.txt': String(file) };
}

function sourceOf({ kind, k, refs, slow }: ModelCell, index: number): string {
  const sum = ['0', ...refs.map((ref) => `_n(v${ref})`)].join(' + ');
  const value = KINDS[kind].replace(/\bk\b/g, String(k)).replace(/\bsum\b/g, `(${sum})`);
  return `${slow ? 'await new Promise((resolve) => setTimeout(resolve, 6));' : ''}
function _n(v) {
  if (typeof v === 'function') return v();
  if (v instanceof Map) return _n([...v].flat());
  return Array.isArray(v) ? v[0] + v[1] : typeof v === 'object' ? v.n : v;
}
const v${index} = ${value};
_n(v${index})`;
}

async function apply(folder: NotebookFolder, window: NotebookWindow, from: Model, to: Model): Promise<string[]> {
  const happened: string[] = [];
  for (const [index, cell] of to.cells.entries()) {
    const before = from.cells[index];
    if (before === cell) continue;
    if (!cell) happened.push(...(await window.remove(`c${index}`)));
    else if (before) happened.push(...(await window.edit(`c${index}`, sourceOf(cell, index))));
    else happened.push(...(await window.add(`c${index}`, sourceOf(cell, index))));
  }
  for (const [name, text] of Object.entries(filesOf(to))) if (filesOf(from)[name] !== text) folder.write(name, text);
  return [...happened, ...(await window.refresh())];
}

type Meaning = number | 'error' | 'waiting' | null;

/** What the page must show: values, `error` where a name is missing, `waiting` below that. */
function meaningOf(model: Model): Record<string, string> {
  const values: Meaning[] = [];
  for (const one of model.cells) values.push(one ? computed(one, values, model) : null);
  return Object.fromEntries(values.flatMap((value, index) => (value === null ? [] : [[`c${index}`, String(value)]])));
}

function computed({ kind, k, refs }: ModelCell, values: readonly Meaning[], { helper, file }: Model): Meaning {
  let sum = k;
  for (const input of refs.map((ref) => values[ref]!)) if (input === 'error' || input === 'waiting') return 'waiting';
  for (const input of refs.map((ref) => values[ref]!)) {
    if (typeof input !== 'number') return 'error';
    sum += input;
  }
  if (kind === 'helper' || kind === 'import') return sum + helper;
  return kind === 'file' ? sum + file : kind === 'parity' ? sum % 2 : sum;
}

function shownBy(window: NotebookWindow, { cells }: Model): Record<string, string> {
  const shown = cells.flatMap((one, index) => {
    if (!one) return [];
    const { status } = window.state(`c${index}`);
    return [[`c${index}`, status === 'done' ? window.shown(`c${index}`) : status]];
  });
  return Object.fromEntries(shown);
}
