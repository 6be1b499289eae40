import type { ProfileView } from '../src/protocol/panel.ts';
import type { LineWait } from '../src/protocol/profileResult.ts';
import { h } from './dom.ts';
import { measureText, placeText } from './profilePageText.ts';

const MOST_ROWS = 10;

/** The lines on which an async function waits; nothing for others. */
export function profileWaiting(
  { result: { waiting }, paths, source }: ProfileView,
  open: (file: string, line: number) => void,
): HTMLElement[] {
  if (!waiting?.lines.length) return [];
  const row = ({ file, line, kind, waitMs, count }: LineWait) => {
    const place = placeText(paths, file, line);
    const text = source[file]?.[line]?.trim() || place;
    const title = h('button', { type: 'button', class: 'title' }, h('code', { title: text }, text));
    const element = h(
      'tr',
      { class: 'own opens' },
      h('td', { class: 'number' }, measureText(waitMs)),
      h('td', { class: 'number' }, String(Number(count.toPrecision(2)))),
      h('td', {}, kind),
      h('td', { class: 'what' }, title, h('div', { class: 'dim place' }, place)),
    );
    element.addEventListener('click', () => open(file, line));
    return element;
  };
  const head = ['Waits', 'Times'].map((name) => h('th', { scope: 'col', class: 'number' }, name));
  const words = ['For', 'Line'].map((name) => h('th', { scope: 'col' }, name));
  return [
    h(
      'section',
      { class: 'waits cost' },
      h('h2', {}, 'Waiting'),
      h('p', { class: 'dim' }, `Of ${measureText(waiting.wallMs)} on the clock per call, in a pass of its own.`),
      h(
        'table',
        { class: 'plain', 'aria-label': 'Waiting' },
        h('thead', {}, h('tr', {}, ...head, ...words)),
        h('tbody', {}, ...waiting.lines.slice(0, MOST_ROWS).map(row)),
      ),
    ),
  ];
}
