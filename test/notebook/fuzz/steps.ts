import fc from 'fast-check';
import { type CellModel, type Declared, type FileName, kinds, type Model } from './page.ts';

/** Something that happens to a notebook or to what it reads. Numbers stand for a cell or declaration, whichever is there. */
export type Step =
  | {
      readonly type: 'change';
      readonly at: number;
      readonly to: Pick<Declared, 'kind' | 'k'>;
      readonly refs: readonly number[];
    }
  | {
      readonly type: 'add';
      readonly place: number;
      readonly to: Pick<Declared, 'kind' | 'k'>;
      readonly refs: readonly number[];
    }
  | { readonly type: 'remove' | 'rename' | 'split' | 'merge' | 'layout' | 'slow'; readonly at: number }
  | { readonly type: 'move'; readonly at: number; readonly place: number }
  | { readonly type: 'file'; readonly name: FileName; readonly to: number }
  | { readonly type: 'widget'; readonly at: number; readonly to: number }
  | { readonly type: 'env'; readonly to: number }
  | { readonly type: 'style' | 'undo' | 'touch' | 'kill' | 'restart' | 'reopen' | 'other window' }
  | { readonly type: 'during'; readonly at: number; readonly k: number };

const FILES: readonly FileName[] = [
  'h0.ts',
  'h1.ts',
  'h2.ts',
  'lazy.ts',
  'loads.ts',
  'c0.cjs',
  'c1.cjs',
  'data.json',
  'offset.txt',
  'extra',
];
const SIZE = 7;
/** On average. */
export const STEPS_PER_STORY = 25;

const at = fc.nat(2 * SIZE);
const written = fc.record({ kind: fc.constantFrom(...kinds), k: fc.nat(4) });
const refs = fc.uniqueArray(fc.nat(SIZE - 1), { maxLength: 2 });
const of = <T extends Step['type']>(...types: T[]) => fc.constantFrom(...types);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ type: of('change'), at, to: written, refs }) },
  { weight: 2, arbitrary: fc.record({ type: of('add'), place: at, to: written, refs }) },
  { weight: 5, arbitrary: fc.record({ type: of('remove', 'rename', 'split', 'merge', 'slow'), at }) },
  { weight: 2, arbitrary: fc.record({ type: of('layout'), at }) },
  { weight: 1, arbitrary: fc.record({ type: of('move'), at, place: at }) },
  { weight: 8, arbitrary: fc.record({ type: of('file'), name: fc.constantFrom(...FILES), to: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ type: of('widget'), at, to: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ type: of('env'), to: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ type: of('style', 'undo', 'undo', 'touch') }) },
  { weight: 2, arbitrary: fc.record({ type: of('kill', 'restart', 'reopen', 'other window') }) },
  { weight: 2, arbitrary: fc.record({ type: of('during'), at, k: fc.nat(4) }) },
);

const declared = fc.tuple(written, refs);

/** A notebook, and what happens to it. */
export interface Story {
  readonly model: Model;
  readonly steps: readonly Step[];
  /** Played with a kernel process that stays from story to story; otherwise kernels really start and end. */
  readonly warm: boolean;
}

