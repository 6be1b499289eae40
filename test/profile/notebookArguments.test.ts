import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocument } from '../../src/notebook/document.ts';
import { programCell } from '../../src/notebook/documentCells.ts';
import { Program } from '../../src/notebook/program.ts';
import type { CellRecord } from '../../src/notebook/record.ts';
import type { CellId } from '../../src/protocol/kernel.ts';
import { ProfiledFolder } from './profiled.ts';

const NOTEBOOK = `// %% Limit
const limit: number = (() => { throw new Error('it ran'); })();

// %% Orders
const orders = Array.from({ length: limit }, (_, i) => ({ price: i }));
`;

let folder: ProfiledFolder;
beforeAll(() => {
  folder = new ProfiledFolder({
    'n.memoir.ts': NOTEBOOK,
    'report.ts': `export function report(orders: { price: number }[], factor: number): number {
  let sum = 0;
  for (let round = 0; round < 200; round++) for (const order of orders) sum += (order.price % 7) * factor;
  orders.reverse();
  if (orders.length !== 300 || factor !== 2) throw new Error(\`\${orders.length} \${factor}\`);
  return sum;
}

export function cents(money: { cents: number; times(): number }): number {
  return money.cents * money.times();
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
const limit = { exports: [{ name: 'limit', type: 'number', preview: '300', digest: 'd', json: { value: 300 } }] };
const notebook = () => ({
  notebook: folder.file('n.memoir.ts'),
  program,
  records: new Map([['0' as CellId, limit as unknown as CellRecord]]), // of which only the exports are looked at
  cacheDirectory: null,
});

test('a function is called with variables of a notebook: what cells gave last, or what their code gives', async () => {
  const request = { args: '[orders, 2]', notebook: notebook(), seconds: 2 };
  const { result } = await folder.profile('report.ts', 'report', request);
  expect(result).toMatchObject({ outcome: 'measured', error: null });
  expect(result.target.args).toBe('[orders, 2] of n.memoir.ts');
  expect(result.notes.join()).toContain('One cell above it was run for this');
  expect(result.notes.join()).toContain('every call got new ones');
});

test('an instance of a class arrives as what it is', async () => {
  const request = {
    args: '[(() => new (class Money { cents = 3; times() { return 7; } })())()]',
    notebook: notebook(),
  };
  const { result } = await folder.profile('report.ts', 'cents', { ...request, seconds: 1 });
  expect(result).toMatchObject({ outcome: 'measured', error: null });
});

test('a name that the notebook does not have is said', async () => {
  const request = { args: '[nobody]', notebook: notebook(), seconds: 1 };
  await expect(folder.profile('report.ts', 'report', request)).rejects.toThrow('nobody is not defined');
});
