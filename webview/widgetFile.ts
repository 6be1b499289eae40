import { formatBytes } from '../src/base/format.ts';
import type { FileState } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import { type Control, type ControlEvents, keepKeys, labelled, nextId } from './widgetControl.ts';
import { makeButton } from './widgetSwitches.ts';

/** A file to choose, or to drop here. */
export function file(events: ControlEvents): Control {
  const label = h('span', { id: nextId() });
  const input = h('input', { type: 'file', hidden: true, tabindex: -1, 'aria-hidden': 'true' });
  const choose = makeButton(true);
  const name = h('span', { class: 'name', 'aria-live': 'polite' });
  const remove = h(
    'button',
    { class: 'remove', type: 'button', 'aria-label': 'Take the file away', title: 'Take the file away' },
    '✕',
  );
  const drop = h('div', { class: 'drop', role: 'group', 'aria-labelledby': label.id }, choose, name, remove, input);
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    name.textContent = `Reading ${chosen.name}…`;
    events.commit({ name: chosen.name, base64: await base64Of(chosen) } satisfies FileState);
  };
  const show = (state: unknown) => {
    const chosen = state as FileState | null;
    name.textContent = chosen
      ? `${chosen.name} · ${formatBytes(Math.floor(chosen.base64.length * 0.75))}`
      : 'or drop it here';
    name.classList.toggle('dim', !chosen);
    remove.hidden = !chosen;
  };
  choose.textContent = 'Choose file';
  choose.addEventListener('click', () => input.click());
  input.addEventListener('change', () => void take(input.files?.[0]).then(() => (input.value = '')));
  remove.addEventListener('click', () => {
    show(null);
    events.commit(null);
  });
  keepKeys(remove, /^( |Enter)$/);
  dropZone(drop, (dropped) => !choose.disabled && void take(dropped));
  return {
    element: labelled(label, drop),
    inputs: [choose],
    declare({ label: words, options: { accept = '', disabled } }) {
      label.textContent = words;
      choose.ariaLabel = `${words}: choose file`;
      input.accept = accept;
      choose.disabled = remove.disabled = disabled === true;
    },
    show,
  };
}

function dropZone(zone: HTMLElement, take: (file: File | undefined) => void): void {
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
    event.stopPropagation(); // the notebook would take it for a cell
    zone.classList.add('over');
  });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation();
    zone.classList.remove('over');
    take(event.dataTransfer?.files[0]);
  });
}

function base64Of(file: File): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