export const stories: fc.Arbitrary<Story> = fc.record({
  warm: fc.oneof({ weight: 24, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  model: fc
    .record({
      declared: fc.array(declared, { minLength: 3, maxLength: SIZE }),
      page: fc.shuffledSubarray([...Array(SIZE).keys()], { minLength: SIZE }),
      numbers: fc.array(fc.nat(3), { minLength: FILES.length, maxLength: FILES.length }),
    })
    .map(({ declared, page, numbers }): Model => {
      const cells = declared.map(([to, refs], id) =>
        newCell({ ...to, id, refs: refs.filter((ref) => ref < id), renamed: false }),
      );
      const files = Object.fromEntries(FILES.map((name, i) => [name, numbers[i]])) as Model['files']; // one for each
      return { cells: page.flatMap((i) => cells[i] ?? []), files, style: 0, env: 0, widgets: {} };
    }),
  steps: fc.array(step, { minLength: 1, maxLength: 2 * STEPS_PER_STORY, size: 'max' }),
});

/** The notebook after a step; the same one where cells would come to need each other. */
export function after(model: Model, step: Step): Model {
  const next = changed(model, step);
  return inOrder(next) ? next : model;
}

function changed(model: Model, step: Step): Model {
  const { cells } = model;
  const cell = 'at' in step ? cells[step.at % Math.max(1, cells.length)] : undefined;
  switch (step.type) {
    case 'change':
      return cell
        ? changeLast(model, cell, (last) => ({ ...last, ...step.to, refs: step.refs.filter((ref) => ref < last.id) }))
        : model;
    case 'during':
      return cell ? changeLast(model, cell, (last) => ({ ...last, k: step.k })) : model;
    case 'rename':
      return cell ? changeLast(model, cell, (last) => ({ ...last, renamed: !last.renamed })) : model;
    case 'add': {
      const id = 1 + Math.max(-1, ...cells.flatMap(({ declared }) => declared.map((one) => one.id)));
      const added = newCell({ ...step.to, id, refs: step.refs, renamed: false });
      return cells.length > SIZE
        ? model
        : { ...model, cells: cells.toSpliced(step.place % (cells.length + 1), 0, added) };
    }
    case 'remove':
      return { ...model, cells: cells.filter((one) => one !== cell) };
    case 'move':
      return cell
        ? { ...model, cells: cells.filter((one) => one !== cell).toSpliced(step.place % cells.length, 0, cell) }
        : model;
    case 'layout':
      return cell ? replace(model, cell, { ...cell, style: (cell.style + 1) % 4 }) : model;
    case 'slow':
      return cell ? replace(model, cell, { ...cell, slow: !cell.slow }) : model;
    case 'split':
      return cell ? split(model, cell) : model;
    case 'merge':
      return cell ? merge(model, cell) : model;
    case 'file':
      return { ...model, files: { ...model.files, [step.name]: step.to } };
    case 'style':
      return { ...model, style: model.style + 1 };
    case 'env':
      return { ...model, env: step.to };
    case 'widget': {
      const slider = cell?.declared.find(({ kind }) => kind === 'slider');
      const name = slider && `${slider.renamed ? 'w' : 'v'}${slider.id}`;
      if (!name) return model;
      const { [name]: _, ...others } = model.widgets;
      const isMoved = step.to !== slider.k; // back where it began, it is as if it had never been moved
      return { ...model, widgets: isMoved ? { ...others, [name]: step.to } : others };
    }
    default:
      return model;
  }
}

function newCell(declared: Declared): CellModel {
  return { title: `c${declared.id}`, declared: [declared], style: 0, slow: false };
}

function replace(model: Model, cell: CellModel, ...by: readonly CellModel[]): Model {
  return { ...model, cells: model.cells.flatMap((one) => (one === cell ? by : [one])) };
}

function changeLast(model: Model, cell: CellModel, change: (last: Declared) => Declared): Model {
  return replace(model, cell, { ...cell, declared: cell.declared.with(-1, change(cell.declared.at(-1)!)) });
}

/** Gives the last declaration of a cell a cell of its own, unless there is one of that title. */
function split(model: Model, cell: CellModel): Model {
  const last = cell.declared.at(-1)!;
  const own = newCell(last);
  if (cell.declared.length < 2 || model.cells.some(({ title }) => title === own.title)) return model;
  return replace(model, cell, { ...cell, declared: cell.declared.slice(0, -1) }, own);
}

/** Brings the declarations of the next cell into this one. */
function merge(model: Model, cell: CellModel): Model {
  const next = model.cells[model.cells.indexOf(cell) + 1];
  if (!next) return model;
  const declared = [...cell.declared, ...next.declared].sort((a, b) => a.id - b.id);
  return replace({ ...model, cells: model.cells.filter((one) => one !== next) }, cell, { ...cell, declared });
}

/** The cells, each after those that it takes from; null where some need each other. */
export function inOrder({ cells }: Model): CellModel[] | null {
  const home = new Map(cells.flatMap((cell) => cell.declared.map(({ id }) => [id, cell])));
  const sorted: CellModel[] = [];
  const entered = new Set<CellModel>();
  const visit = (cell: CellModel): boolean => {
    if (sorted.includes(cell)) return true;
    if (entered.has(cell)) return false;
    entered.add(cell);
    const above = cell.declared.flatMap(({ refs }) => refs.flatMap((ref) => home.get(ref) ?? []));
    if (!above.every((one) => one === cell || visit(one))) return false;
    sorted.push(cell);
    return true;
  };
  return cells.every(visit) ? sorted : null;
}
