import { describe, expect, onTestFinished, test } from 'vitest';
import { Emitter } from '../../src/base/event.ts';
import { type CellSource, watchCells } from '../../src/monitor/cells.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import type { CellId } from '../../src/protocol/kernel.ts';
import { NotebookFolder } from '../support/notebook.ts';

type State = ReturnType<CellSource<string>['state']>;

const record = () => ({ impure: ['network'], ms: 5 });

/** A session whose cells become what the test says. */
function start() {
  const changes = new Emitter<string>();
  const states = new Map<string, State>();
  const cells = new Map([
    ['a', { label: 'Load' }],
    ['b', { label: 'Chart' }],
  ]);
  const source: CellSource<string> = { onChange: changes.event, state: (id) => states.get(id)!, program: { cells } };
  const monitor = new Monitor();
  const watched = watchCells(monitor, source, '/home/reader/flights.memoir.ts');
  const become = (id: string, state: State) => {
    states.set(id, state);
    changes.fire(id);
  };
  return { become, cells, monitor, watched };
}

describe('a cell that is watched', () => {
  test('is an operation with its place, once for each run', () => {
    const { become, monitor } = start();
    const settled = { status: 'done', from: 'computed', ms: 12, record: record() };
    become('b', { status: 'running', record: null });
    become('b', settled);
    become('b', { ...settled }); // told again, with an error that came late
    expect(monitor.summary().operations).toMatchObject([
      {
        name: 'flights.memoir.ts › Chart',
        count: 1,
        lastMs: 12,
        impureRuns: 1,
        where: { file: '/home/reader/flights.memoir.ts', cell: { index: 1, label: 'Chart' } },
      },
    ]);
    become('b', { ...settled, record: record() });
    expect(monitor.summary().operations[0]!.count).toBe(2);
  });

  test('whose result comes from the cache did not run', () => {
    const { become, monitor } = start();
    become('a', { status: 'done', from: 'disk', ms: 0, record: record() });
    expect(monitor.summary().operations).toEqual([]);
  });

  test('that failed is well again when it runs, or when its old result comes back', async () => {
    const { become, monitor } = start();
    for (const from of ['computed', 'memory']) {
      become('a', { status: 'error', ms: 5, error: { message: 'no file' }, record: null });
      expect(monitor.alerts()).toMatchObject([{ rule: 'failed-operation', where: { cell: { index: 0 } } }]);
      await new Promise((resolve) => setTimeout(resolve, 5)); // a later millisecond
      become('a', { status: 'done', from, ms: from === 'memory' ? 0 : 5, record: record() });
      expect(monitor.alerts()).toEqual([]);
    }
  });

  test('with a mistake that was found without running is no failed operation', () => {
    const { become, monitor } = start();
    become('a', { status: 'error', ms: 0, error: { message: 'x is declared twice' }, record: null });
    expect(monitor.alerts()).toEqual([]);
  });

  test('is forgotten when it is gone or is called otherwise', () => {
    const { become, cells, monitor, watched } = start();
    for (const id of ['a', 'b']) become(id, { status: 'done', from: 'computed', ms: 5000, record: record() });
    expect(monitor.alerts()).toHaveLength(2);
    cells.delete('a');
    cells.set('b', { label: 'Picture' });
    watched.sync();
    expect(monitor.alerts()).toEqual([]);
  });
});

describe('a notebook that was read anew from its file', () => {
  test('keeps what is known of cells that are called as before', () => {
    const { become, cells, monitor, watched } = start();
    for (const id of ['a', 'b']) become(id, { status: 'done', from: 'computed', ms: 7, record: record() });
    cells.clear();
    cells.set('c', { label: 'Load' });
    watched.sync();
    become('c', { status: 'done', from: 'computed', ms: 9, record: record() });
    expect(monitor.summary().operations).toMatchObject([{ name: 'flights.memoir.ts › Load', count: 2 }]);
  });
});

describe('a notebook that is watched', () => {
  test('raises nothing in its first run, an alert at a cell that gets slow, and takes it back once that is mended', async () => {
    const { monitor, window } = await open({ Load: 'const a = 1;', Chart: 'a + 1' });
    await window.runStale();
    expect(monitor.summary().operations).toHaveLength(2);
    expect(monitor.alerts()).toEqual([]);
    await window.edit('Chart', 'await new Promise((resolve) => setTimeout(resolve, 60)); a + 2');
    expect(monitor.alerts({ slowOperationMs: 50 })).toMatchObject([
      { rule: 'slow-operation', where: { cell: { index: 1, label: 'Chart' } } },
    ]);
    await window.edit('Chart', 'a + 3');
    expect(monitor.alerts({ slowOperationMs: 50 })).toEqual([]);
    await window.edit('Chart', 'await new Promise((resolve) => setTimeout(resolve, 70)); a + 2');
    expect(monitor.alerts({ slowOperationMs: 50 })).toHaveLength(1);
    await window.edit('Chart', 'a + 1'); // a hit
    expect(monitor.alerts({ slowOperationMs: 50 })).toEqual([]);
  });

  test('takes an error back when the edit that caused it is undone', async () => {
    const { monitor, window } = await open({ Load: 'const a = 1;' });
    await window.runStale();
    await window.edit('Load', "throw new Error('no file');");
    expect(monitor.alerts()).toMatchObject([{ rule: 'failed-operation', what: expect.stringContaining('no file') }]);
    await window.edit('Load', 'const a = 1;');
    expect(monitor.alerts()).toEqual([]);
  });
});

async function open(cells: Record<string, string>) {
  const folder = new NotebookFolder(cells);
  onTestFinished(() => folder.close());
  const window = await folder.open();
  const monitor = new Monitor();
  watchCells<CellId>(monitor, window.session, folder.folder.file('test.memoir.ts'));
  return { monitor, window };
}
