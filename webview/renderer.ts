import type { Disposable } from '../src/base/disposable.ts';
import type { HtmlData, RendererMessage, TableData, ValueNode, WidgetData } from '../src/protocol/output.ts';
import { MIME } from '../src/protocol/output.ts';
import chartCss from './chart.css';
import { Chart } from './chart.ts';
import type { ChartSpec } from './chartSpec.ts';
import { h, placeIn } from './dom.ts';
import { HtmlFrame } from './htmlFrame.ts';
import pageCss from './renderer.css';
import type { Renderer, RendererContext, RendererItem } from './rendererApi.ts';
import tableCss from './table.css';
import { Table } from './table.ts';
import { watchTheme } from './theme.ts';
import valueCss from './value.css';
import { ValueTree } from './valueTree.ts';
import widgetCss from './widget.css';
import { Widget } from './widget.ts';

/** The entry point that VS Code calls: draws charts, tables, widgets, values and HTML of the notebook's outputs. */
export function activate(context: RendererContext): Renderer {
  return new OutputRenderer(context);
}

type View = Chart | Table | Widget | ValueTree | HtmlFrame;

interface Shown {
  readonly id: string;
  readonly element: HTMLElement;
  readonly view: View;
}

class OutputRenderer implements Renderer {
  readonly #context: RendererContext;
  readonly #shown = new Map<HTMLElement, Shown>();

  constructor(context: RendererContext) {
    this.#context = context;
    context.onDidReceiveMessage?.((message) => this.#receive(message));
    watchTheme(() => this.#restyle());
  }

  async renderOutputItem(item: RendererItem, element: HTMLElement): Promise<void> {
    const shown = this.#shown.get(element);
    if (shown?.view.element.isConnected && (await this.#redraw(shown.view, item))) {
      this.#shown.set(element, { ...shown, id: item.id });
      return;
    }
    this.#remove(element);
    try {
      await this.#draw(item, element);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      placeIn(element, pageCss).append(
        h('p', { class: 'problem', role: 'alert' }, `This output could not be drawn: ${message}`),
      );
    }
  }

  disposeOutputItem(id?: string): void {
    for (const shown of [...this.#shown.values()]) if (id === undefined || shown.id === id) this.#remove(shown.element);
  }

  /** Shows new content in the place of the old where the two are of a kind, so that nothing flickers or loses focus. */
  async #redraw(view: View, item: RendererItem): Promise<boolean> {
    if (view instanceof Widget && item.mime === MIME.widget) {
      const data = item.json() as WidgetData;
      if (data.name !== view.name) return false;
      view.update(data);
      return true;
    }
    if (!(view instanceof Chart && item.mime === MIME.vegaLite)) return false;
    await view.update(() => item.json() as ChartSpec);
    return true;
  }

  async #draw(item: RendererItem, element: HTMLElement): Promise<void> {
    const { view, css } = this.#viewOf(item);
    this.#shown.set(element, { id: item.id, element, view });
    placeIn(element, pageCss, css).append(view.element);
    if (view instanceof Chart) await view.draw(); // needs its place on the page to know its width
  }

  #viewOf(item: RendererItem): { readonly view: View; readonly css: string } {
    switch (item.mime) {
      case MIME.vegaLite:
        return { view: new Chart(() => item.json() as ChartSpec), css: chartCss };
      case MIME.table:
        return { view: new Table(item.json() as TableData), css: tableCss };
      case MIME.widget:
        return { view: new Widget(item.json() as WidgetData, this.#post), css: widgetCss };
      case MIME.value:
        return { view: new ValueTree(item.json() as ValueNode), css: valueCss };
      case MIME.sandboxedHtml:
        return { view: new HtmlFrame(item.json() as HtmlData), css: '' };
      default:
        throw new Error(`Memoir does not draw ${item.mime}.`);
    }
  }

  /** Tells the notebook of a move, and the widget's other copies on the page. */
  readonly #post = (widget: Widget, value: unknown): void => {
    const message: RendererMessage = { type: 'widget', name: widget.name, value };
    this.#context.postMessage?.(message);
    this.#tell({ [widget.name]: value }, widget);
  };

  #receive(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'widgets') return;
    if ('values' in message && typeof message.values === 'object' && message.values !== null)
      this.#tell(message.values);
  }

  #tell(values: object, except?: Widget): void {
    const known = new Map(Object.entries(values));
    for (const { view } of this.#shown.values()) {
      if (view instanceof Widget && view !== except && known.has(view.name)) view.receive(known.get(view.name));
    }
  }

  #restyle(): void {
    for (const { view } of this.#shown.values()) {
      if (view instanceof Chart) void view.draw();
      if (view instanceof HtmlFrame) view.restyle();
    }
  }

  #remove(element: HTMLElement): void {
    const view: Disposable | undefined = this.#shown.get(element)?.view;
    this.#shown.delete(element);
    view?.dispose();
  }
}
