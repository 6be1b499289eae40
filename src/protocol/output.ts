/** The formats of Memoir's own outputs; each travels with a `text/plain` fallback beside it. */
export const MIME = {
  vegaLite: 'application/vnd.vegalite.v6+json',
  table: 'application/vnd.memoir.table+json',
  widget: 'application/vnd.memoir.widget+json',
  value: 'application/vnd.memoir.value+json',
  markdown: 'text/markdown',
  html: 'text/html',
  sandboxedHtml: 'application/vnd.memoir.html+json',
  layout: 'application/vnd.memoir.layout+json',
  stat: 'application/vnd.memoir.stat+json',
  progress: 'application/vnd.memoir.progress+json',
  code: 'application/vnd.memoir.code+json',
  download: 'application/vnd.memoir.download+json',
  live: 'application/vnd.memoir.live+json',
  text: 'text/plain',
} as const;

/** One thing a cell shows: the same content in one or more formats, richest first. */
export interface Output {
  readonly items: readonly OutputItem[];
  /** A later output of the cell with the same id takes this one's place. */
  readonly id?: string;
}

/** JSON for `…+json` formats, bytes for binary ones (`image/png`), text for the rest. */
export interface OutputItem {
  readonly mime: string;
  readonly data: unknown;
  /** `data` is text that stands for bytes: outputs inside a layout travel as JSON. */
  readonly base64?: true;
}

/** What a cell wrote to the console, in order. */
export interface ConsoleLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** HTML that is drawn in a frame of its own, where its scripts see nothing of the page around it. */
export interface HtmlData {
  readonly html: string;
}

/**
 * What a chart's Vega-Lite specification carries under `usermeta.memoir`: the Vega it compiles to. Data travels once:
 * `data` says under which path of the Vega-Lite specification the values of each Vega data set are.
 */
export interface ChartMeta {
  readonly vega: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, readonly (string | number)[]>>;
}

/** Signals of the compiled Vega that the renderer sets to colours of the reader's theme. */
export const CHART_SIGNALS = { mark: 'memoirMark', text: 'memoirText', surface: 'memoirSurface' } as const;

/** A table as it is shown: the first rows, and how many there are in all (null when unknown). */
export interface TableData {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Row-major; cells are JSON scalars, or text for everything else. */
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
  readonly rowCount: number | null;
  /** Names the table, so that the page can ask for the rows that follow. */
  readonly pages?: string;
}

/** Rows of a table that a page asks for: at most so many as it was sent first. */
export interface RowsRequest {
  readonly pages: string;
  /** The first of them, from 0. */
  readonly from: number;
  readonly count: number;
}

/** A value as a tree the reader unfolds; what was cut is counted in `more`. */
export interface ValueNode {
  /** One line: `42`, `'text'`, `Array(3)`, `Map(2)`. */
  readonly preview: string;
  readonly type: 'number' | 'string' | 'boolean' | 'nullish' | 'function' | 'object' | 'date' | 'error' | 'symbol';
  readonly entries?: readonly { readonly key: string; readonly value: ValueNode }[];
  /** How many entries, or characters of a text, were left out. */
  readonly more?: number;
}

export type WidgetKind =
  | 'slider'
  | 'range'
  | 'number'
  | 'text'
  | 'textarea'
  | 'select'
  | 'multiselect'
  | 'radio'
  | 'checkbox'
  | 'toggle'
  | 'button'
  | 'date'
  | 'dateRange'
  | 'file'
  | 'color'
  | 'form'
  | 'tabs'
  | 'refresh'
  | 'selection'
  | 'module';

/** A widget as it is drawn. `name` is its identity in the notebook; a move is posted back under it. */
export interface WidgetData {
  readonly kind: WidgetKind;
  readonly name: string;
  readonly label: string;
  readonly value: unknown;
  /** Its value before anyone moves it. */
  readonly initial?: unknown;
  readonly options: WidgetOptions;
}

