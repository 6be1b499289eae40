import type { Disposable } from '../base/disposable.ts';
import type { ErrorData } from '../base/errors.ts';
import type { Event } from '../base/event.ts';
import type { ConsoleLine, Output, RowsRequest, TableData, Toast } from './output.ts';

/** Identity of a cell within one open notebook. */
export type CellId = string & { readonly __brand: 'CellId' };
/** Identity of one run of one cell, unique across sessions. */
export type RunId = string & { readonly __brand: 'RunId' };

/**
 * Something a run read; `digest` is of its content then, `absent` where there was none. Of modules the kernel tells the
 * specifiers only: the host digests them.
 */
export interface Read {
  readonly kind: 'file' | 'folder' | 'env' | 'widget' | 'module';
  /** Files relative to the workspace where they are inside it, `/`-separated; otherwise the name. */
  readonly name: string;
  readonly digest: string;
}

/** What is known of an exported value without having it. */
export interface ExportInfo {
  readonly name: string;
  readonly type: string;
  readonly preview: string;
  /** Content digest, of a function the digest of what its results depend on; or null, with the reason why it has none. */
  readonly digest: string | null;
  readonly reason?: string;
  /** A function that is its code and nothing else: no properties of its own, not bound, not a class. */
  readonly plain?: true;
  /** Of tables: their columns. */
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  /** The value itself where it is small and JSON holds it exactly. */
  readonly json?: { readonly value: unknown };
}

/** What is known of a value that only functions of its cell use. */
export type Captured = Pick<ExportInfo, 'name' | 'digest' | 'plain'>;

/** Where a run's values are kept: one content-addressed file. */
export interface ValuesRef {
  readonly digest: string;
  readonly bytes: number;
  /** Milliseconds that loading them is expected to take (measured on the way in). */
  readonly loadMs: number;
  /** Content digests of upstream exports that these values point into. */
  readonly refs: readonly string[];
}

export interface RunRequest {
  readonly run: RunId;
  readonly cell: CellId;
  /** What stands for the cell in messages: its title, or `cell 3`. */
  readonly label: string;
  readonly js: string;
  readonly map: string;
  readonly inputs: readonly { readonly name: string; readonly cell: CellId }[];
  /** States of the notebook's widgets by name, as the reader left them; outdated ones fall back to their default. */
  readonly widgets: Readonly<Record<string, unknown>>;
  /** Values given by name (`--set`), which must be valid. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Name that the cell's options give its widget. */
  readonly widgetName: string | null;
  /** `off` and records-only cells keep no values. */
  readonly keepValues: 'auto' | 'always' | 'never';
  readonly seed: number | null;
  /** Milliseconds since the epoch that the clock stands at, or null for the real one. */
  readonly now: number | null;
}

/** An error of a cell, its stack in the cell's own lines. */
export interface CellError extends ErrorData {
  /** Line and column in the cell, from 1, where it was thrown; null when outside the cell. */
  readonly line: number | null;
  readonly column: number | null;
}

export interface RunReply {
  /** `unready`: nothing ran, since the process was lost before it began, or holds no values of the cell's inputs. */
  readonly status: 'done' | 'error' | 'interrupted' | 'unready';
  readonly error: CellError | null;
  readonly ms: number;
  readonly exports: readonly ExportInfo[];
  /** Variables and private names that functions of the cell use. */
  readonly captured: readonly Captured[];
  readonly values: ValuesRef | null;
  /** Milliseconds that encoding the values took: loading them takes about as long. */
  readonly encodeMs: number;
  readonly reads: readonly Read[];
  /** Local modules that the run loaded, or that modules it uses loaded before, by full path, with digests of their texts. */
  readonly modules: readonly { readonly path: string; readonly digest: string }[];
  readonly impure: readonly string[];
  /** Values that the run changed although they belong to another cell. */
  readonly mutated: readonly { readonly name: string; readonly cell: CellId; readonly advice: string }[];
  /** Cells whose live values are not what their runs left, and were dropped: they come back whole when they are needed. */
  readonly dropped: readonly CellId[];
}

/** What the host asks of the kernel process. */
export type KernelMethods = {
  start(params: {
    readonly notebook: string;
    readonly workspace: string;
    readonly valuesDirectory: string | null;
    readonly compression: boolean;
  }): Promise<{ readonly node: string }>;
  run(params: RunRequest): Promise<RunReply>;
  /** Ends the running cell where it awaits; a busy loop needs a nudge (see process/child) as well. */
  interrupt(params: Record<string, never>): Promise<void>;
  /** Brings back values kept on disk; false when they are not to be had (gone, damaged, not decodable). */
  restore(params: { readonly cell: CellId; readonly values: ValuesRef }): Promise<boolean>;
  /** Forgets the live values of cells. */
  drop(params: { readonly cells: readonly CellId[] }): Promise<void>;
  /** Further rows of a table that was shown in part. */
  rows(params: RowsRequest): Promise<TableData['rows']>;
  /**
   * Lets a debugger attach at the port on 127.0.0.1 that it gives; cells are then known to it as `<cell>.ts` in
   * `directory`. Null lets go of the debugger.
   */
  debug(params: { readonly directory: string | null }): Promise<{ readonly port: number | null }>;
};

/** What the kernel tells while a cell runs. */
export type KernelEvent =
  | { readonly type: 'begin'; readonly run: RunId }
  | { readonly type: 'output'; readonly run: RunId; readonly output: Output }
  | { readonly type: 'console'; readonly run: RunId; readonly lines: readonly ConsoleLine[] }
  /** After the cell had settled: an output with an id is another now. It never becomes part of a result. */
  | { readonly type: 'update'; readonly cell: CellId; readonly run: RunId; readonly output: Output }
  /** The cell moves a widget of its own: time to refresh. */
  | { readonly type: 'move'; readonly name: string; readonly value: unknown }
  | { readonly type: 'toast'; readonly toast: Toast }
  /** After the cell had settled: an error in a timer or a floating promise. */
  | { readonly type: 'late'; readonly cell: CellId; readonly error: CellError };

/** What runs cells, as the session sees it: one child process per notebook that starts when first needed. */
export interface Kernel extends Disposable {
  run(request: RunRequest): Promise<RunReply>;
  /** Ends the running cell, also an endless loop; other values stay where that is possible. */
  interrupt(): Promise<void>;
  restore(cell: CellId, values: ValuesRef): Promise<boolean>;
  drop(cells: readonly CellId[]): Promise<void>;
  rows(request: RowsRequest): Promise<TableData['rows']>;
  /** Ends the process; the next run starts a new one. */
  restart(): Promise<void>;
  readonly onEvent: Event<KernelEvent>;
  /** All live values are gone; says why in a sentence, or null when it was asked for. */
  readonly onLost: Event<string | null>;
}
