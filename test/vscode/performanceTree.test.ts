import { expect, test } from 'vitest';
import type { Alert } from '../../src/monitor/alert.ts';
import { performanceTree } from '../../src/vscode/performanceTree.ts';

const cache = { hits: 1, misses: 0, hitRate: 1, entries: 1, bytes: 1, savedMs: 1, errors: 0, lost: 0, tiers: [] };

const alert = (index: number, rest: Partial<Alert> = {}): Alert => ({
  id: `failed-operation a.memoir.ts › cell ${index}`,
  rule: 'failed-operation',
  severity: 'error',
  what: `a.memoir.ts › cell ${index} failed.`,
  where: { file: '/w/a.memoir.ts', cell: { index, label: `cell ${index}` } },
  since: 0,
  evidence: {},
  advice: '',
  acknowledged: false,
  ...rest,
});

function alertLines(alerts: readonly Alert[]) {
  const none = { database: null, operations: [], recommendations: [], resources: [] };
  return performanceTree({ ...none, cache, alerts }, 0).find(({ label }) => label === 'Alerts')!;
}

test('hundreds of cells that fail make one line, under which the first stand; other alerts stay in sight', () => {
  const failed = Array.from({ length: 500 }, (_, index) => alert(index));
  const large = alert(0, { id: 'cache-size disk', rule: 'cache-size', where: null, what: 'The cache is large.' });
  const section = alertLines([...failed, large]);
  expect(section.description).toBe('501 open');
  expect(section.children!.map(({ label }) => label)).toEqual(['500 cells failed', 'The cache is large.']);
  const [group] = section.children!;
  expect(group!.description).toBe('a.memoir.ts · just now, the first 50 shown');
  expect(group!.children!.map(({ id }) => id)).toEqual(failed.slice(0, 50).map(({ id }) => `alert ${id}`));
});

test('a few cells that fail have a line each; those that were seen count apart', () => {
  const few = Array.from({ length: 10 }, (_, index) => alert(index, { acknowledged: index >= 5 }));
  const { description, children } = alertLines(few);
  expect(description).toBe('5 open');
  expect(children!.map(({ label }) => label)).toEqual(few.map(({ what }) => what));
});
