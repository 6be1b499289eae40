import type { View } from 'vega';
import chartCss from './chart.css';
import { type ChartSpec, isResponsive, vegaOf } from './chartSpec.ts';
import { chartSignals } from './chartTheme.ts';
import { ChartTooltip } from './chartTooltip.ts';
import { h } from './dom.ts';
import type { OutputView, ViewItem } from './outputView.ts';
import { isDark, readTheme, themeKind } from './theme.ts';
import type { SelectionState } from './widgetSelectionState.ts';

/** A chart's selection parameter, and who keeps what is selected. */
export interface Selection {
  readonly param: string;
  readonly state: () => SelectionState;
  readonly changed: (value: unknown) => void;
}

/** A chart on the page: follows the page's width and theme, and keeps the old picture until the new one is ready. */
export class Chart implements OutputView {
  readonly css = chartCss;
  readonly element = h('figure', { class: 'chart' });
  readonly #tooltip = new ChartTooltip();
  readonly #resize = new ResizeObserver(() => void this.#fit());
  #read: () => ChartSpec;
  #view: View | null = null;
  #responsive = false;
  /** That of the page when it was drawn; the view's own tells that without its axes. */
  #width = 0;
  readonly #selection: Selection | null;
  #drawing = 0;
  #isMarking = false;

  /**
   * `read` gives a fresh copy of the specification: Vega writes into the data that it is given. `selection` says what is
   * selected, and hears of what the reader selects.
   */
  constructor(read: () => ChartSpec, selection: Selection | null = null) {
    this.#read = read;
    this.#selection = selection;
    this.element.append(this.#tooltip.element);
    this.#resize.observe(this.element);
  }

  async update(item: ViewItem): Promise<boolean> {
    this.#read = () => item.json() as ChartSpec;
    await this.draw();
    return true;
  }

  attached(): Promise<void> {
    return this.draw(); // its place on the page tells how wide it is
  }

  restyle(): void {
    void this.draw();
  }

  dispose(): void {
    this.#drawing += 1;
    this.#resize.disconnect();
    this.#view?.finalize();
    this.#view = null;
    this.element.remove();
  }

  async draw(): Promise<void> {
    const turn = ++this.#drawing;
    const canvas = h('div', { class: `canvas pending ${isDark(themeKind()) ? 'dark' : ''}` });
    this.element.append(canvas);
    try {
      const view = await this.#drawInto(canvas);
      if (turn !== this.#drawing) view.finalize();
      else this.#show(canvas, view);
    } catch (error) {
      if (turn === this.#drawing) this.#show(canvas, null, error instanceof Error ? error.message : String(error));
    } finally {
      if (turn !== this.#drawing) canvas.remove(); // a newer drawing has taken over
    }
  }

  /** Marks what is selected, where that is news to the chart. */
  async mark(view = this.#view): Promise<void> {
    if (!this.#selection || !view) return;
    const { markSelection } = await import('./chartSelection.ts');
    this.#isMarking = true;
    await markSelection(view, this.#selection.param, this.#selection.state()).finally(() => {
      this.#isMarking = false;
    });
  }

  async #drawInto(container: HTMLElement): Promise<View> {
    const { drawVega } = await import('./chartView.ts');
    const theme = readTheme();
    const spec = this.#read();
    const vega = vegaOf(spec, chartSignals(theme));
    if (!vega) throw new Error('it carries no compiled Vega. Run its cell again.');
    this.#responsive = isResponsive(vega);
    this.#width = container.clientWidth;
    const showTooltip = (value: unknown, event: MouseEvent) => this.#tooltip.show(value, event);
    const view = await drawVega(vega, { container, theme, description: spec.description ?? 'Chart', showTooltip });
    await this.mark(view);
    return view;
  }

  #show(canvas: HTMLElement, view: View | null, problem?: string): void {
    this.#view?.finalize();
    this.#view = view;
    this.#listen();
    this.#tooltip.hide();
    canvas.classList.remove('pending');
    if (problem)
      canvas.replaceChildren(h('p', { class: 'problem', role: 'alert' }, `This chart could not be drawn: ${problem}`));
    this.element.replaceChildren(canvas, this.#tooltip.element);
    void this.#fit();
  }

  #listen(): void {
    const { param, changed } = this.#selection ?? {};
    if (param && changed) this.#view?.addSignalListener(param, (_name, value) => this.#isMarking || changed(value));
  }

  async #fit(): Promise<void> {
    const { element } = this;
    const width = Math.floor(element.clientWidth);
    if (this.#view && this.#responsive && width > 0 && this.#width !== width) {
      this.#width = width;
      await this.#view.width(width).runAsync();
    }
    if (element.scrollWidth > element.clientWidth)
      element.tabIndex = 0; // to be scrolled by keyboard as well
    else element.removeAttribute('tabindex');
  }
}
