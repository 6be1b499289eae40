import { h } from './dom.ts';
import { longText } from './longText.ts';
import type { OutputView, ViewItem } from './outputView.ts';

/** Text as it stands. */
export class PlainText implements OutputView {
  readonly css = '';
  readonly element: HTMLElement;

  constructor(text: string) {
    this.element = h('pre', { class: 'plain' }, ...longText(text));
  }

  update(item: ViewItem): boolean {
    this.element.replaceChildren(...longText(item.text()));
    return true;
  }

  dispose(): void {
    this.element.remove();
  }
}
