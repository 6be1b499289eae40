import { formatCount } from '../src/base/format.ts';
import type { ProfilePageMessage, ProfileView } from '../src/protocol/panel.ts';
import type { Timing } from '../src/protocol/profileResult.ts';
import { h } from './dom.ts';
import { measureText, medianText, placeText } from './profilePageText.ts';

/** What was profiled, when, and what can be done with it. */
export function profileHeader(view: ProfileView, post: (message: ProfilePageMessage) => void): HTMLElement {
  const { file, line, name, args } = view.result.target;
  const given = args === '[]' ? '' : `(${args})`;
  const place = h('button', { type: 'button', class: 'link place', title: file }, placeText(view.paths, file, line));
  place.addEventListener('click', () => post({ type: 'openLine', file, line }));
  const button = (text: string, style: string, message: ProfilePageMessage) => {
    const element = h('button', { type: 'button', class: style }, text);
    element.addEventListener('click', () => post(message));
    return element;
  };
  const at = new Date(view.at);
  return h(
    'header',
    {},
    h(
      'div',
      { class: 'what' },
      h('h1', { title: `${name}${given}` }, name, h('span', { class: 'args' }, given)),
      h(
        'p',
        { class: 'origin' },
        place,
        h('time', { datetime: view.at }, at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })),
        ...(view.commit ? [h('span', {}, `commit ${view.commit}`)] : []),
      ),
    ),
    h(
      'div',
      { class: 'actions' },
      button('Profile Again', 'solid', { type: 'again', seconds: null }),
      ...(view.flame ? [button('Export Profile…', 'secondary', { type: 'export' })] : []),
    ),
  );
}

/** The median with its interval, and beside it what else is known of the times and how they were taken. */
export function profileFacts(view: ProfileView): HTMLElement {
  const { timing } = view.result;
  const facts = [...(timing ? timingFacts(timing) : []), ...samplingFacts(view)];
  return h(
    'section',
    { class: 'facts', 'aria-label': 'Time of a call' },
    ...(timing ? [headline(timing)] : []),
    h('dl', {}, ...facts.map(([name, text]) => h('div', {}, h('dt', {}, name), h('dd', {}, text)))),
    ...overheadNote(view),
  );
}

function headline(timing: Timing): HTMLElement {
  const { median, plusMinus } = medianText(timing);
  const { ci95 } = timing;
  const interval = ci95
    ? `median of a call, 95 % sure between ${measureText(ci95[0])} and ${measureText(ci95[1])}`
    : 'median of a call; too few calls for an interval';
  return h(
    'div',
    {},
    h('p', { class: 'median' }, median, ...(plusMinus ? [h('span', { class: 'interval' }, plusMinus)] : [])),
    h('p', { class: 'dim' }, interval),
  );
}

function timingFacts({ runs, batch, meanMs, p95Ms }: Timing): [string, string][] {
  const calls = formatCount(runs, 'call');
  return [
    ['Mean', measureText(meanMs)],
    ['95th percentile', measureText(p95Ms)],
    ['Timed', batch > 1 ? `${calls}, ${batch.toLocaleString('en-US')} at a time` : calls],
  ];
}

function samplingFacts({ result: { cpu, overheadMs } }: ProfileView): [string, string][] {
  if (!cpu) return [];
  const calls = cpu.calls > 0 ? ` in ${formatCount(cpu.calls, 'call')}` : '';
  const samples = `${formatCount(cpu.ticks, 'sample')}${calls}, ${measureText(cpu.intervalUs / 1000)} apart`;
  return [
    ['Sampled', samples],
    ['Measuring itself', measureText(overheadMs)],
  ];
}

/** Sampling has a pass of its own, so what it costs is told but not in the times. */
function overheadNote({ overhead, result: { cpu } }: ProfileView): HTMLElement[] {
  if (!cpu || overhead === null) return [];
  const percent = Math.round(overhead * 100);
  const slower = percent < 1 ? 'did not slow the calls measurably' : `slowed the calls by ${percent} %`;
  return [h('p', { class: 'dim note' }, `Sampling ${slower}; it ran apart, so the times above are free of it.`)];
}
