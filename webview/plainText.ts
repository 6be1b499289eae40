import { h } from './dom.ts';
import type { OutputView, ViewItem } from './outputView.ts';

/** Text as it stands. */
export class PlainText implements OutputView {
  readonly css = '';
  readonly element: HTMLElement;

  constructor(text: string) {
    this.element = h('pre', { class: 'plain' }, text);
  }

  update(item: ViewItem): boolean {
    this.element.textContent = item.text();
    return true;
  }

  dispose(): void {
    this.element.remove();
  }
}
