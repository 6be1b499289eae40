import { formatCount } from '../src/base/format.ts';
import { h } from './dom.ts';

/** Which rows a pager is at. */
export interface PageRange {
  readonly from: number;
  readonly shown: number;
  /** Null where nobody knows. */
  readonly total: number | null;
}

/** Steps through a long table a page at a time, or goes to a row. */
export class TablePager {
  readonly element: HTMLElement;
  readonly #size: number;
  readonly #go: (from: number) => void;
  readonly #first = button('«', 'First rows', () => this.#go(0));
  readonly #previous = button('‹', 'Previous rows', () => this.#go(Math.max(0, this.#range.from - this.#size)));
  readonly #next = button('›', 'Next rows', () => this.#go(this.#range.from + this.#size));
  readonly #last = button('»', 'Last rows', () => this.#go(this.#lastPage()));
  readonly #row = h('input', {
    type: 'text',
    inputmode: 'numeric',
    'aria-label': 'Go to row',
    title: 'Go to row',
    size: 9,
  });
  readonly #rest = h('span');
  readonly #problem = h('span', { class: 'problem', role: 'alert' });
  #range: PageRange;

  /** @param size how many rows a page has. */
  constructor(range: PageRange, size: number, go: (from: number) => void) {
    this.#range = range;
    this.#size = size;
    this.#go = go;
    this.#row.addEventListener('change', () => this.#goToRow());
    this.#row.addEventListener('keydown', (event) => event.stopPropagation()); // keys of the notebook
    this.element = h(
      'nav',
      { class: 'count pager', 'aria-label': 'Pages of the table' },
      this.#first,
      this.#previous,
      h('span', {}, 'Rows '),
      this.#row,
      this.#rest,
      this.#next,
      this.#last,
      this.#problem,
    );
    this.show(range);
  }

  /** These rows are there now. */
  show(range: PageRange): void {
    this.#range = range;
    const { from, shown, total } = range;
    const isFirst = from === 0;
    const isLast = total === null ? shown < this.#size : from + shown >= total;
    this.#row.value = count(from + 1);
    this.#rest.textContent = `– ${count(from + shown)}${total === null ? '' : ` of ${formatCount(total, 'row')}`}`;
    for (const one of [this.#first, this.#previous]) one.disabled = isFirst;
    for (const one of [this.#next, this.#last]) one.disabled = isLast;
    this.#last.hidden = total === null;
    this.busy(false);
    this.#problem.textContent = '';
  }

  busy(busy: boolean): void {
    this.element.setAttribute('aria-busy', String(busy));
  }

  fail(problem: string): void {
    this.show(this.#range);
    this.#problem.textContent = problem;
  }

  #goToRow(): void {
    const row = Number(this.#row.value.replaceAll(/\D/g, ''));
    const last = (this.#range.total ?? Number.MAX_SAFE_INTEGER) - 1;
    this.#go(Math.min(Math.max(0, row - 1), last));
  }

  #lastPage(): number {
    return Math.floor((this.#range.total! - 1) / this.#size) * this.#size; // shown only where that is known
  }
}

function button(sign: string, name: string, press: () => void): HTMLButtonElement {
  const made = h('button', { type: 'button', title: name, 'aria-label': name }, sign);
  made.addEventListener('click', press);
  return made;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
