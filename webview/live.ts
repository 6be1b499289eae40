import type { Output } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputScope, OutputView, ViewItem } from './outputView.ts';

/** An output that brings its id along, for pages that know none of outputs: later ones with this id are drawn here. */
export class Live implements OutputView {
  readonly css = '';
  readonly element = h('div');
  readonly #page: OutputScope;
  readonly #drawn: Promise<void>;

  constructor(output: Output, page: OutputScope) {
    this.#page = page;
    this.#drawn = page.draw(this.element, output);
  }

  attached(): Promise<void> {
    return this.#drawn;
  }

  async update(item: ViewItem): Promise<boolean> {
    await this.#page.draw(this.element, item.json() as Output);
    return true;
  }

  dispose(): void {
    this.#page.clear(this.element);
    this.element.remove();
  }
}
