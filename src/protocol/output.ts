/** The formats of Memoir's own outputs; each travels with a `text/plain` fallback beside it. */
export const MIME = {
  vegaLite: 'application/vnd.vegalite.v6+json',
  table: 'application/vnd.memoir.table+json',
  widget: 'application/vnd.memoir.widget+json',
  value: 'application/vnd.memoir.value+json',
  markdown: 'text/markdown',
  html: 'text/html',
  sandboxedHtml: 'application/vnd.memoir.html+json',
  text: 'text/plain',
} as const;

/** One thing a cell shows: the same content in one or more formats, richest first. */
export interface Output {
  readonly items: readonly OutputItem[];
}

/** JSON for `…+json` formats, bytes for binary ones (`image/png`), text for the rest. */
export interface OutputItem {
  readonly mime: string;
  readonly data: unknown;
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

/** A widget as it is drawn. `name` is its identity in the notebook; a move is posted back under it. */
export interface WidgetData {
  readonly kind: 'slider' | 'select' | 'text' | 'checkbox';
  readonly name: string;
  readonly label: string;
  readonly value: unknown;
  /** Its value before anyone moves it. */
  readonly initial?: unknown;
  /** Slider: `min`, `max`, `step`. Select: `options` as `{label, value}`. Text: `placeholder`. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the renderer posts to the extension. */
export type RendererMessage =
  | { readonly type: 'widget'; readonly name: string; readonly value: unknown }
  | { readonly type: 'openLine'; readonly cell: string; readonly line: number };

/** What the extension posts to every renderer of a notebook: the widgets' states, so that copies stay in step. */
export type RendererEvent = { readonly type: 'widgets'; readonly values: Readonly<Record<string, unknown>> };
