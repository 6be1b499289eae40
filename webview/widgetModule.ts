import { DisposableStore } from '../src/base/disposable.ts';
import type { WidgetData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import { HtmlFrame } from './htmlFrame.ts';
import type { OutputScope, OutputView, StateView, ViewItem } from './outputView.ts';
import widgetCss from './widget.css';
import { type ModuleState, moduleDocument, sentMoves } from './widgetModuleFrame.ts';
import { WidgetSync } from './widgetSync.ts';

/** A widget of the user's own, in a frame that reaches neither the page nor the network. */
export class ModuleWidget implements OutputView, StateView {
  readonly css = widgetCss;
  readonly element: HTMLElement;
  readonly #frame: HtmlFrame;
  readonly #sync: WidgetSync;
  readonly #store = new DisposableStore();
  #data: WidgetData;
  /** What is not as the cell declares it: only that is kept, so that a change of the declaration counts. */
  #moves: ModuleState;

  constructor(data: WidgetData, page: OutputScope) {
    this.#data = data;
    this.#moves = this.#movesTo(page.stateOf(data.name) ?? data.value);
    this.#sync = new WidgetSync({
      post: (moves) => page.move(this, Object.keys(moves as ModuleState).length ? moves : this.#initial),
      show: (moves) => this.#tell(moves as ModuleState),
      nextFrame: (action) => requestAnimationFrame(action),
      after: (ms, action) => setTimeout(action, ms),
    });
    this.#frame = new HtmlFrame(() => moduleDocument(this.#data.options, this.#state), data.label);
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
    const data = item.json() as WidgetData;
    const { script, css } = this.#data.options;
    const isSame = data.options.script === script && data.options.css === css;
    if (data.kind !== 'module' || data.name !== this.name || !isSame) return false;
    this.#data = data;
    this.receive(data.value);
    return true;
  }

  receive(state: unknown): void {
    this.#sync.receive(this.#movesTo(state));
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

  get #initial(): ModuleState {
    return (this.#data.initial ?? {}) as ModuleState; // the kernel takes nothing else
  }

  get #state(): ModuleState {
    return { ...this.#initial, ...this.#moves };
  }

  /** What of a state is not as it was declared, in the same order always. */
  #movesTo(state: unknown): ModuleState {
    const declared = this.#initial;
    const whole: ModuleState = { ...declared, ...(state as ModuleState) }; // states of this kind are objects
    const isMoved = (name: string) => JSON.stringify(whole[name]) !== JSON.stringify(declared[name]);
    return Object.fromEntries(Object.entries(whole).filter(([name]) => isMoved(name)));
  }

  #tell(moves: ModuleState): void {
    this.#moves = moves;
    this.#frame.element.contentWindow?.postMessage({ memoirState: this.#state }, '*'); // its origin is opaque
  }

  readonly #listen = (event: MessageEvent): void => {
    if (event.source !== this.#frame.element.contentWindow) return;
    const moves = sentMoves(event.data);
    if (!moves) return;
    this.#moves = this.#movesTo({ ...this.#moves, ...moves });
    this.#sync.move(this.#moves);
  };
}
