import type { LineState } from './appHost.ts';
import { h } from './dom.ts';

const SLOW_MS = 400;
const NOTICE_MS = 8_000;

const WORDS: Readonly<Record<Exclude<LineState['type'], 'live' | 'ended'>, string>> = {
  lost: 'The connection is lost. Trying again …',
  asleep: 'This page went to sleep, as nobody used it. Click anywhere to wake it.',
  full: 'Too many people use this app right now. Trying again in a moment …',
};

/** Says what a reader should know of the page as a whole: that it computes, or is cut off. */
export class AppStatus {
  readonly element = h('div', { class: 'status' });
  readonly banner = h('div', { class: 'banners', role: 'status' });
  readonly #line = h('p', { class: 'banner' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ onStop }: { readonly onStop: () => void }) {
    const stop = h('button', { type: 'button', class: 'quiet' }, 'Stop');
    stop.addEventListener('click', onStop);
    this.element.append(h('span', { class: 'spinner', 'aria-hidden': 'true' }), h('span', {}, 'Computing'), stop);
    this.element.hidden = true;
  }

  /** Work that is done at once is not worth a word. */
  busy(isBusy: boolean): void {
    clearTimeout(this.#timer);
    if (isBusy === !this.element.hidden) return;
    if (isBusy) this.#timer = setTimeout(() => this.element.removeAttribute('hidden'), SLOW_MS);
    else this.element.hidden = true;
  }

  line(state: LineState): void {
    this.#line.remove();
    if (state.type === 'live') return;
    this.#line.textContent = state.type === 'ended' ? state.text : WORDS[state.type];
    this.banner.append(this.#line);
  }

  /** Tells something for a while. */
  tell(text: string): void {
    if ([...this.banner.children].some((banner) => banner.textContent === text)) return;
    const banner = h('p', { class: 'banner' }, text);
    this.banner.append(banner);
    setTimeout(() => banner.remove(), NOTICE_MS);
  }
}
