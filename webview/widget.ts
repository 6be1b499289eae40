import { DisposableStore } from '../src/base/disposable.ts';
import type { WidgetData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputScope, OutputView, StateView, ViewItem } from './outputView.ts';
import widgetCss from './widget.css';
import { type Control, makeControl } from './widgetControls.ts';
import { WidgetSync } from './widgetSync.ts';

/** A widget on the page; drawing it again keeps the control, its focus, and a drag that is under way. */
export class Widget implements OutputView, StateView {
  readonly css = widgetCss;
  readonly element = h('div', { class: 'widget' });
  readonly #store = new DisposableStore();
  readonly #sync: WidgetSync;
  #data: WidgetData;
  #control: Control;

  constructor(data: WidgetData, page: OutputScope) {
    this.#data = data;
    this.#sync = new WidgetSync({
      post: (value) => page.move(this, value),
      show: (value) => this.#control.show(value),
      nextFrame: (action) => requestAnimationFrame(action),
      after: (ms, action) => setTimeout(action, ms),
    });
    this.#control = this.#makeControl(data);
    this.#store.add(page.watch(this));
  }

  get name(): string {
    return this.#data.name;
  }

  /** Takes the widget as it is now declared, and its value unless the reader is moving it. */
  update(item: ViewItem): boolean {
    const data = item.json() as WidgetData;
    if (data.kind !== this.#data.kind || data.name !== this.#data.name) return false;
    this.#data = data;
    this.#control.declare(data);
    this.#sync.receive(data.value);
    return true;
  }

  /** Takes the value that the notebook says the widget has. */
  receive(value: unknown): void {
    this.#sync.receive(value);
  }

  dispose(): void {
    this.#sync.flush();
    this.#store.dispose();
    this.element.remove();
  }

  #makeControl(data: WidgetData): Control {
    const control = makeControl(data, {
      move: (value) => this.#sync.move(value),
      commit: (value) => {
        this.#sync.move(value);
        this.#sync.flush();
      },
      hold: (held) => this.#sync.hold(held),
    });
    this.element.replaceChildren(control.element);
    control.declare(data);
    control.show(data.value);
    return control;
  }
}
