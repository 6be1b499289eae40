import type { PlacedCell } from '../cli/notebook.ts';
import type { CellState } from '../notebook/cellRun.ts';
import type { CellError, CellId } from '../protocol/kernel.ts';
import { MIME, type Output, type TableData } from '../protocol/output.ts';

/**
 * One cell as a test sees it: what it shows, and how it is doing. It stays as it was when it was asked for.
 * @example
 * const cell: AppTestCell = app.cell('Told');
 * assert.equal(cell.status, 'done');
 * assert.equal(cell.text, 'The year is 2021.');
 */
export class AppTestCell {
  /** @internal */
  readonly id: CellId;
  readonly title: string;
  /** The name in the cell's options, or null. */
  readonly name: string | null;
  /** `done`; `error`; `waiting` for a cell that failed; `stale` when it waits to be asked; `disabled`. */
  readonly status: CellState['status'];
  readonly #state: CellState;

  /** @internal */
  constructor({ id, title, options }: PlacedCell, state: CellState) {
    this.id = id;
    this.title = title;
    this.name = options.name;
    this.status = state.status;
    this.#state = state;
  }

  /** What the cell shows: each output in its formats, the richest first. */
  get outputs(): readonly Output[] {
    return this.#state.shown.outputs;
  }

  /** What the cell shows, as text: one output after the other. */
  get text(): string {
    return this.#all(MIME.text).map(String).join('\n');
  }

  /** The Markdown that the cell shows; null when it shows none. */
  get markdown(): string | null {
    const texts = this.#all(MIME.markdown);
    return texts.length ? texts.map(String).join('\n\n') : null;
  }

  /** The HTML that the cell shows; null when it shows none. */
  get html(): string | null {
    const shown = this.#all(MIME.sandboxedHtml).map((data) => (data as { html: string }).html); // made by the kernel
    return shown.length ? shown.join('\n') : null;
  }

  /** The first table that the cell shows: its columns, its first rows, and how many there are. */
  get table(): TableData | null {
    return (this.#all(MIME.table)[0] as TableData | undefined) ?? null;
  }

  /** The first table that the cell shows, each row as an object; empty when it shows none. */
  get rows(): readonly Readonly<Record<string, unknown>>[] {
    const { columns = [], rows = [] } = this.table ?? {};
    return rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]])));
  }

  /** The Vega-Lite specification of the first chart that the cell shows. */
  get chart(): Readonly<Record<string, unknown>> | null {
    return (this.#all(MIME.vegaLite)[0] as Readonly<Record<string, unknown>> | undefined) ?? null;
  }

  /** What the cell printed. */
  get console(): string {
    return this.#state.shown.console.map(({ text }) => text).join('');
  }

  /** Why the cell has no result; null when it has one. */
  get error(): CellError | null {
    return this.#state.status === 'error' ? this.#state.error : null;
  }

  /** Errors that came after the cell had settled: of timers, of promises that nobody awaited. */
  get late(): readonly CellError[] {
    return this.#state.late;
  }

  #all(mime: string): unknown[] {
    return this.outputs.flatMap(({ items }) => items.filter((item) => item.mime === mime).map(({ data }) => data));
  }
}
