import type { ProfileView } from '../src/protocol/panel.ts';
import type { ProfileOutcome } from '../src/protocol/profileResult.ts';
import { h } from './dom.ts';
import { placeText } from './profilePageText.ts';

type Open = (file: string, line: number) => void;

/** What became of the profile, where it did not go as planned. */
export function profileBanner(view: ProfileView, open: Open): HTMLElement[] {
  const { outcome, error } = view.result;
  const ended = ENDED[outcome];
  if (error) return [errorBanner(view, open)];
  return ended ? [h('div', { class: 'banner warning', role: 'status' }, h('strong', {}, ended))] : [];
}

export function profileNotes(notes: readonly string[]): HTMLElement[] {
  if (notes.length === 0) return [];
  return [h('ul', { class: 'notes', 'aria-label': 'Notes' }, ...notes.map((note) => h('li', {}, note)))];
}

const ENDED: Readonly<Record<ProfileOutcome, string | null>> = {
  measured: null,
  once: 'Called once, so there is no interval and few samples.',
  threw: 'The function threw.',
  deadline: 'Stopped at its deadline. What it did until then is below.',
  outOfMemory: 'Ran out of memory. What was measured before is below.',
  exited: 'The program ended itself. What was measured before is below.',
  lost: 'The process that measured went away. What was measured before is below.',
};

/** The error and where it was thrown; a function that threw is named as such, other errors by how the profile ended. */
function errorBanner({ result: { error, outcome }, paths, source }: ProfileView, open: Open): HTMLElement {
  const { name, message, file, line } = error!; // asked for only where there is one
  const text = file !== null && line !== null ? source[file]?.[line] : undefined;
  const banner = h(
    'div',
    { class: 'banner error', role: 'alert' },
    h('strong', {}, ENDED[outcome] ?? 'The function threw.'),
    h('p', { class: 'message' }, `${name}: ${message}`),
  );
  if (file !== null && line !== null) {
    const place = h('button', { type: 'button', class: 'link' }, placeText(paths, file, line));
    place.addEventListener('click', () => open(file, line));
    banner.append(h('p', { class: 'thrown' }, place, ...(text ? [h('code', {}, text.trim())] : [])));
  }
  return banner;
}
