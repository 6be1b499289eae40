import { DisposableStore } from '../src/base/disposable.ts';
import type { WidgetData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import { HtmlFrame } from './htmlFrame.ts';
import type { OutputScope, OutputView, StateView, ViewItem } from './outputView.ts';
import widgetCss from './widget.css';
import { moduleDocument, sentState } from './widgetModuleFrame.ts';
import { WidgetSync } from './widgetSync.ts';

/** A widget of the user's own, in a frame that reaches neither the page nor the network. */
export class ModuleWidget implements OutputView, StateView {
  readonly css = widgetCss;
  readonly element: HTMLElement;
  readonly #frame: HtmlFrame;
  readonly #sync: WidgetSync;
  readonly #store = new DisposableStore();
  readonly #data: WidgetData;
  #state: unknown;

  constructor(data: WidgetData, page: OutputScope) {
    this.#data = data;
    this.#state = page.stateOf(data.name) ?? data.value;
    this.#sync = new WidgetSync({
      post: (state) => page.move(this, state),
      show: (state) => this.#tell(state),
      nextFrame: (action) => requestAnimationFrame(action),
      after: (ms, action) => setTimeout(action, ms),
    });
    this.#frame = new HtmlFrame(() => moduleDocument(data.options, this.#state), data.label);
    this.element = h('div', { class: 'widget module' }, this.#frame.element);
    addEventListener('message', this.#listen);
    this.#store.add({ dispose: () => removeEventListener('message', this.#listen) });
    this.#store.add(this.#frame);
    this.#store.add(page.watch(this));
  }

  get name(): string {
    return this.#data.name;
  }

  update(item: ViewItem): boolean {
    const { kind, name, value, options } = item.json() as WidgetData;
    const { script, css } = this.#data.options;
    if (kind !== 'module' || name !== this.name || options.script !== script || options.css !== css) return false;
    this.#sync.receive(value);
    return true;
  }

  receive(state: unknown): void {
    this.#sync.receive(state);
  }

  busy(busy: boolean): void {
    this.element.ariaBusy = String(busy);
  }

  restyle(): void {
    this.#frame.restyle();
  }

  dispose(): void {
    this.#sync.flush();
    this.#store.dispose();
    this.element.remove();
  }

  #tell(state: unknown): void {
    this.#state = state;
    this.#frame.element.contentWindow?.postMessage({ memoirState: state }, '*'); // its origin is opaque
  }

  readonly #listen = (event: MessageEvent): void => {
    if (event.source !== this.#frame.element.contentWindow) return;
    const state = sentState(event.data);
    if (!state) return;
    this.#state = state;
    this.#sync.move(state);
  };
}
