import { formatCount } from '../src/base/format.ts';
import type { ValueNode } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputView } from './outputView.ts';
import valueCss from './value.css';
import { briefEntries } from './valueBrief.ts';

const OPEN_AT_FIRST = 24;
/** Entries drawn at once. */
const PAGE = 200;

/** A value to unfold; entries are drawn when they are first shown. */
export class ValueTree implements OutputView {
  readonly css = valueCss;
  readonly element: HTMLElement;

  constructor(node: ValueNode) {
    const list = h(
      'ul',
      { class: 'values', 'aria-label': `Value: ${node.preview}` },
      drawNode(null, node, (node.entries?.length ?? 0) <= OPEN_AT_FIRST),
    );
    list.addEventListener('keydown', moveByArrows);
    this.element = list;
  }

  dispose(): void {
    this.element.remove();
  }
}

function drawNode(key: string | null, node: ValueNode, open = false): HTMLElement {
  const label = key === null ? [] : [h('span', { class: 'key' }, key), h('span', { class: 'colon' }, ': ')];
  const value = h('span', { class: `value ${node.type}` }, node.preview);
  const { entries } = node;
  if (!entries?.length) return h('li', {}, h('div', { class: 'row' }, ...label, value, ...leftOut(node)));
  const brief = h('span', { class: 'brief' }, ` ${briefEntries(node)}`);
  const button = h(
    'button',
    { class: 'row', type: 'button', 'aria-expanded': 'false' },
    h('span', { class: 'twist', 'aria-hidden': 'true' }),
    ...label,
    value,
    brief,
  );
  const item = h('li', {}, button);
  button.addEventListener('click', () => toggle(item, button, node));
  if (open) toggle(item, button, node);
  return item;
}

function toggle(item: HTMLElement, button: HTMLElement, node: ValueNode): void {
  const open = button.getAttribute('aria-expanded') !== 'true';
  button.setAttribute('aria-expanded', String(open));
  const children = item.querySelector(':scope > ul');
  if (children) children.toggleAttribute('hidden', !open);
  else if (open) item.append(drawEntries(node));
}

function drawEntries(node: ValueNode): HTMLElement {
  const list = h('ul');
  drawPage(list, node, 0);
  return list;
}

/** Draws some entries, and a button for more of them. */
function drawPage(list: HTMLElement, node: ValueNode, from: number): void {
  const { entries = [], more } = node;
  const shown = entries.slice(from, from + PAGE);
  const left = entries.length - from - shown.length;
  list.append(...shown.map(({ key, value }) => drawNode(key, value)));
  if (left > 0) list.append(moreButton(left, () => drawPage(list, node, from + PAGE)));
  else if (more)
    list.append(h('li', { class: 'more' }, `${formatCount(more, 'more entry', 'more entries')} not shown`));
}

function moreButton(left: number, draw: () => void): HTMLElement {
  const button = h(
    'button',
    { class: 'row more', type: 'button' },
    `Show more: ${formatCount(left, 'entry', 'entries')} left`,
  );
  const item = h('li', {}, button);
  button.addEventListener('click', () => {
    const before = item.previousElementSibling;
    item.remove();
    draw();
    before?.nextElementSibling?.querySelector('button')?.focus();
  });
  return item;
}

function leftOut(node: ValueNode): HTMLElement[] {
  if (!node.more) return [];
  const what =
    node.type === 'string' ? formatCount(node.more, 'more character') : formatCount(node.more, 'entry', 'entries');
  return [h('span', { class: 'more' }, ` ${what} not shown`)];
}

/** Up and Down walk through what can be unfolded, Right and Left unfold and fold. */
function moveByArrows(event: KeyboardEvent): void {
  const button = event.target;
  if (!(button instanceof HTMLElement) || !button.matches('button.row')) return;
  const list = event.currentTarget as HTMLElement;
  const buttons = [...list.querySelectorAll<HTMLElement>('button.row')].filter((other) => other.offsetParent !== null);
  const at = buttons.indexOf(button);
  const open = button.getAttribute('aria-expanded') === 'true';
  const parent = button.closest('ul')?.closest('li')?.querySelector<HTMLElement>(':scope > button.row');
  const step: Record<string, () => void> = {
    ArrowDown: () => buttons[at + 1]?.focus(),
    ArrowUp: () => buttons[at - 1]?.focus(),
    ArrowRight: () => (open ? buttons[at + 1]?.focus() : button.click()),
    ArrowLeft: () => (open ? button.click() : parent?.focus()),
    Home: () => buttons[0]?.focus(),
    End: () => buttons.at(-1)?.focus(),
  };
  const move = step[event.key];
  if (!move) return;
  event.preventDefault();
  event.stopPropagation(); // the notebook would move its selection
  move();
}
