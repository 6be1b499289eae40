import { h } from './dom.ts';
import type { OutputView, ViewItem } from './outputView.ts';

const css = `
img, video { max-width: 100%; max-height: 640px; display: block; border-radius: 4px; }
audio { display: block; width: min(100%, 420px); height: 40px; }
`;

/** A picture, sound or film. */
export class Media implements OutputView {
  readonly css = css;
  readonly element: HTMLElement;
  readonly #url: string;

  constructor(item: ViewItem) {
    const { mime, alt = '' } = item;
    this.#url = URL.createObjectURL(new Blob([item.bytes() as BlobPart], { type: mime }));
    if (mime.startsWith('image/')) this.element = h('img', { src: this.#url, alt });
    else if (mime.startsWith('audio/'))
      this.element = h('audio', { src: this.#url, controls: true, 'aria-label': alt });
    else this.element = h('video', { src: this.#url, controls: true, 'aria-label': alt });
    this.element.addEventListener('keydown', (event) => event.stopPropagation()); // a player's keys are its own
  }

  dispose(): void {
    URL.revokeObjectURL(this.#url);
    this.element.remove();
  }
}
