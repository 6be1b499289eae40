import { formatBytes, formatCount } from '../src/base/format.ts';
import type { ProfileView } from '../src/protocol/panel.ts';
import type { AllocationCost } from '../src/protocol/profileResult.ts';
import { h } from './dom.ts';
import { isOpenable, measureText, percentText, placeText } from './profilePageText.ts';

type Open = (file: string, line: number) => void;

const MOST_ROWS = 10;

/** What calls allocate, how they pause and block, and what they leave behind; nothing where none of it was measured. */
export function profileMemory({ result, paths }: ProfileView, open: Open): HTMLElement[] {
  const { memory, gc, eventLoop, leak } = result;
  const facts: [string, string][] = [];
  if (memory)
    facts.push(['Allocated per call', `${formatBytes(memory.bytesPerCall)} ± ${formatBytes(memory.plusMinus)}`]);
  if (memory?.large.perCall) facts.push(['Largest object', formatBytes(memory.large.largestBytes)]);
  if (gc) facts.push(['Garbage collections', `${gc.count} in ${formatCount(gc.calls, 'call')}`]);
  if (gc?.count) facts.push(['Longest pause', measureText(gc.longestMs)]);
  if (eventLoop) facts.push(['Longest block of the event loop', measureText(eventLoop.longestMs)]);
  if (leak) facts.push(['Left behind per call', leftText(leak)]);
  if (!facts.length) return [];
  const tables = [
    ...(memory ? [allocationTable('Who allocates', memory.functions, paths, open)] : []),
    ...(leak?.sites.length ? [allocationTable('Who allocated what is left', leak.sites, paths, open)] : []),
  ];
  return [
    h(
      'section',
      { class: 'memory' },
      h('h2', {}, 'Memory'),
      h('dl', {}, ...facts.map(([name, text]) => h('div', {}, h('dt', {}, name), h('dd', {}, text)))),
      h('div', { class: 'costs' }, ...tables),
    ),
  ];
}

function leftText({ bytesPerCall, ci95: [low, high], calls }: NonNullable<ProfileView['result']['leak']>): string {
  if (bytesPerCall === 0) return `nothing, in ${formatCount(calls, 'call')}`;
  return `${formatBytes(bytesPerCall)}, 95 % sure between ${formatBytes(low)} and ${formatBytes(high)}`;
}

function allocationTable(
  title: string,
  costs: readonly AllocationCost[],
  paths: ProfileView['paths'],
  open: Open,
): HTMLElement {
  const head = ['Self share', 'Self', 'Total'].map((name) => h('th', { scope: 'col', class: 'number' }, name));
  const rows = costs.slice(0, MOST_ROWS).map((cost) => row(cost, paths, open));
  return h(
    'section',
    { class: 'cost' },
    h('h2', {}, title),
    h(
      'table',
      { class: 'plain', 'aria-label': title },
      h('thead', {}, h('tr', {}, ...head, h('th', { scope: 'col' }, 'Function'))),
      h('tbody', {}, ...rows),
    ),
  );
}

function row(
  { name, file, line, origin, percent, selfBytes, totalBytes }: AllocationCost,
  paths: ProfileView['paths'],
  open: Open,
): HTMLTableRowElement {
  const place = file === null ? 'built in' : placeText(paths, file, line);
  const isLink = isOpenable(file) && line !== null;
  const title = isLink ? h('button', { type: 'button', class: 'title' }, h('code', {}, name)) : h('code', {}, name);
  const element = h(
    'tr',
    { class: `${origin === 'own' ? 'own' : 'foreign'}${isLink ? ' opens' : ''}` },
    h('td', { class: 'number' }, percentText(percent)),
    h('td', { class: 'number' }, formatBytes(selfBytes)),
    h('td', { class: 'number' }, formatBytes(totalBytes)),
    h('td', { class: 'what' }, title, h('div', { class: 'dim place', title: place }, place)),
  );
  if (isLink) element.addEventListener('click', () => open(file, line));
  return element;
}
