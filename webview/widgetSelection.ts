import { DisposableStore } from '../src/base/disposable.ts';
import type { WidgetData } from '../src/protocol/output.ts';
import chartCss from './chart.css';
import { Chart } from './chart.ts';
import type { ChartSpec } from './chartSpec.ts';
import { h } from './dom.ts';
import type { OutputScope, OutputView, StateView, ViewItem } from './outputView.ts';
import widgetCss from './widget.css';
import { keepKeys } from './widgetControl.ts';
import selectionCss from './widgetSelection.css';
import { type SelectionState, selectionState, selectionText } from './widgetSelectionState.ts';
import { WidgetSync } from './widgetSync.ts';

/** A chart whose selection is a value: what is dragged or clicked in it is posted, and said in words below it. */
export class SelectionWidget implements OutputView, StateView {
  readonly css = [chartCss, widgetCss, selectionCss].join('\n');
  readonly element: HTMLElement;
  readonly #chart: Chart;
  readonly #words = h('span', { 'aria-live': 'polite' });
  readonly #clear = h('button', { type: 'button' }, 'Clear');
  readonly #sync: WidgetSync;
  readonly #store = new DisposableStore();
  #data: WidgetData;
  #state: SelectionState;

  constructor(data: WidgetData, page: OutputScope) {
    this.#data = data;
    this.#state = (page.stateOf(data.name) ?? data.value) as SelectionState; // the kernel takes any object
    this.#sync = new WidgetSync({
      post: (state) => page.move(this, state),
      show: (state) => this.#show(state as SelectionState),
      nextFrame: (action) => requestAnimationFrame(action),
      after: (ms, action) => setTimeout(action, ms),
    });
    const { param = 'selected' } = data.options;
    const changed = (value: unknown) => this.#take(selectionState(value, specOf(this.#data)));
    const selection = { param, changed, state: () => this.#state };
    this.#chart = this.#store.add(new Chart(() => structuredClone(specOf(this.#data)), selection));
    this.element = h(
      'div',
      { class: 'widget selection' },
      this.#chart.element,
      h('div', { class: 'selected' }, this.#words, this.#clear),
    );
    this.#clear.addEventListener('click', () => {
      this.#take({});
      void this.#chart.mark();
    });
    keepKeys(this.#clear, /^( |Enter)$/);
    this.#say();
    this.#store.add(page.watch(this));
  }

  get name(): string {
    return this.#data.name;
  }

  async update(item: ViewItem): Promise<boolean> {
    const data = item.json() as WidgetData;
    if (data.kind !== 'selection' || data.name !== this.name) return false;
    const isSame = JSON.stringify(data.options) === JSON.stringify(this.#data.options);
    this.#data = data;
    this.#sync.receive(data.value);
    if (!isSame) await this.#chart.draw();
    return true;
  }

  receive(state: unknown): void {
    this.#sync.receive(state);
  }

  busy(busy: boolean): void {
    this.element.ariaBusy = String(busy);
  }

  attached(): Promise<void> {
    return this.#chart.attached();
  }

  restyle(): void {
    this.#chart.restyle();
  }

  dispose(): void {
    this.#sync.flush();
    this.#store.dispose();
    this.element.remove();
  }

  #take(state: SelectionState): void {
    if (this.#become(state)) this.#sync.move(state);
  }

  #show(state: SelectionState): void {
    if (this.#become(state)) void this.#chart.mark();
  }

  /** False where it is no news: a chart at another width says anew what is selected, and so does the notebook. */
  #become(state: SelectionState): boolean {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return false;
    this.#state = state;
    this.#say();
    return true;
  }

  #say(): void {
    const text = selectionText(this.#state);
    this.#words.textContent = text || 'Drag or click in the chart to select.';
    this.#clear.hidden = text === '';
  }
}

function specOf({ options }: WidgetData): ChartSpec {
  return options.children![0]!.items[0]!.data as ChartSpec; // the kernel puts the chart there
}
