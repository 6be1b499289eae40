import { ratioInWords } from '../src/base/format.ts';
import type { ProfileView } from '../src/protocol/panel.ts';
import type { ComparisonVerdict, CostDifference } from '../src/protocol/profileResult.ts';
import { h } from './dom.ts';
import { isOpenable, measureText, placeText } from './profilePageText.ts';

type Open = (file: string, line: number) => void;

const MOST_ROWS = 12;
const WORDS: Readonly<Record<ComparisonVerdict | 'unknown', string>> = {
  faster: 'faster',
  slower: 'slower',
  same: 'no change for sure',
  unknown: 'not comparable: one of the two was not timed',
};

/** What changed since the profile that this one is compared with; nothing where there is none. */
export function profileComparison({ comparison, paths }: ProfileView, open: Open): HTMLElement[] {
  if (!comparison) return [];
  const { than, comparison: found } = comparison;
  const { ratio, verdict, before, after, functions } = found;
  const medians = `${measureText(before.medianMs ?? Number.NaN)} then, ${measureText(after.medianMs ?? Number.NaN)} now`;
  const times = ratio && ratioInWords(ratio);
  const interval = times ? `, 95 % sure between ${times.low} and ${times.high} × as ${times.as}` : '';
  const head = ['Then', 'Now', 'Change'].map((name) => h('th', { scope: 'col', class: 'number' }, name));
  return [
    h(
      'section',
      { class: 'comparison cost' },
      h('h2', {}, `Compared with ${than}`),
      h('p', { class: 'verdict' }, times ? `${times.value} × ` : '', h('span', {}, WORDS[verdict])),
      h('p', { class: 'dim' }, `${medians}${interval}`),
      h(
        'table',
        { class: 'plain', 'aria-label': 'Functions, self time per call' },
        h('thead', {}, h('tr', {}, ...head, h('th', { scope: 'col' }, 'Function'))),
        h('tbody', {}, ...functions.slice(0, MOST_ROWS).map((one) => row(one, paths, open))),
      ),
    ),
  ];
}

function row(
  { name, file, line, origin, beforeMs, afterMs, deltaMs, plusMinusMs, verdict }: CostDifference,
  paths: ProfileView['paths'],
  open: Open,
): HTMLTableRowElement {
  const sign = deltaMs < 0 ? '−' : '+';
  const change = `${sign}${measureText(Math.abs(deltaMs))} ± ${measureText(plusMinusMs)}`;
  const place = file === null ? (origin === 'gc' ? 'garbage collection' : 'built in') : placeText(paths, file, line);
  const isLink = isOpenable(file) && line !== null;
  const title = isLink ? h('button', { type: 'button', class: 'title' }, h('code', {}, name)) : h('code', {}, name);
  const element = h(
    'tr',
    { class: `${origin === 'own' ? 'own' : 'foreign'}${isLink ? ' opens' : ''}` },
    h('td', { class: 'number' }, measureText(beforeMs)),
    h('td', { class: 'number' }, measureText(afterMs)),
    h('td', { class: 'number' }, change, h('div', { class: 'dim' }, verdict === 'same' ? 'not sure' : verdict)),
    h('td', { class: 'what' }, title, h('div', { class: 'dim place', title: place }, place)),
  );
  if (isLink) element.addEventListener('click', () => open(file, line));
  return element;
}
