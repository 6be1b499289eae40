import * as vscode from 'vscode';
import { formatBytes, formatDuration } from '../base/format.ts';
import type { CellState } from '../notebook/cellRun.ts';
import type { CellRecord } from '../notebook/record.ts';
import type { CommandId } from './contributions.ts';

/** One item of a cell's status bar: an icon with words, more words when the pointer rests on it. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
}

/** What the status bar of a cell says about its result. */
export function statusText(state: CellState, edited: boolean, labelOf: (id: string) => string): StatusText {
  if (edited)
    return {
      text: '$(edit) edited',
      tooltip: 'The code was edited since its last run. Run the cell or save the notebook.',
    };
  switch (state.status) {
    case 'stale':
      if (!state.record && state.reason.text === 'first run')
        return { text: '$(circle-large-outline) stale · not run yet', tooltip: 'This cell has not run yet.' };
      return { text: '$(circle-large-outline) stale', tooltip: `This cell will run: ${state.reason.text}.` };
    case 'queued':
      return { text: '$(watch) queued', tooltip: 'This cell runs as soon as those above it have.' };
    case 'running':
      return { text: '$(sync) running', tooltip: `Running: ${state.reason.text}.` };
    case 'done':
      return doneText(state);
    case 'error':
      return { text: `$(error) error${timeOf(state.ms)}`, tooltip: state.error.message };
    case 'interrupted':
      return {
        text: `$(debug-stop) interrupted${timeOf(state.ms)}`,
        tooltip: 'Run the cell again when you are ready.',
      };
    case 'waiting': {
      const names = state.upstream.map(labelOf).join(', ');
      return { text: `$(clock) waiting for ${names}`, tooltip: `This cell runs once ${names} has a result.` };
    }
    case 'disabled':
      return { text: '$(circle-slash) disabled', tooltip: 'Its options say {"disabled": true}.' };
  }
}

const SOURCES = {
  computed: { icon: 'check', verb: 'computed' },
  recreated: { icon: 'history', verb: 're-created' },
  memory: { icon: 'zap', verb: 'memory' },
  disk: { icon: 'database', verb: 'disk' },
  redis: { icon: 'cloud', verb: 'redis' },
} as const;

function doneText(state: CellState & { status: 'done' }): StatusText {
  const { icon, verb } = SOURCES[state.from];
  const ran = state.from === 'computed' || state.from === 'recreated';
  const time = ran
    ? ` · ${formatDuration(state.ms)}`
    : state.savedMs > 0
      ? ` · ${formatDuration(state.savedMs)} saved`
      : '';
  const impure = state.record.impure.length ? ' $(warning) impure' : '';
  const why = ran
    ? `It ran: ${state.reason.text}.`
    : `It did not run: ${state.reason.text}. Its last run took ${formatDuration(state.record.ms)}.`;
  const touched = state.record.impure.length
    ? ` Its result depends on ${state.record.impure.join(', ')}, so it holds in this session only.`
    : '';
  return { text: `$(${icon}) ${verb}${time}${impure}`, tooltip: why + touched };
}

/** Where a cell's values are kept, or why they are not. */
export function keptText({ values, exports, ms, encodeMs = 0 }: CellRecord): string {
  if (values) return `kept on disk, ${formatBytes(values.bytes)}`;
  const unkeepable = exports.find(({ reason }) => reason !== undefined);
  if (unkeepable) return `made again when needed. ${unkeepable.name}: ${unkeepable.reason}`;
  const loading = encodeMs > ms ? `loading ${formatDuration(encodeMs)}, ` : '';
  return `not kept: ${loading}computing ${formatDuration(ms)}`;
}

function timeOf(ms: number): string {
  return ms > 0 ? ` · ${formatDuration(ms)}` : '';
}

/** A status bar item that runs a command when it is clicked. */
export function statusItem(
  { text, tooltip }: StatusText,
  alignment: vscode.NotebookCellStatusBarAlignment,
  command: CommandId,
  cell: vscode.NotebookCell,
): vscode.NotebookCellStatusBarItem {
  const item = new vscode.NotebookCellStatusBarItem(text, alignment);
  item.tooltip = tooltip;
  item.accessibilityInformation = { label: `${text.replace(/\$\([^)]*\)/g, '').trim()}. ${tooltip}` };
  item.command = { command, title: tooltip, arguments: [cell] };
  return item;
}
