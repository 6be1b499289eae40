import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ancestors, buildGraph, descendants, type Graph, updateGraph } from '../../src/notebook/graph.ts';
import { analyzeCell } from '../../src/notebook/parse.ts';

/** A graph of cells named by their place: `1`, `2`, …, or by the keys given. */
function graphOf(...sources: readonly string[]): Graph {
  return graphOfNamed(sources.map((source, index) => [`${index + 1}`, source]));
}

function graphOfNamed(sources: readonly (readonly [id: string, source: string])[]): Graph {
  return buildGraph(sources.map(([id, source]) => ({ id, analysis: analyzeCell(source) })));
}

const errorsOf = (graph: Graph, id: string) => graph.cell(id).errors.map(({ kind, message }) => `${kind}: ${message}`);
const allErrors = (graph: Graph) => graph.order.flatMap((id) => graph.cell(id).errors);

describe('links', () => {
  test('run from the cell that declares a value to those that read it, whatever the order on the page', () => {
    const graph = graphOf('c + a', 'const a = 1', 'const b = a', 'function c() { return b }');
    expect(graph.cell('1')).toMatchObject({
      upstream: ['2', '4'],
      downstream: [],
      inputs: [
        { name: 'a', from: '2' },
        { name: 'c', from: '4' },
      ],
    });
    expect(graph.cell('2').downstream).toEqual(['1', '3']);
    expect(graph.order).toEqual(['2', '3', '4', '1']);
    expect(allErrors(graph)).toEqual([]);
  });

  test('of types re-run nothing, but are known', () => {
    const graph = graphOf('interface A {} class B {} const c = 1', 'let a: A, b: B, d: typeof c', 'type A2 = A');
    expect(graph.cell('2')).toMatchObject({
      upstream: [],
      inputs: [],
      types: [
        { name: 'A', from: '1' },
        { name: 'B', from: '1' },
        { name: 'c', from: '1' },
      ],
    });
  });

  test('follow a value that is only `declare`d here to the cell that has it', () => {
    expect(graphOf('const a = 1', 'declare const a: number; a').cell('2').inputs).toEqual([{ name: 'a', from: '1' }]);
  });

  test('lead to the module, not to the cell that holds the import', () => {
    const graph = graphOf(
      'import { a as b, c } from "./x.ts"; c',
      'b()',
      'import * as d from "y" with { type: "json" }',
      'd; let t: typeof b',
    );
    expect(graph.cell('2')).toMatchObject({ upstream: [], inputs: [] });
    expect(graph.cell('1').uses).toEqual([
      { local: 'c', specifier: './x.ts', imported: 'c', attributes: null, from: '1' },
    ]);
    expect(graph.cell('2').uses).toEqual([
      { local: 'b', specifier: './x.ts', imported: 'a', attributes: null, from: '1' },
    ]);
    expect(graph.cell('3').uses).toEqual([]);
    expect(graph.cell('4').uses).toEqual([
      { local: 'd', specifier: 'y', imported: '*', attributes: { type: 'json' }, from: '3' },
    ]);
    expect(graph.cell('4').types).toEqual([{ name: 'b', from: '1' }]);
  });

  test('know no global that no cell declares', () => {
    expect(graphOf('console.log(name)', 'const history = 1', 'history').cell('1').inputs).toEqual([]);
    expect(graphOf('const name = 1', 'name').cell('2').upstream).toEqual(['1']);
  });

  test('reach all that is downstream and upstream, in dependency order', () => {
    const graph = graphOf('d; const e = 1', 'const a = 1', 'const b = a', 'const c = 1', 'const d = b + c', 'e');
    expect(descendants(graph, '2')).toEqual(['3', '5', '1', '6']);
    expect(descendants(graph, '3', '4')).toEqual(['5', '1', '6']);
    expect(ancestors(graph, '1')).toEqual(['2', '3', '4', '5']);
    expect(() => graph.cell('7')).toThrow('The graph has no cell 7.');
  });
});

