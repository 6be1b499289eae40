import { h } from './dom.ts';
import { type FlameScale, whereText } from './flameText.ts';
import type { FlameTree } from './flameTree.ts';
import { isOpenable, percentText } from './profilePageText.ts';

/** A row that may unfold into others. */
interface TreeRow {
  readonly node: number;
  readonly self: number;
  readonly total: number;
  readonly children: () => readonly TreeRow[];
}

type Open = (file: string, line: number) => void;

/** Less of the whole than this has no row. */
const LEAST_SHARE = 0.001;

/** Callers above what they call, the heaviest first. */
export function callTree(tree: FlameTree, scale: FlameScale, open: Open): HTMLElement {
  const row = (node: number): TreeRow => ({
    node,
    self: tree.self[node]!,
    total: tree.total[node]!,
    children: () => [...tree.children(node)].map(row),
  });
  return new TreeTable('Call tree', tree, scale, open, tree.size ? [row(0)] : []).element;
}

/** Every function with its own cost, and below it who called it with how much of that. */
export function bottomUp(tree: FlameTree, scale: FlameScale, open: Open): HTMLElement {
  const totals = inclusiveTotals(tree);
  const entries = Array.from({ length: tree.size }, (_, node) => ({ at: node, ticks: tree.self[node]! }));
  const rows = (standing: readonly Standing[], isTop: boolean): TreeRow[] =>
    [...Map.groupBy(standing, ({ at }) => tree.frame[at]!).values()]
      .map((group) => {
        const self = group.reduce((sum, { ticks }) => sum + ticks, 0);
        const callers = () =>
          group.flatMap(({ at, ticks }) => (tree.parent[at]! < 0 ? [] : [{ at: tree.parent[at]!, ticks }]));
        const total = isTop ? totals[tree.frame[group[0]!.at]!]! : self;
        return { node: group[0]!.at, self, total, children: () => rows(callers(), false) };
      })
      .filter(({ self }) => self > 0)
      .sort((a, b) => b.self - a.self);
  return new TreeTable('Bottom-up', tree, scale, open, rows(entries, true)).element;
}

/** A node of the tree, and how much of a cost further down it stands for. */
interface Standing {
  readonly at: number;
  readonly ticks: number;
}

/** What each frame costs with what it calls, once per stack, in one walk down. */
function inclusiveTotals(tree: FlameTree): Float64Array {
  const totals = new Float64Array(tree.frames.length);
  const standing = new Uint32Array(tree.frames.length);
  const pending = tree.size ? [0] : [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const node = next < 0 ? ~next : next;
    const frame = tree.frame[node]!;
    if (next < 0) {
      standing[frame]! -= 1;
      continue;
    }
    if (standing[frame] === 0) totals[frame]! += tree.total[node]!;
    standing[frame]! += 1;
    pending.push(~node, ...tree.children(node)); // its end comes after its children
  }
  return totals;
}

/** A table whose rows unfold when they are asked to; arrow keys walk and unfold. */
class TreeTable {
  readonly element: HTMLElement;
  readonly #tree: FlameTree;
  readonly #scale: FlameScale;
  readonly #open: Open;
  readonly #body = h('tbody');

  constructor(title: string, tree: FlameTree, scale: FlameScale, open: Open, rows: readonly TreeRow[]) {
    this.#tree = tree;
    this.#scale = scale;
    this.#open = open;
    const heads = ['Self share', 'Self', 'Total share', 'Total'].map((name) =>
      h('th', { scope: 'col', class: 'number' }, name),
    );
    const head = h('tr', {}, ...heads, h('th', { scope: 'col' }, 'Function'));
    const table = h(
      'table',
      { class: 'plain', role: 'treegrid', 'aria-label': title },
      h('thead', {}, head),
      this.#body,
    );
    this.element = h('div', { class: 'tree-table' }, table);
    this.#body.append(...this.#rows(rows, 1));
    if (rows.length === 1) this.#body.querySelector<HTMLElement>('.twistie')?.click(); // a single root says nothing by itself
    this.#body.addEventListener('keydown', (event) => this.#key(event));
  }

  #rows(rows: readonly TreeRow[], level: number): HTMLTableRowElement[] {
    return rows.filter(({ total }) => this.#tree.share(total) >= LEAST_SHARE).map((row) => this.#row(row, level));
  }

  #row(row: TreeRow, level: number): HTMLTableRowElement {
    const { name, file, line } = this.#tree.frameOf(row.node);
    const share = (ticks: number) => h('td', { class: 'number' }, percentText(100 * this.#tree.share(ticks)));
    const cost = (ticks: number) => h('td', { class: 'number' }, this.#scale.cost(ticks));
    const place = whereText(this.#tree, row.node, this.#scale);
    const link = h('button', { type: 'button', class: 'link', tabindex: -1 }, place);
    const isLink = isOpenable(file) && line !== null;
    if (isLink) link.addEventListener('click', () => this.#open(file, line));
    const what = h(
      'td',
      { class: 'name' },
      h('code', {}, name),
      ' ',
      isLink ? link : h('span', { class: 'dim' }, place),
    );
    const element = h('tr', { role: 'row', 'aria-level': level, tabindex: level === 1 ? 0 : -1 });
    what.style.paddingLeft = `${16 * Math.min(level, 24)}px`;
    element.append(share(row.self), cost(row.self), share(row.total), cost(row.total), what);
    const children = row.children().filter(({ total }) => this.#tree.share(total) >= LEAST_SHARE);
    if (children.length) this.#unfoldable(element, what, children, level);
    return element;
  }

  #unfoldable(row: HTMLTableRowElement, cell: HTMLElement, children: readonly TreeRow[], level: number): void {
    const twistie = h('button', { type: 'button', class: 'twistie', tabindex: -1, 'aria-hidden': 'true' }, '▸');
    cell.prepend(twistie);
    row.setAttribute('aria-expanded', 'false');
    twistie.addEventListener('click', () => {
      const isOpen = row.getAttribute('aria-expanded') === 'true';
      row.setAttribute('aria-expanded', String(!isOpen));
      twistie.textContent = isOpen ? '▸' : '▾';
      if (!isOpen) row.after(...this.#rows(children, level + 1));
      else
        while (Number(row.nextElementSibling?.getAttribute('aria-level') ?? 0) > level)
          row.nextElementSibling!.remove();
    });
  }

  #key(event: KeyboardEvent): void {
    const row = (event.target as HTMLElement).closest('tr'); // only elements get keys
    if (!row) return;
    const isOpen = row.getAttribute('aria-expanded');
    const toggle = () => row.querySelector<HTMLElement>('.twistie')?.click();
    const actions: Record<string, () => void> = {
      ArrowDown: () => (row.nextElementSibling as HTMLElement | null)?.focus(),
      ArrowUp: () => (row.previousElementSibling as HTMLElement | null)?.focus(),
      ArrowRight: () => isOpen === 'false' && toggle(),
      ArrowLeft: () => isOpen === 'true' && toggle(),
      Enter: () => row.querySelector<HTMLElement>('.link')?.click(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]!();
  }
}
