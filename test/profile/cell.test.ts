import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDocument } from '../../src/notebook/document.ts';
import { programCell } from '../../src/notebook/documentCells.ts';
import { Program } from '../../src/notebook/program.ts';
import type { CellRecord } from '../../src/notebook/record.ts';
import type { CellId } from '../../src/protocol/kernel.ts';
import { functionOf, lineOf, ProfiledFolder } from './profiled.ts';

const NOTEBOOK = `// %% Start
import { hash } from './hash.ts';
const count = 3000;
let _sum = 0;

// %% Rounds
const rounds: number = (() => { throw new Error('it ran'); })();

// %% Below
export const twice = total * 2;

// %% Total {"name": "total"}
import { slider } from 'memoir';
const late = slider('Late', { value: 1 });
let total = 0;
for (let i = 0; i < count; i++) {
  const value = hash(i, rounds);
  total += value;
}
export { late };
total

// %% [sql] Table
const rows = await sql\`SELECT 1\`;

// %% Broken
const broken = nowhere(;
`;

let folder: ProfiledFolder;
beforeAll(() => {
  folder = new ProfiledFolder({
    'n.memoir.ts': NOTEBOOK,
    'hash.ts': `export function hash(value: number, rounds: number): number {
  let h = value;
  for (let k = 0; k < rounds; k++) h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) + k;
  return Math.abs(h) % 1000;
}
`,
  });
});
afterAll(() => folder.dispose());

const program = Program.of(
  readDocument(Buffer.from(NOTEBOOK)).cells.flatMap(
    (cell, index) => programCell(cell, `${index}` as CellId, index) ?? [],
  ),
);
const idOf = (label: string) => [...program.cells.values()].find((cell) => cell.label === label)!.id;

describe('a cell of a notebook', () => {
  test('is measured line by line, with what other cells gave or what their code gives', async () => {
    const known = { exports: [{ name: 'rounds', type: 'number', preview: '300', digest: 'd', json: { value: 300 } }] };
    const { result } = await folder.profileCell('n.memoir.ts', program, idOf('Total'), {
      records: new Map([[idOf('Rounds'), known as unknown as CellRecord]]), // of which only the exports are looked at
    });
    expect(result).toMatchObject({ outcome: 'measured', error: null });
    const file = folder.file('n.memoir.ts#total');
    expect(result.target).toEqual({ file, name: 'Total', line: 1, endLine: 9, args: '[]' });
    expect(result.notes.join()).toContain('One cell above it was run for this');
    expect(functionOf(result, 'hash')!.percent).toBeGreaterThan(80);
    expect(functionOf(result, 'Total')!.totalPercent).toBeGreaterThan(95);
    expect(lineOf(result, 'hash.ts', 3)!.percent).toBeGreaterThan(70);
    expect(lineOf(result, 'n.memoir.ts#total', 5)!.totalMs).toBeGreaterThan(result.timing!.medianMs * 0.8);
  });

  test('says why it cannot be measured', async () => {
    const profile = (label: string) => folder.profileCell('n.memoir.ts', program, idOf(label), {});
    await expect(profile('Table')).rejects.toThrow('SQL runs inside DuckDB, which has no lines to profile.');
    await expect(profile('Broken')).rejects.toThrow('The cell "Broken" cannot run');
  });

  test('of which a cell above fails ends with the error at its place', async () => {
    const { result } = await folder.profileCell('n.memoir.ts', program, idOf('Below'), {});
    expect(result.error).toMatchObject({ message: 'it ran', file: folder.file('n.memoir.ts#rounds'), line: 1 });
  });
});
