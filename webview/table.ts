import type { TableData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputScope, OutputView } from './outputView.ts';
import tableCss from './table.css';
import { type ColumnFormat, cellText, columnFormats, countText } from './tableFormat.ts';
import { TablePager } from './tablePager.ts';

const ROW_HEIGHT = 24;
/** Tables up to this length are on the page whole; of longer ones only what is in view, and a little around it. */
const WHOLE = 100;
const AROUND = 12;
const CELL_PADDING = 29;
const MAX_WIDTH = 380;

/** A table that scrolls in itself, its header staying in view. */
export class Table implements OutputView {
  readonly css = tableCss;
  readonly element: HTMLElement;
  readonly #table: TableData;
  readonly #columns: readonly ColumnFormat[];
  readonly #body = h('tbody');
  readonly #scroller: HTMLElement;
  readonly #grid: HTMLElement;
  readonly #widths: readonly HTMLElement[];
  readonly #pager: TablePager | null;
  /** The rows that are here, and where in the table the first of them stands. */
  #rows: TableData['rows'];
  #from = 0;
  #first = -1;
  /** Counts what was asked for, as only the last counts. */
  #turn = 0;

  constructor(table: TableData, page: Pick<OutputScope, 'rows'>) {
    this.#table = table;
    this.#rows = table.rows;
    this.#columns = columnFormats(table);
    const count = countText(table);
    this.#widths = table.columns.map(() => h('col'));
    this.#grid = h(
      'table',
      { 'aria-rowcount': (table.rowCount ?? table.rows.length) + 1, 'aria-colcount': table.columns.length },
      h('colgroup', {}, ...this.#widths),
      this.#head(),
      this.#body,
    );
    this.#scroller = h(
      'div',
      { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': `Table, ${count}` },
      this.#grid,
    );
    const isEmpty = table.columns.length === 0;
    const { pages } = table;
    const { rows: ask } = page;
    this.#pager =
      pages !== undefined && ask && table.rows.length > 0
        ? new TablePager({ from: 0, shown: table.rows.length, total: table.rowCount }, table.rows.length, (from) =>
            this.#turnTo(from, (size) => ask({ pages, from, count: size })),
          )
        : null;
    this.element = h(
      'div',
      { class: 'table' },
      ...(isEmpty ? [] : [this.#scroller]),
      this.#pager?.element ?? h('div', { class: 'count' }, count),
    );
    this.#scroller.addEventListener('scroll', this.#fill, { passive: true });
    this.#scroller.addEventListener('keydown', keepScrollKeys);
  }

  attached(): void {
    this.#size();
    this.#fill();
  }

  dispose(): void {
    this.#scroller.removeEventListener('scroll', this.#fill);
    this.element.remove();
  }

  readonly #fill = (): void => {
    const rows = this.#rows;
    const isWhole = rows.length <= WHOLE;
    const top = Math.floor(this.#scroller.scrollTop / ROW_HEIGHT);
    const shown = Math.ceil((this.#scroller.clientHeight || 480) / ROW_HEIGHT);
    const first = isWhole ? 0 : Math.max(0, Math.min(top, rows.length - shown) - AROUND);
    const last = isWhole ? rows.length : Math.min(rows.length, first + shown + 2 * AROUND);
    if (first === this.#first || (this.#first >= 0 && Math.abs(first - this.#first) < AROUND / 2 && first > 0)) return;
    this.#first = first;
    const drawn = rows.slice(first, last).map((row, i) => this.#row(row, first + i));
    this.#body.replaceChildren(this.#gap(first), ...drawn, this.#gap(rows.length - last));
  };

  /** Shows another page; what is here stays until that has come. */
  async #turnTo(from: number, ask: (size: number) => Promise<TableData['rows']>): Promise<void> {
    const pager = this.#pager!;
    const turn = ++this.#turn;
    pager.busy(true);
    try {
      const rows = await ask(this.#table.rows.length);
      if (turn !== this.#turn) return;
      [this.#rows, this.#from, this.#first] = [rows, from, -1];
      this.#scroller.scrollTop = 0;
      this.#size(columnFormats({ ...this.#table, rows }));
      this.#fill();
      pager.show({ from, shown: rows.length, total: this.#table.rowCount });
    } catch (error) {
      if (turn === this.#turn) pager.fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** As wide as the content of the pages seen so far: which rows are drawn must not decide how wide a column is. */
  #size(columns = this.#columns): void {
    const measure = textMeasure(this.#grid);
    let total = 0;
    for (const [i, { name, longest }] of columns.entries()) {
      const content = Math.max(measure(name, 600), ...longest.map((text) => measure(text, 400)));
      const before = Number.parseInt(this.#widths[i]!.style.width, 10) || 48;
      const width = Math.ceil(Math.min(Math.max(content + CELL_PADDING, before), MAX_WIDTH));
      this.#widths[i]!.style.width = `${width}px`;
      total += width;
    }
    this.#grid.style.width = `${total}px`;
  }

  #head(): HTMLElement {
    const cells = this.#columns.map(({ name, type, numeric }) =>
      h('th', { scope: 'col', class: numeric && 'number', title: `${name}: ${type}` }, name),
    );
    return h('thead', {}, h('tr', { 'aria-rowindex': 1 }, ...cells));
  }

  #row(row: TableData['rows'][number], index: number): HTMLElement {
    const cells = this.#columns.map((column, i) => {
      const value = row[i] ?? null;
      const text = cellText(value, column);
      const full = value === null || String(value) === text ? (text.length > 40 ? text : null) : String(value);
      return h('td', { class: value === null ? 'null' : column.numeric && 'number', title: full }, text);
    });
    return h('tr', { 'aria-rowindex': this.#from + index + 2, class: index % 2 === 1 && 'odd' }, ...cells);
  }

  /** Stands in for the rows that are not drawn. */
  #gap(rows: number): HTMLElement {
    const gap = h('tr', { class: 'gap', 'aria-hidden': 'true', hidden: rows <= 0 });
    gap.style.height = `${rows * ROW_HEIGHT}px`;
    return gap;
  }
}

/** Arrow keys scroll the table rather than move the notebook's selection. */
function keepScrollKeys(event: KeyboardEvent): void {
  if (/^(Arrow|Page|Home|End)/.test(event.key)) event.stopPropagation();
}

/** Measures text as the page writes it. */
function textMeasure(element: HTMLElement): (text: string, weight: number) => number {
  const context = document.createElement('canvas').getContext('2d');
  const { fontSize, fontFamily } = getComputedStyle(element);
  return (text, weight) => {
    if (!context) return text.length * 8;
    context.font = `${weight} ${fontSize} ${fontFamily}`;
    return context.measureText(text.slice(0, 80)).width;
  };
}
