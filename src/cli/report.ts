import { formatDuration } from '../base/format.ts';
import type { CellState } from '../notebook/cellRun.ts';
import type { Session } from '../notebook/session.ts';
import type { CellError } from '../protocol/kernel.ts';
import { MIME, type Output } from '../protocol/output.ts';
import type { PlacedCell } from './notebook.ts';

/** Cells to tell of, and the session that ran them. */
export interface Reported {
  readonly cells: readonly PlacedCell[];
  readonly session: Session;
}

/** The result of a run in the shape that scripts read. */
export function runReport({ cells, session }: Reported) {
  const reported = cells.map((cell) => cellReport(cell, session.state(cell.id)));
  const count = (statuses: readonly string[]) => reported.filter(({ status }) => statuses.includes(status)).length;
  const sum = (key: 'ms' | 'savedMs') => reported.reduce((total, cell) => total + cell[key], 0);
  const exported = cells.flatMap((cell) => session.state(cell.id).record?.exports ?? []);
  return {
    cells: reported,
    values: Object.fromEntries(
      exported.map(({ name, type, digest, preview, json }) => [name, { type, digest, preview, ...json }]),
    ),
    totals: {
      cells: reported.length,
      computed: count(['computed']),
      hits: count(['memory', 'disk', 'redis']),
      recreated: count(['recreated']),
      errors: count(['error']),
      ms: sum('ms'),
      savedMs: sum('savedMs'),
    },
  };
}

function cellReport({ index, options, title, kind }: PlacedCell, state: CellState) {
  const { shown, record } = state;
  return {
    index,
    name: options.name,
    title,
    kind,
    status: statusOf(state),
    impure: state.status === 'done' ? (record?.impure ?? []) : [],
    ms: 'ms' in state ? state.ms : 0,
    savedMs: state.status === 'done' ? state.savedMs : 0,
    reason: 'reason' in state ? state.reason : null,
    outputs: shown.outputs.flatMap(({ items }) => items.map(({ mime, data }) => ({ mime, data: jsonData(data) }))),
    console: shown.console,
    error: state.status === 'error' ? { ...state.error, cell: index } : null,
    late: state.late,
  };
}

function statusOf(state: CellState): string {
  switch (state.status) {
    case 'done':
      return state.from;
    case 'error':
    case 'disabled':
      return state.status;
    case 'interrupted':
      return 'error';
    default:
      return 'waiting';
  }
}

function jsonData(data: unknown): unknown {
  return data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data;
}

/** The result of a run as a person reads it. */
export function runText({ cells, session }: Reported): string {
  if (!cells.length) return 'This notebook has no cells to run. A cell begins with a line such as `// %% Title`.';
  const blocks = cells.map((cell) => cellText(cell, session.state(cell.id)));
  const { cells: all, hits, computed, recreated, errors, ms, savedMs } = runReport({ cells, session }).totals;
  const open = all - hits - computed - recreated - errors;
  const again = recreated ? `, ${recreated} made again` : '';
  const failed = (errors ? `, ${errors} failed` : '') + (open > 0 ? `, ${open} without a result` : '');
  const saved = savedMs > 0 ? `, ${formatDuration(savedMs)} saved` : '';
  return `${blocks.join('\n')}${blocks.length ? '\n' : ''}${all} cells: ${computed} computed, ${hits} from the cache${again}${failed}. ${formatDuration(ms)} computing${saved}.`;
}

function cellText(cell: PlacedCell, state: CellState): string {
  const body = [
    ...state.shown.console.map(({ text }) => text.trimEnd()),
    ...state.shown.outputs.map(outputText),
    ...(state.status === 'error' ? [errorText(state.error)] : []),
    ...state.late.map((error) => `After it had settled: ${errorText(error)}`),
  ].filter(Boolean);
  return [`${headline(state)}  ${cell.label}`, ...body.map((text) => indent(text))].join('\n');
}

/** The stack of an error; of what is said to the reader, the sentence and its place. */
export function errorText({ name, stack, message, line, column }: CellError): string {
  if (name !== 'UserError' && stack) return stack;
  return line === null ? message : `${message} (line ${line}, column ${column})`;
}

function headline(state: CellState): string {
  const impure = state.status === 'done' && state.record.impure.length ? ` (${state.record.impure.join(', ')})` : '';
  switch (state.status) {
    case 'done':
      return state.from === 'computed' || state.from === 'recreated'
        ? `✓ ${state.from} in ${formatDuration(state.ms)}${impure}`
        : `✓ from ${state.from}, ${formatDuration(state.savedMs)} saved${impure}`;
    case 'error':
      return '✗ error';
    case 'interrupted':
      return '✗ interrupted';
    case 'disabled':
      return '– disabled';
    default:
      return '… waiting';
  }
}

function outputText({ items }: Output): string {
  const text = items.find(({ mime }) => mime === MIME.text) ?? items.find(({ mime }) => mime.startsWith('text/'));
  return typeof text?.data === 'string' ? text.data.trimEnd() : `[${items[0]?.mime ?? 'nothing'}]`;
}

export function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
