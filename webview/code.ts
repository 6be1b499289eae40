import type { CodeData } from '../src/protocol/output.ts';
import codeCss from './code.css';
import { h } from './dom.ts';
import { longText } from './longText.ts';
import type { OutputView } from './outputView.ts';

/** A text in a language: coloured, once what colours it is loaded. */
export class Code implements OutputView {
  readonly css = codeCss;
  readonly element: HTMLElement;
  readonly #code = h('code');
  readonly #data: CodeData;

  constructor(data: CodeData) {
    this.#data = data;
    this.#code.append(...longText(data.code));
    const copy = h('button', { type: 'button', class: 'copy' }, 'Copy');
    copy.addEventListener('click', async () => {
      await navigator.clipboard.writeText(data.code);
      copy.textContent = 'Copied';
      setTimeout(() => {
        copy.textContent = 'Copy';
      }, 1_500);
    });
    const text = h('pre', { tabindex: 0, 'aria-label': `Code, ${data.language}` }, this.#code);
    const note = data.note ? [h('p', { class: 'note' }, data.note)] : [];
    this.element = h('div', { class: 'code' }, ...note, text, copy);
  }

  async attached(): Promise<void> {
    const { highlight } = await import('./highlight.ts');
    const coloured = highlight(this.#data.code, this.#data.language);
    if (coloured) this.#code.replaceChildren(coloured);
  }

  dispose(): void {
    this.element.remove();
  }
}
