import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { completeCell } from '../src/notebook/cell.ts';
import { Program, type ProgramCell } from '../src/notebook/program.ts';
import type { CellId } from '../src/protocol/kernel.ts';
import { npmPackage } from './anchors/npm.ts';
import { type Measure, measureOf, type Report, time } from './report.ts';

/** Passes a new first number through a graph, several times; gives the milliseconds of each. */
type Propagation = (size: number, shape: Shape, runs: number) => Promise<number[]>;
type Shape = 'chain' | 'fan';

const SIZES = [
  [1000, 20],
  [100_000, 3],
] as const;

/** How long it takes until a change of the first of many nodes is known to all. */
export async function graphs(): Promise<Pick<Report, 'measures' | 'ratios' | 'notes'>> {
  const observable = npmPackage('@observablehq/runtime');
  const contestants: Record<string, Propagation> = {
    Memoir: inMemoir,
    ...(observable && { Observable: inObservable(observable) }),
  };
  const measures: Measure[] = [];
  for (const [size, runs] of SIZES)
    for (const shape of ['chain', 'fan'] as const)
      for (const [name, pass] of Object.entries(contestants))
        measures.push(measureOf(`${shape} of ${size} nodes: ${name}`, await pass(size, shape, runs)));
  const notes = [
    'Chains and fans: from a new text of the first cell to the order in which all others follow; Observable: from a new definition of the first variable to the last value. Memoir reads code, Observable is told the names; Memoir runs nothing, Observable adds 1 in each node.',
  ];
  return { measures, ratios: [], notes };
}

async function inMemoir(size: number, shape: Shape, runs: number): Promise<number[]> {
  const options = completeCell({}).cell;
  const cell = (i: number, source: string): ProgramCell => {
    const id = `c${i}` as CellId; // ids of this program only
    return { id, kind: 'code', title: '', label: `cell ${i + 1}`, source, options, problems: [] };
  };
  const cells = Array.from({ length: size }, (_, i) =>
    cell(i, i ? `const x${i} = x${shape === 'chain' ? i - 1 : 0} + 1;` : 'const x0 = 0;'),
  );
  let program = Program.of(cells);
  const times: number[] = [];
  for (let run = 1; run <= runs; run++) {
    const edited = cells.with(0, cell(0, `const x0 = ${run};`));
    times.push(
      await time(() => {
        program = Program.of(edited, program);
        const follow = program.descendants(...program.changed);
        if (follow.length !== size - 1) throw new Error(`${follow.length} cells follow.`);
      }),
    );
  }
  return times;
}

/** As much of Observable's runtime as is used here. */
interface ObservableModule {
  variable(observer: true): { define(name: string, inputs: readonly string[], definition: unknown): unknown };
  value(name: string): Promise<number>;
}

function inObservable(folder: string): Propagation {
  return async (size, shape, runs) => {
    const url = pathToFileURL(join(folder, 'src/index.js')).href;
    const { Runtime } = await import(url);
    const runtime = new Runtime();
    const module: ObservableModule = runtime.module();
    const first = module.variable(true);
    first.define('x0', [], () => 0);
    for (let i = 1; i < size; i++)
      module.variable(true).define(`x${i}`, [`x${shape === 'chain' ? i - 1 : 0}`], (x: number) => x + 1);
    const last = `x${size - 1}`;
    await module.value(last);
    const times: number[] = [];
    for (let run = 1; run <= runs; run++) {
      times.push(
        await time(async () => {
          first.define('x0', [], () => run);
          const value = await module.value(last);
          if (value !== run + (shape === 'chain' ? size - 1 : 1)) throw new Error(`It gave ${value}.`);
        }),
      );
    }
    runtime.dispose();
    return times;
  };
}
