import type { WidgetOptions } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import { type Control, type ControlEvents, keepKeys, nextId } from './widgetControl.ts';

/** One thumb on a track. */
export function slider(events: ControlEvents): Control {
  const id = nextId();
  const label = h('label', { for: id });
  const shown = h('output', { for: id, class: 'value' });
  const thumb = makeThumb(
    events,
    () => thumb.valueAsNumber,
    () => paint(),
  );
  thumb.id = id;
  const { ends, limit } = makeEnds();
  const paint = () => {
    thumb.style.setProperty('--to', share(thumb));
    shown.value = formatNumber(thumb.valueAsNumber);
  };
  return {
    element: h('div', { class: 'slider' }, label, shown, thumb, ends),
    inputs: [thumb],
    declare({ label: text, options }) {
      label.textContent = text;
      limit(options, thumb);
      paint();
    },
    show(value) {
      thumb.value = String(value);
      paint();
    },
  };
}

/** Two thumbs on a track; neither passes the other. */
export function range(events: ControlEvents): Control {
  const label = h('span', { id: nextId() });
  const shown = h('output', { class: 'value' });
  const value = () => ({ min: low.valueAsNumber, max: high.valueAsNumber });
  const low = makeThumb(events, value, () => keepApart(low));
  const high = makeThumb(events, value, () => keepApart(high));
  const track = h('div', { class: 'thumbs', role: 'group', 'aria-labelledby': label.id }, low, high);
  const { ends, limit } = makeEnds();
  const keepApart = (moved: HTMLInputElement) => {
    if (low.valueAsNumber > high.valueAsNumber) moved.value = moved === low ? high.value : low.value;
    paint();
  };
  const paint = () => {
    track.style.setProperty('--from', share(low));
    track.style.setProperty('--to', share(high));
    low.classList.toggle('above', Number(share(low)) > 0.5); // where both stand at one end, the one that can move is on top
    shown.value = `${formatNumber(low.valueAsNumber)} – ${formatNumber(high.valueAsNumber)}`;
  };
  return {
    element: h('div', { class: 'slider' }, label, shown, track, ends),
    inputs: [low, high],
    declare({ label: text, options }) {
      label.textContent = text;
      low.ariaLabel = `${text}, from`;
      high.ariaLabel = `${text}, to`;
      limit(options, low, high);
      paint();
    },
    show(state) {
      const { min, max } = state as { min: number; max: number }; // the kernel gives no other
      low.value = String(min);
      high.value = String(max);
      paint();
    },
  };
}

function makeThumb(events: ControlEvents, value: () => unknown, moved: () => void): HTMLInputElement {
  const thumb = h('input', { type: 'range' });
  thumb.addEventListener('input', () => {
    moved();
    events.move(value());
  });
  thumb.addEventListener('change', () => events.commit(value()));
  thumb.addEventListener('pointerdown', () => events.hold(true));
  for (const end of ['pointerup', 'pointercancel', 'blur']) thumb.addEventListener(end, () => events.hold(false));
  keepKeys(thumb, /^(Arrow|Page|Home|End)/);
  return thumb;
}

function makeEnds(): { ends: HTMLElement; limit: (options: WidgetOptions, ...thumbs: HTMLInputElement[]) => void } {
  const [least, most] = [h('span'), h('span')];
  return {
    ends: h('div', { class: 'ends', 'aria-hidden': 'true' }, least, most),
    limit({ min = 0, max = 100, step = 1, disabled }, ...thumbs) {
      least.textContent = formatNumber(Number(min));
      most.textContent = formatNumber(Number(max));
      for (const thumb of thumbs) {
        Object.assign(thumb, { min: String(min), max: String(max), step: String(step) });
        thumb.disabled = disabled === true;
      }
    },
  };
}

/** Where a thumb stands, from 0 to 1. */
function share({ min, max, valueAsNumber }: HTMLInputElement): string {
  return String((valueAsNumber - Number(min)) / (Number(max) - Number(min) || 1));
}

/** Years stay `2020`; large numbers get their commas. */
function formatNumber(value: number): string {
  return Math.abs(value) < 10_000 ? String(value) : value.toLocaleString('en-US', { maximumFractionDigits: 12 });
}
