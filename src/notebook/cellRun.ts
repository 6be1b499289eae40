import type { CellError, CellId, RunId } from '../protocol/kernel.ts';
import { type ConsoleLine, type LayoutData, MIME, type Output } from '../protocol/output.ts';
import type { CellRecord } from './record.ts';

/** Where a shown result comes from. */
export type ResultSource = 'computed' | 'recreated' | 'memory' | 'disk' | 'redis';

/** Why a cell ran, or would run: a sentence, and the component of its key that differs. */
export interface Reason {
  readonly text: string;
  readonly component: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Of code and modules: the lines that differ, as a unified diff without its head. */
  readonly diff?: string;
}

/** What a cell shows. */
export interface Shown {
  readonly outputs: readonly Output[];
  readonly console: readonly ConsoleLine[];
}

interface Common {
  /** What stands below the cell, also while it is stale or runs again. */
  readonly shown: Shown;
  /** The last finished run, even when it no longer holds. */
  readonly record: CellRecord | null;
  /** Errors that came after the cell had settled. */
  readonly late: readonly CellError[];
}

/** The state of one cell. */
export type CellState = Common &
  (
    | { readonly status: 'stale'; readonly reason: Reason }
    | { readonly status: 'queued' }
    | { readonly status: 'running'; readonly run: RunId; readonly reason: Reason; readonly startedAt: number }
    | {
        readonly status: 'done';
        readonly record: CellRecord;
        readonly from: ResultSource;
        readonly ms: number;
        readonly savedMs: number;
        readonly reason: Reason;
      }
    | { readonly status: 'error'; readonly error: CellError; readonly ms: number }
    | { readonly status: 'interrupted'; readonly ms: number }
    | { readonly status: 'waiting'; readonly upstream: readonly CellId[] }
    | { readonly status: 'disabled' }
  );

export type CellEvent =
  | { readonly type: 'stale'; readonly reason: Reason; readonly record?: CellRecord }
  | { readonly type: 'queue' }
  | { readonly type: 'start'; readonly run: RunId; readonly reason: Reason; readonly at: number }
  | { readonly type: 'output'; readonly run: RunId; readonly output: Output }
  | { readonly type: 'console'; readonly run: RunId; readonly lines: readonly ConsoleLine[] }
  | {
      readonly type: 'settle';
      readonly record: CellRecord;
      readonly from: ResultSource;
      readonly ms: number;
      readonly savedMs: number;
      readonly reason: Reason;
    }
  | { readonly type: 'fail'; readonly error: CellError; readonly ms: number }
  | { readonly type: 'interrupt'; readonly ms: number }
  | { readonly type: 'wait'; readonly upstream: readonly CellId[] }
  | { readonly type: 'disable' }
  | { readonly type: 'update'; readonly run: RunId; readonly output: Output }
  | { readonly type: 'late'; readonly error: CellError };

const NOTHING: Shown = { outputs: [], console: [] };

/** A cell of which nothing is known yet. */
export const UNKNOWN: CellState = {
  status: 'stale',
  reason: { text: 'first run', component: null, before: null, after: null },
  shown: NOTHING,
  record: null,
  late: [],
};

/** The one place that decides what an event means to a cell. Late news of an older run changes nothing. */
export function step(state: CellState, event: CellEvent): CellState {
  const { shown, late } = state;
  const record = state.record;
  switch (event.type) {
    case 'stale': {
      const last = event.record ?? record;
      return {
        status: 'stale',
        reason: event.reason,
        shown: last && !shown.outputs.length ? shownOf(last) : shown,
        record: last,
        late,
      };
    }
    case 'queue':
      return { status: 'queued', shown, record, late };
    case 'start':
      return {
        status: 'running',
        run: event.run,
        reason: event.reason,
        startedAt: event.at,
        shown: NOTHING,
        record,
        late: [],
      };
    case 'output':
      if (!isCurrent(state, event.run)) return state;
      return { ...state, shown: { ...shown, outputs: withOutput(shown.outputs, event.output) } };
    case 'console':
      if (!isCurrent(state, event.run)) return state;
      return { ...state, shown: { ...shown, console: joinLines(shown.console, event.lines) } };
    case 'settle': {
      const { from, ms, savedMs, reason } = event;
      return { status: 'done', record: event.record, from, ms, savedMs, reason, shown: shownOf(event.record), late };
    }
    case 'fail':
      return { status: 'error', error: event.error, ms: event.ms, shown, record, late };
    case 'interrupt':
      return { status: 'interrupted', ms: event.ms, shown, record, late };
    case 'wait':
      return { status: 'waiting', upstream: event.upstream, shown: NOTHING, record, late };
    case 'disable':
      return { status: 'disabled', shown: NOTHING, record, late };
    case 'update':
      if (record?.run !== event.run) return state;
      return { ...state, shown: { ...shown, outputs: withOutput(shown.outputs, event.output) } };
    case 'late':
      return { ...state, late: [...late, event.error].slice(-10) };
  }
}

function isCurrent(state: CellState, run: RunId): boolean {
  return state.status === 'running' && state.run === run;
}

/** Outputs with one more, or with it in the place of the one that has its id. */
export function withOutput(outputs: readonly Output[], output: Output): readonly Output[] {
  return (output.id !== undefined && replaced(outputs, output)) || [...outputs, output];
}

function replaced(outputs: readonly Output[], output: Output): Output[] | null {
  let found = false;
  const all = outputs.map((old) => {
    if (old.id === output.id) found = true;
    else {
      const inside = replacedWithin(old, output);
      if (inside) found = true;
      return inside ?? old;
    }
    return output;
  });
  return found ? all : null;
}

/** A layout with an output in it replaced; null where it holds none with that id. */
function replacedWithin(layout: Output, output: Output): Output | null {
  const [first, ...rest] = layout.items;
  if (first?.mime !== MIME.layout) return null;
  const data = first.data as LayoutData; // drawn by the kernel
  let found = false;
  const children = data.children.map((child) => {
    const outputs = replaced(child.outputs, output);
    found ||= outputs !== null;
    return outputs ? { ...child, outputs } : child;
  });
  return found ? { ...layout, items: [{ ...first, data: { ...data, children } }, ...rest] } : null;
}

function shownOf({ outputs, console }: CellRecord): Shown {
  return { outputs, console };
}

/** Lines with more behind them; what goes to one stream at a stretch is one. */
export function joinLines(before: readonly ConsoleLine[], lines: readonly ConsoleLine[]): readonly ConsoleLine[] {
  const joined = [...before];
  for (const line of lines) {
    const last = joined.at(-1);
    if (last?.stream === line.stream) joined[joined.length - 1] = { stream: line.stream, text: last.text + line.text };
    else joined.push(line);
  }
  return joined;
}
