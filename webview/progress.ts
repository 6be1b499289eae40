import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import type { VscodeProgressBar } from '@vscode-elements/elements/dist/vscode-progress-bar/vscode-progress-bar.js';
import { formatDuration } from '../src/base/format.ts';
import type { ProgressData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputScope, OutputView, ViewItem } from './outputView.ts';
import progressCss from './progress.css';
import { keepKeys } from './widgetControl.ts';

/** How far a loop is, when it will be done, and a button that ends it. */
export class Progress implements OutputView {
  readonly css = progressCss;
  readonly element: HTMLElement;
  readonly #label = h('span', { class: 'label' });
  readonly #bar = document.createElement('vscode-progress-bar') as VscodeProgressBar;
  readonly #text = h('span', { class: 'text' });
  readonly #stop = h('button', { type: 'button', class: 'stop' }, 'Stop');

  constructor(data: ProgressData, page: OutputScope) {
    this.#stop.addEventListener('click', () => page.stop());
    keepKeys(this.#stop, /^( |Enter)$/);
    this.element = h('div', { class: 'progress' }, this.#label, this.#text, this.#stop, this.#bar);
    this.#draw(data);
  }

  update(item: ViewItem): boolean {
    this.#draw(item.json() as ProgressData);
    return true;
  }

  dispose(): void {
    this.element.remove();
  }

  #draw(data: ProgressData): void {
    const { label, done, total, state } = data;
    this.#label.textContent = label;
    this.#text.textContent = progressText(data);
    this.#bar.ariaLabel = label || 'Progress';
    if (total !== null || state !== 'running') {
      this.#bar.max = total || 1;
      this.#bar.value = state === 'done' ? this.#bar.max : done;
    } else this.#bar.indeterminate = true;
    this.#stop.hidden = state !== 'running';
  }
}

/** `42 of 100 · 3.2 s left`, `100 in 5.1 s`, `stopped at 42 of 100`. */
export function progressText({ done, total, elapsedMs, leftMs, state }: ProgressData): string {
  const count = done.toLocaleString('en-US');
  const far = total === null || state === 'done' ? count : `${count} of ${total.toLocaleString('en-US')}`;
  if (state === 'done') return `${far} in ${formatDuration(elapsedMs)}`;
  if (state === 'stopped') return `stopped at ${far}`;
  return leftMs === null ? `${far} · ${formatDuration(elapsedMs)}` : `${far} · ${formatDuration(leftMs)} left`;
}