/** What a widget's declaration says beside its label and value; which parts count depends on its kind. */
export interface WidgetOptions {
  readonly disabled?: boolean;
  /** A sentence below the widget. */
  readonly help?: string;
  /** Numbers, or days as `2026-01-31`. */
  readonly min?: number | string;
  readonly max?: number | string;
  readonly step?: number;
  readonly options?: readonly WidgetChoice[];
  readonly placeholder?: string;
  readonly rows?: number;
  readonly required?: boolean;
  readonly maxLength?: number;
  /** A regular expression that the whole text must match, and what to say when it does not. */
  readonly pattern?: string;
  readonly patternHelp?: string;
  /** File: which kinds to offer, as `<input accept>` has it. */
  readonly accept?: string;
  readonly maxBytes?: number;
  /** Button and form: what stands on the button. */
  readonly action?: string;
  /** Form: its fields, and whatever stands between them. Selection: its chart. */
  readonly children?: readonly Output[];
  /** Selection: the chart's parameter. */
  readonly param?: string;
  /** Refresh: how many milliseconds pass between two. */
  readonly everyMs?: number;
  /** Module: the widget's front end after the anywidget convention as one plain script, and its style sheet. */
  readonly script?: string;
  readonly css?: string;
}

export interface WidgetChoice {
  readonly label: string;
  readonly value: string | number | boolean;
}

/** A chosen file as it travels. */
export interface FileState {
  readonly name: string;
  readonly base64: string;
}

/** Outputs in an arrangement. */
export interface LayoutData {
  readonly kind: 'columns' | 'tabs' | 'accordion' | 'sidebar' | 'callout';
  /** Under which it is remembered what the reader opened. */
  readonly name: string;
  readonly children: readonly { readonly title?: string; readonly outputs: readonly Output[] }[];
  /** Columns: their shares of the width. */
  readonly widths?: readonly number[];
  readonly title?: string;
  readonly tone?: 'note' | 'tip' | 'warning' | 'danger';
}

/** A number that matters. */
export interface StatData {
  readonly label: string;
  readonly value: string;
  /** How it changed, with its sign, and whether that is good. */
  readonly change?: {
    readonly text: string;
    readonly direction: 'up' | 'down' | 'same';
    readonly good: boolean | null;
  };
  readonly trend?: readonly number[];
  readonly help?: string;
}

/** How far a loop is. */
export interface ProgressData {
  readonly label: string;
  readonly done: number;
  /** Null when nobody knows. */
  readonly total: number | null;
  readonly elapsedMs: number;
  /** Milliseconds that the rest is expected to take; null when that is unknown. */
  readonly leftMs: number | null;
  readonly state: 'running' | 'done' | 'stopped';
}

/** A text in a language, with its signs coloured; a diagram's text is drawn. */
export interface CodeData {
  readonly code: string;
  readonly language: string;
  /** A remark above it. */
  readonly note?: string;
}

/** Markdown beyond this many characters is shown as it is written: to lay it out would hold up the page for seconds. */
const MAX_MARKDOWN = 500_000;

/** Markdown that is too long to be laid out, as it is shown; null for all other. */
export function longMarkdown(text: string): CodeData | null {
  const note = 'This Markdown is too long to be laid out, and is shown as it is written.';
  return text.length > MAX_MARKDOWN ? { code: text, language: 'markdown', note } : null;
}

/** A file for the reader to keep. */
export interface DownloadData {
  readonly label: string;
  readonly name: string;
  readonly mime: string;
  readonly base64: string;
  readonly bytes: number;
}

/** What the page with the outputs posts to the notebook. */
export type RendererMessage =
  /** The page is there and knows no widget states yet. */
  | { readonly type: 'ready' }
  /** The reader moved a widget, or opened another part of a layout. */
  | { readonly type: 'widget'; readonly name: string; readonly value: unknown }
  /** The reader looks further in a table. */
  | (RowsRequest & { readonly type: 'rows' })
  /** The reader wants the running cell to end. */
  | { readonly type: 'stop' };

/** What the notebook posts to every page that shows it. */
export type RendererEvent =
  /** The widgets' states, so that copies stay in step, and those whose last move the notebook still works on. */
  | {
      readonly type: 'widgets';
      readonly values: Readonly<Record<string, unknown>>;
      readonly busy?: readonly string[];
    }
  /** An output with an id is another now. */
  | { readonly type: 'output'; readonly output: Output }
  /** The rows that a page asked for, or why there are none. */
  | (RowsRequest & { readonly type: 'rows' } & (
        | { readonly rows: TableData['rows'] }
        | { readonly rows: null; readonly problem: string }
      ))
  | { readonly type: 'toast'; readonly toast: Toast };

/** A remark that goes away by itself. */
export interface Toast {
  readonly text: string;
  readonly tone: 'info' | 'warning' | 'error';
}
