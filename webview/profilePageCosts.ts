import { formatCount } from '../src/base/format.ts';
import { h } from './dom.ts';
import { heatStep } from './flameColours.ts';
import type { CostRow } from './profilePageRows.ts';
import { columnMeasure, percentText } from './profilePageText.ts';

const SHOWN_FIRST = 8;

type SortKey = 'selfMs' | 'totalMs';

/** A table of what lines or functions cost, the most expensive first; a row leads to its source. */
export class CostTable {
  readonly element: HTMLElement;
  readonly #rows: readonly CostRow[];
  readonly #open: (file: string, line: number) => void;
  readonly #body = h('tbody');
  readonly #heads: Readonly<Record<SortKey, HTMLTableCellElement>>;
  readonly #more = h('button', { type: 'button', class: 'link more' });
  readonly #times: ReturnType<typeof columnMeasure>;
  #sort: SortKey = 'selfMs';
  #all = false;

  constructor(title: string, noun: string, rows: readonly CostRow[], open: (file: string, line: number) => void) {
    this.#rows = rows;
    this.#open = open;
    this.#times = columnMeasure(rows.map(({ totalMs }) => totalMs));
    const { unit } = this.#times;
    this.#heads = {
      selfMs: this.#sortable(`Self ${unit}`, 'selfMs'),
      totalMs: this.#sortable(`Total ${unit}`, 'totalMs'),
    };
    this.#more.addEventListener('click', () => this.#showAll());
    this.#more.textContent = `Show all ${formatCount(rows.length, noun)}`;
    const content = rows.length
      ? this.#table(title, noun)
      : [h('p', { class: 'empty' }, `No ${noun} took enough time to be sure of it.`)];
    this.element = h('section', { class: 'cost' }, h('h2', {}, title), ...content);
    this.#fill();
  }

  #table(title: string, noun: string): HTMLElement[] {
    const head = h(
      'tr',
      {},
      h('th', { scope: 'col', class: 'share' }, 'Self share'),
      this.#heads.selfMs,
      this.#heads.totalMs,
      h('th', { scope: 'col' }, noun === 'line' ? 'Line' : 'Function'),
    );
    return [h('table', { class: 'plain', 'aria-label': title }, h('thead', {}, head), this.#body), this.#more];
  }

  #sortable(name: string, key: SortKey): HTMLTableCellElement {
    const button = h('button', { type: 'button' }, name);
    button.addEventListener('click', () => {
      this.#sort = key;
      this.#fill();
    });
    return h('th', { scope: 'col', class: `number ${key}` }, button);
  }

  #showAll(): void {
    this.#all = true;
    this.#fill();
    this.#body.children[SHOWN_FIRST]?.querySelector('button')?.focus();
  }

  #fill(): void {
    const sorted = this.#rows.toSorted((a, b) => b[this.#sort] - a[this.#sort]);
    this.#body.replaceChildren(...(this.#all ? sorted : sorted.slice(0, SHOWN_FIRST)).map((row) => this.#row(row)));
    this.#more.hidden = this.#all || this.#rows.length <= SHOWN_FIRST;
    for (const [key, head] of Object.entries(this.#heads)) {
      head.setAttribute('aria-sort', key === this.#sort ? 'descending' : 'none');
    }
  }

  #row(row: CostRow): HTMLTableRowElement {
    const { at } = row;
    const element = h(
      'tr',
      { class: `${row.origin === 'own' ? 'own' : 'foreign'}${at ? ' opens' : ''}` },
      h('td', { class: 'share' }, this.#bar(row), shareText(row)),
      h('td', { class: 'number selfMs' }, this.#times.text(row.selfMs)),
      h('td', { class: 'number totalMs' }, this.#times.text(row.totalMs)),
      titleCell(row),
    );
    if (at) element.addEventListener('click', () => this.#open(at.file, at.line)); // the button's clicks arrive here, too
    return element;
  }

  /** A bar as long as the self share, with a whisker over its interval. */
  #bar({ percent, plusMinus, origin }: CostRow): HTMLElement {
    const length = (value: number) => `${Math.max(0, Math.min(value, 100))}%`;
    const fill = h('div', { class: `fill heat${heatStep(percent) + 1}${origin === 'own' ? '' : ' grey'}` });
    fill.style.width = length(percent);
    const whisker = h('div', { class: 'whisker' });
    whisker.style.left = length(percent - plusMinus);
    whisker.style.right = `calc(100% - ${length(percent + plusMinus)})`;
    return h('div', { class: 'bar', 'aria-hidden': 'true' }, fill, whisker);
  }
}

function shareText({ percent, plusMinus }: CostRow): HTMLElement {
  return h(
    'div',
    { class: 'percent' },
    percentText(percent),
    h('span', { class: 'dim' }, ` ± ${plusMinus.toFixed(1)}`),
  );
}

function titleCell({ title, isCode, place, at }: CostRow): HTMLTableCellElement {
  const text = h(isCode ? 'code' : 'span', { title }, title);
  const main = at ? h('button', { type: 'button', class: 'title' }, text) : text;
  return h('td', { class: 'what' }, main, ...(place ? [h('div', { class: 'dim place', title: place }, place)] : []));
}
