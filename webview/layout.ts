import { DisposableStore } from '../src/base/disposable.ts';
import type { LayoutData, Output } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import layoutCss from './layout.css';
import { type Arrangement, arrange } from './layoutKinds.ts';
import type { OutputScope, OutputView, StateView, ViewItem } from './outputView.ts';
import { unfoldOnPaper } from './paper.ts';

/** Outputs in an arrangement; parts that are folded away are drawn when they are first opened. */
export class Layout implements OutputView, StateView {
  readonly css = layoutCss;
  readonly element: HTMLElement;
  readonly #page: OutputScope;
  readonly #store = new DisposableStore();
  readonly #parts: readonly HTMLElement[];
  readonly #arrangement: Arrangement;
  readonly #drawing: Promise<void>[] = [];
  #data: LayoutData;

  constructor(data: LayoutData, page: OutputScope) {
    this.#data = data;
    this.#page = page;
    this.#parts = data.children.map(() => h('div', { class: 'part' }));
    this.#arrangement = arrange(data, this.#parts, {
      open: (index) => this.#draw(index),
      remember: (state) => page.move(this, state),
    });
    this.element = this.#arrangement.element;
    this.#arrangement.show(page.stateOf(data.name));
    this.#store.add(page.watch(this));
    this.#store.add(unfoldOnPaper(this));
  }

  get name(): string {
    return this.#data.name;
  }

  async update(item: ViewItem): Promise<boolean> {
    const data = item.json() as LayoutData;
    if (shapeOf(data) !== shapeOf(this.#data)) return false;
    this.#data = data;
    this.#parts.forEach((part, index) => {
      if (part.childElementCount) this.#draw(index);
    });
    await this.attached();
    return true;
  }

  /** The page measures an output once it is drawn. */
  async attached(): Promise<void> {
    await Promise.all(this.#drawing.splice(0));
  }

  receive(state: unknown): void {
    this.#arrangement.show(state);
  }

  forget(): void {
    this.#arrangement.show(undefined);
  }

  async unfold(): Promise<void> {
    this.element.classList.add('unfolded');
    for (const [index, part] of this.#parts.entries()) if (!part.childElementCount) this.#draw(index);
    await this.attached();
  }

  fold(): void {
    this.element.classList.remove('unfolded');
  }

  dispose(): void {
    this.#store.dispose();
    for (const part of this.#parts) for (const slot of part.children) this.#page.clear(slot as HTMLElement);
    this.element.remove();
  }

  /** Paper shows everything, as nothing can be opened there. */
  #draw(index: number): void {
    const part = this.#parts[index]!;
    const outputs = this.#data.children[index]!.outputs;
    while (part.childElementCount > outputs.length) {
      this.#page.clear(part.lastElementChild as HTMLElement);
      part.lastElementChild!.remove();
    }
    for (const [i, output] of outputs.entries()) this.#drawOutput(part, output, i);
  }

  #drawOutput(part: HTMLElement, output: Output, i: number): void {
    const slot = (part.children[i] as HTMLElement | undefined) ?? part.appendChild(h('div'));
    this.#drawing.push(this.#page.draw(slot, output));
  }
}

/** What a layout is made of, whatever stands in its parts. */
function shapeOf({ kind, name, children, widths, title, tone }: LayoutData): string {
  return JSON.stringify([kind, name, children.map((child) => child.title), widths, title, tone]);
}
