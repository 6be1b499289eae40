import { h } from './dom.ts';
import { type FlameScale, whereText } from './flameText.ts';
import type { FlameTree } from './flameTree.ts';
import { isOpenable, percentText } from './profilePageText.ts';

const MOST_ROWS = 200;
const LEAST_SHARE = 0.005;

/** The same stacks as a table, for who cannot use the chart; made when it is first unfolded. */
export function flameTable(
  tree: FlameTree,
  scale: FlameScale,
  open: (file: string, line: number) => void,
): HTMLDetailsElement {
  const details = h('details', { class: 'stacks' }, h('summary', {}, 'Flame chart as a table'));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(stacks(tree, scale, open));
  });
  return details;
}

/** The nodes worth a row, callers before callees and heaviest first. */
export function heavyNodes(tree: FlameTree, most = MOST_ROWS): number[] {
  const nodes: number[] = [];
  const waiting = tree.size > 0 ? [0] : [];
  while (waiting.length && nodes.length < most) {
    const node = waiting.pop()!;
    nodes.push(node);
    const children = [...tree.children(node)].filter((child) => tree.share(tree.total[child]!) >= LEAST_SHARE);
    waiting.push(...children.reverse());
  }
  return nodes;
}

function stacks(tree: FlameTree, scale: FlameScale, open: (file: string, line: number) => void): HTMLElement {
  const nodes = heavyNodes(tree);
  const head = ['Level', 'Function', 'Where', 'Self share', 'Self', 'Total share', 'Total'];
  const isNumber = (name: string) => name !== 'Function' && name !== 'Where';
  return h(
    'div',
    { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Flame chart as a table' },
    h(
      'table',
      { class: 'plain' },
      h(
        'caption',
        {},
        `Stacks of at least ${percentText(100 * LEAST_SHARE)} of the ${scale.whole}, callers before what they call.`,
      ),
      h(
        'thead',
        {},
        h('tr', {}, ...head.map((name) => h('th', { scope: 'col', class: isNumber(name) && 'number' }, name))),
      ),
      h('tbody', {}, ...nodes.map((node) => row(tree, node, scale, open))),
    ),
  );
}

function row(
  tree: FlameTree,
  node: number,
  scale: FlameScale,
  open: (file: string, line: number) => void,
): HTMLTableRowElement {
  const { name, file, line } = tree.frameOf(node);
  const where = whereText(tree, node, scale);
  const title = h('th', { scope: 'row' }, name);
  title.style.paddingLeft = `${10 + 12 * Math.min(tree.depth[node]!, 20)}px`;
  const place = h('button', { type: 'button', class: 'link' }, where);
  const isLink = isOpenable(file) && line !== null;
  if (isLink) place.addEventListener('click', () => open(file, line));
  const cost = (ticks: number) => [
    h('td', { class: 'number' }, percentText(100 * tree.share(ticks))),
    h('td', { class: 'number' }, scale.cost(ticks)),
  ];
  return h(
    'tr',
    {},
    h('td', { class: 'number' }, String(tree.depth[node]! + 1)),
    title,
    h('td', {}, isLink ? place : where),
    ...cost(tree.self[node]!),
    ...cost(tree.total[node]!),
  );
}
