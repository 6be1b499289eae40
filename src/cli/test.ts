import { formatDuration } from '../base/format.ts';
import type { CellState } from '../notebook/cellRun.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type OpenedNotebook, openNotebook } from './notebook.ts';
import { errorText, indent } from './report.ts';
import { RUN_OPTIONS, RUN_USAGE, readRunOptions } from './runOptions.ts';

/** `memoir test`: runs a notebook and reports the cells that assert something as tests. */
export const test: Command = {
  summary: 'run a notebook; report the cells that assert something as tests',
  usage: `memoir test <notebook> ${RUN_USAGE} [--json]`,
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      { ...RUN_OPTIONS, json: { type: 'boolean', default: false } },
      1,
    );
    const notebook = await openNotebook(positionals[0]!, readRunOptions(values));
    try {
      await notebook.session.runStale();
      const tests = testsOf(notebook);
      const count = (status: Test['status']) => tests.filter((one) => one.status === status).length;
      const totals = {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
      };
      console.log(values.json ? JSON.stringify({ tests, totals }, null, 2) : textOf(tests, totals));
      return totals.failed || !totals.tests ? 1 : 0;
    } finally {
      await notebook.close();
    }
  },
};

interface Test {
  readonly index: number;
  readonly title: string;
  /** A disabled cell is skipped. A cell that asserts nothing counts only when it fails. */
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Milliseconds that it took now; 0 when its result was known. */
  readonly ms: number;
  readonly error: { readonly message: string; readonly text: string } | null;
}

/** Modules whose names assert. */
const ASSERTING = /^((node:)?assert(\/strict)?|vitest|expect|chai|@jest\/globals)$/;

function testsOf({ cells, session }: OpenedNotebook): Test[] {
  return cells.flatMap(({ id, index, title }) => {
    const asserts = session.program.imports(id).some(({ specifier }) => ASSERTING.test(specifier));
    const state = session.state(id);
    const status = statusOf(state);
    if (!asserts && status !== 'failed') return [];
    const ms = state.status === 'done' && state.from !== 'computed' ? 0 : 'ms' in state ? state.ms : 0;
    const named = title || `cell ${index + 1}`;
    const error = status === 'failed' ? failureOf(state, (cell) => session.program.label(cell)) : null;
    return [{ index, title: named, status, ms, error }];
  });
}

function statusOf({ status }: CellState): Test['status'] {
  return status === 'done' ? 'passed' : status === 'disabled' ? 'skipped' : 'failed';
}

type Waiting = Extract<CellState, { status: 'waiting' }>;

function failureOf(state: CellState, labelOf: (cell: Waiting['upstream'][number]) => string): Test['error'] {
  if (state.status === 'error') return { message: state.error.message, text: errorText(state.error) };
  const waits = state.status === 'waiting' && state.upstream[0] !== undefined;
  const message = waits ? `It waits for ${labelOf(state.upstream[0]!)}.` : `It has no result: it is ${state.status}.`;
  return { message, text: message };
}

const MARKS = { passed: '✓', failed: '✗', skipped: '–' };

function textOf(tests: readonly Test[], { passed, failed, skipped }: Record<Test['status'], number>): string {
  if (!tests.length)
    return 'No cell asserts anything. Import `node:assert` or vitest’s `expect` in a cell to make it a test.';
  const lines = tests.map(({ title, status, ms, error }) => {
    const time = status === 'passed' ? (ms ? `  ${formatDuration(ms)}` : '  known') : '';
    return `${MARKS[status]} ${title}${time}${error ? `\n${indent(error.text)}` : ''}`;
  });
  return `${lines.join('\n')}\n${passed} passed, ${failed} failed, ${skipped} skipped.`;
}
