import type { Disposable } from '../src/base/disposable.ts';
import type { WidgetData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import { type Control, makeControl } from './widgetControls.ts';
import { WidgetSync } from './widgetSync.ts';

/** A widget on the page; drawing it again keeps the control, its focus, and a drag that is under way. */
export class Widget implements Disposable {
  readonly element = h('div', { class: 'widget' });
  readonly #post: (widget: Widget, value: unknown) => void;
  readonly #sync: WidgetSync;
  #data: WidgetData;
  #control: Control;

  constructor(data: WidgetData, post: (widget: Widget, value: unknown) => void) {
    this.#data = data;
    this.#post = post;
    this.#sync = new WidgetSync({
      post: (value) => this.#post(this, value),
      show: (value) => this.#control.show(value),
      nextFrame: (action) => requestAnimationFrame(action),
      after: (ms, action) => setTimeout(action, ms),
    });
    this.#control = this.#makeControl(data);
  }

  get name(): string {
    return this.#data.name;
  }

  /** Takes the widget as it is now declared, and its value unless the reader is moving it. */
  update(data: WidgetData): void {
    const isSame = data.kind === this.#data.kind && data.name === this.#data.name;
    this.#data = data;
    if (!isSame) this.#control = this.#makeControl(data);
    else {
      this.#control.declare(data);
      this.#sync.receive(data.value);
    }
  }

  /** Takes the value that the notebook says the widget has. */
  receive(value: unknown): void {
    this.#sync.receive(value);
  }

  dispose(): void {
    this.#sync.flush();
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