describe('a name declared twice', () => {
  test('example 16: is an error on both cells; deleting one heals both', () => {
    const graph = graphOf('const z = 0', 'const a = 1', 'a', 'b', 'let a = 2');
    const message = 'duplicate: `a` is declared in cells 2 and 5. Keep one, or make one private by calling it `_a`.';
    expect(errorsOf(graph, '2')).toEqual([message]);
    expect(errorsOf(graph, '5')).toEqual([message]);
    expect(graph.cell('5').errors[0]).toMatchObject({ names: ['a'], cells: ['2', '5'], start: 4, end: 5 });
    expect(errorsOf(graph, '3')).toEqual([]);
    expect(graph.cell('3').upstream).toEqual(['2', '5']); // waits for whichever is kept
    expect(allErrors(graphOf('const z = 0', 'const a = 1', 'a', 'b'))).toEqual([]);
  });

  test('example 18: `_tmp` in two cells is fine, and links nothing', () => {
    const graph = graphOf('const _tmp = 1; _tmp', 'const _tmp = 2', '_tmp');
    expect(allErrors(graph)).toEqual([]);
    expect(graph.cell('3').upstream).toEqual([]);
  });

  test('by the same import in two cells is fine', () => {
    const graph = graphOf('import { a } from "x"; a', 'import { a } from "x"; a', 'a');
    expect(allErrors(graph)).toEqual([]);
    expect(['1', '2', '3'].map((id) => graph.cell(id).uses[0]!.from)).toEqual(['1', '2', '1']);
  });

  test.each([
    ['import { a } from "x"', 'import { a } from "y"'],
    ['import { a } from "x"', 'import { b as a } from "x"'],
    ['import { a } from "x"', 'const a = 1'],
    ['function a() {}', 'class a {}'],
    ['if (true) { var a = 1 }', 'enum a { X }'],
  ])('%s and %s is an error', (one, other) => {
    expect(allErrors(graphOf(one, other)).map(({ kind }) => kind)).toEqual(['duplicate', 'duplicate']);
  });

  test('as a type and a value, or as two types, is for the type checker', () => {
    expect(allErrors(graphOf('interface A {}', 'const A = 1', 'type A = 2', 'import type { A } from "x"'))).toEqual([]);
  });

  test('is told by title where cells have one', () => {
    const cells = ['Load', 'cell 2', 'Clean up'].map((label) => ({
      id: label,
      label,
      analysis: analyzeCell('const a = 1'),
    }));
    expect(errorsOf(buildGraph(cells), 'Load')[0]).toContain('`a` is declared in “Load”, cell 2 and “Clean up”.');
  });

  test('`export default` has words of its own', () => {
    expect(errorsOf(graphOf('export default 1', 'export default 2'), '1')).toEqual([
      'duplicate: `export default` stands in cells 1 and 2. Keep one.',
    ]);
  });
});

describe('a circle', () => {
  test('example 17: of two cells is named on both', () => {
    const graph = graphOf('const a = b + 1', 'const b = a + 1', 'a', 'const c = 1');
    const message =
      'cycle: Cells 1 and 2 need each other: cell 1 uses `b` of cell 2, cell 2 uses `a` of cell 1. Move one of these names to another cell to break the circle.';
    expect(errorsOf(graph, '1')).toEqual([message]);
    expect(errorsOf(graph, '2')).toEqual([message]);
    expect(graph.cell('2').errors[0]).toMatchObject({ names: ['b', 'a'], cells: ['1', '2'], start: 10, end: 11 });
    expect(errorsOf(graph, '3')).toEqual([]);
    expect(graph.order).toEqual(['1', '2', '3', '4']);
  });

  test('through functions is one, too, and each cell names the circle it stands in', () => {
    const graph = graphOf('function a() { b(); d }', 'function b() { c() }', 'function c() { a() }', 'const d = a');
    expect(errorsOf(graph, '3')[0]).toContain(
      'cell 1 uses `b` of cell 2, cell 2 uses `c` of cell 3, cell 3 uses `a` of cell 1',
    );
    expect(errorsOf(graph, '4')[0]).toContain(
      'Cells 1 and 4 need each other: cell 1 uses `d` of cell 4, cell 4 uses `a` of cell 1',
    );
  });

  test('of types is none', () => {
    expect(allErrors(graphOf('interface A { b: B }', 'interface B { a: A }'))).toEqual([]);
  });

  test('through a name that is declared twice does not hide the duplicate', () => {
    const graph = graphOf('const a = 1', 'const a = c', 'const c = a');
    expect(new Set(errorsOf(graph, '2').map((text) => text.split(':')[0]))).toEqual(new Set(['duplicate', 'cycle']));
  });
});

describe('an assignment to a name of another cell', () => {
  test('is an error on both', () => {
    const graph = graphOf('let a = 1', 'a = 2; a++', 'b = 1');
    const here = 'assignment: `a` belongs to cell 1. Assign it there, or use a name of this cell.';
    expect(errorsOf(graph, '1')).toEqual([
      'assignment: `a` is assigned in cell 2. Only the cell that declares a name can assign it.',
    ]);
    expect(errorsOf(graph, '2')).toEqual([here, here]);
    expect(graph.cell('2').errors[1]).toMatchObject({ names: ['a'], cells: ['1', '2'], start: 7, end: 8 });
    expect(errorsOf(graph, '3')).toEqual([]);
  });
});

test('broken TypeScript is an error of its cell, and other cells stand', () => {
  const graph = graphOf('const a = ;', 'const b = 1', 'b');
  expect(errorsOf(graph, '1')).toEqual(['syntax: `;` is not expected here.']);
  expect(graph.cell('3').upstream).toEqual(['2']);
});

