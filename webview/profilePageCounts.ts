import { formatCount } from '../src/base/format.ts';
import type { ProfileView } from '../src/protocol/panel.ts';
import type { LineCount } from '../src/protocol/profileResult.ts';
import { h } from './dom.ts';
import { placeText } from './profilePageText.ts';

const MOST_ROWS = 12;

/** How often functions and lines ran per call; nothing where that was not counted. */
export function profileCounts(
  { result: { counts }, paths }: ProfileView,
  open: (file: string, line: number) => void,
): HTMLElement[] {
  if (!counts) return [];
  const row = (name: string | null, { file, line, count }: LineCount) => {
    const place = placeText(paths, file, line);
    const title = h('button', { type: 'button', class: 'title' }, h('code', {}, name ?? place));
    const element = h(
      'tr',
      { class: 'own opens' },
      h('td', { class: 'number' }, `× ${Number(count.toPrecision(4)).toLocaleString('en-US')}`),
      h('td', { class: 'what' }, title, ...(name === null ? [] : [h('div', { class: 'dim place' }, place)])),
    );
    element.addEventListener('click', () => open(file, line));
    return element;
  };
  const table = (what: string, rows: readonly HTMLElement[]) =>
    h(
      'table',
      { class: 'plain', 'aria-label': `${what}, times per call` },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col', class: 'number' }, 'Times'), h('th', { scope: 'col' }, what))),
      h('tbody', {}, ...rows),
    );
  return [
    h(
      'section',
      { class: 'counts cost' },
      h('h2', {}, 'Counts'),
      h(
        'p',
        { class: 'dim' },
        `Per call, counted exactly in ${formatCount(counts.calls, 'call')}, in a pass of its own.`,
      ),
      table(
        'Function',
        counts.functions.slice(0, MOST_ROWS).map((one) => row(one.name, one)),
      ),
      table(
        'Line',
        counts.lines.slice(0, MOST_ROWS).map((one) => row(null, one)),
      ),
    ),
  ];
}