describe('for any notebook', () => {
  /** Cell `n` declares `vn` and reads some others; circles may arise. */
  const reads = fc.array(fc.uniqueArray(fc.nat(11), { maxLength: 4 }), { minLength: 1, maxLength: 12 });
  const toSources = (lists: readonly (readonly number[])[]) =>
    lists.map(
      (list, index) =>
        [`c${index}`, `const v${index} = [${list.filter((v) => v !== index).map((v) => `v${v}`)}]`] as const,
    );

  test('each cell comes after those it depends on, unless they are in a circle', () => {
    fc.assert(
      fc.property(reads, (lists) => {
        const graph = graphOfNamed(toSources(lists));
        const place = new Map(graph.order.map((id, index) => [id, index]));
        expect(place.size).toBe(lists.length);
        for (const id of graph.order) {
          for (const above of graph.cell(id).upstream) {
            if (!ancestors(graph, above).includes(id)) expect(place.get(above)).toBeLessThan(place.get(id)!);
          }
        }
      }),
    );
  });

  test('a cell has a circle error exactly when it depends on itself', () => {
    fc.assert(
      fc.property(reads, (lists) => {
        const graph = graphOfNamed(toSources(lists));
        for (const id of graph.order) {
          const circular = graph.cell(id).errors.some(({ kind }) => kind === 'cycle');
          expect(circular).toBe(descendants(graph, id).includes(id));
        }
      }),
    );
  });

  test('the links do not depend on the order of cells on the page', () => {
    const shuffled = reads.chain((lists) => {
      const sources = toSources(lists);
      return fc.tuple(fc.constant(sources), fc.shuffledSubarray(sources, { minLength: sources.length }));
    });
    fc.assert(
      fc.property(shuffled, ([sources, other]) => {
        const [one, two] = [graphOfNamed(sources), graphOfNamed(other)];
        for (const [id] of sources) {
          expect(two.cell(id).inputs).toEqual(one.cell(id).inputs);
          expect(new Set(two.cell(id).downstream)).toEqual(new Set(one.cell(id).downstream));
          expect(two.cell(id).errors.length).toBe(one.cell(id).errors.length);
        }
      }),
    );
  });

  test('the order is the page order where nothing forbids it', () => {
    const upward = reads.map((lists) => lists.map((list, index) => list.filter((v) => v < index)));
    fc.assert(
      fc.property(upward, (lists) => {
        expect(graphOfNamed(toSources(lists)).order).toEqual(lists.map((_, index) => `c${index}`));
      }),
    );
  });

  test('a second declaration is an error on exactly the two cells', () => {
    fc.assert(
      fc.property(reads, fc.nat(), (lists, which) => {
        const twin = which % lists.length;
        const graph = graphOfNamed([...toSources(lists), ['copy', `const v${twin} = 1`]]);
        const told = graph.order.filter((id) => graph.cell(id).errors.some(({ kind }) => kind === 'duplicate'));
        expect(told.sort()).toEqual([`c${twin}`, 'copy']);
      }),
    );
  });

  test('a chain of many cells is no matter', () => {
    const cells = Array.from({ length: 3000 }, (_, index) => ({
      id: `${index}`,
      analysis: {
        ...analyzeCell(''),
        ...declaring(`v${index}`),
        references: [{ name: `v${index + 1}`, start: 0, end: 1 }],
      },
    }));
    const { order } = buildGraph(cells);
    expect(order.slice(0, 2)).toEqual(['2999', '2998']);
  });
});

function declaring(name: string) {
  return { declarations: [{ name, kind: 'const' as const, exported: false, private: false, start: 0, end: 1 }] };
}

test('a graph that is updated is the graph of the new cells, and the same one where no name changed', () => {
  const cells = (...sources: readonly string[]) =>
    sources.map((source, i) => ({ id: `c${i}`, analysis: analyzeCell(source) }));
  const links = (graph: Graph) => graph.order.map((id) => graph.cell(id));
  const first = buildGraph(cells('const a = 1;', 'const b = a;', 'b'));
  expect(updateGraph(cells('const a = 20;', '/* so */ const b = a + 1;', 'b'), first)).toBe(first);
  for (const sources of [
    ['const a = 1;', 'const b = 2;', 'b'],
    ['const a = 1;', 'const b = a;', 'b; a'],
    ['const a = 1;', 'const b = a;'],
    ['const a = c;', 'const b = a;', 'const c = b;'],
    ['const a = 1;', 'let b: typeof a;', 'b = 1'],
    ["import a from 'x';", 'const b = a;', 'b'],
    ['const a = (', 'const b = a;', 'b'],
  ]) {
    const next = cells(...sources);
    expect(links(updateGraph(next, first))).toEqual(links(buildGraph(next)));
    expect(links(updateGraph(cells('const a = 1;', 'const b = a;', 'b'), buildGraph(next)))).toEqual(links(first));
  }
});
