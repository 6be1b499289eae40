import { type Disposable, DisposableStore } from '../src/base/disposable.ts';
import type { Output, OutputItem, RendererEvent, RowsRequest, TableData } from '../src/protocol/output.ts';
import { MIME } from '../src/protocol/output.ts';
import { h, placeIn } from './dom.ts';
import type { OutputHost } from './outputHost.ts';
import type { OutputScope, OutputView, StateScope, StateView, ViewItem } from './outputView.ts';
import { makeView } from './outputViews.ts';
import pageCss from './renderer.css';
import { watchTheme } from './theme.ts';
import { showToast } from './toast.ts';

interface Shown {
  readonly id: string;
  readonly mime: string;
  readonly view: OutputView;
}

/** Draws outputs on a page, keeps those that share a state in step, and follows the page's theme. */
export class OutputPage implements OutputScope, Disposable {
  readonly #host: OutputHost;
  readonly #store = new DisposableStore();
  readonly #shown = new Map<HTMLElement, Shown>();
  /** Where outputs stand that are updated in place. */
  readonly #places = new Map<string, { readonly element: HTMLElement; readonly states: StateScope }>();
  readonly #turns = new WeakMap<HTMLElement, number>();
  readonly #states = new Map<string, unknown>();
  /** Names of the states that the notebook kept when it last told. */
  #kept: readonly string[] = [];
  readonly #watching = new Set<StateView>();
  #busy: readonly string[] = [];
  readonly #asked = new Map<string, PromiseWithResolvers<TableData['rows']>>();
  readonly rows: OutputScope['rows'];

  constructor(host: OutputHost) {
    this.#host = host;
    this.rows = host.isLive ? (request) => this.#ask(request) : null;
    this.#store.add(host.listen((event) => this.#receive(event)));
    this.#store.add(watchTheme(() => this.#restyle()));
    host.post({ type: 'ready' });
  }

  /** Draws an output in the richest format that this page knows. */
  draw(element: HTMLElement, output: Output, states: StateScope = this): Promise<void> {
    const item = output.items.find(({ mime }) => isDrawable(mime)) ?? output.items[0];
    if (output.id !== undefined) this.#places.set(output.id, { element, states });
    const alt = output.items.find(({ mime }) => mime === MIME.text)?.data;
    return item ? this.#draw(element, viewItem(item, String(alt ?? '')), '', states) : Promise.resolve();
  }

  /** Draws one format in `element`; over what stands there where the two are of a kind. */
  drawItem(element: HTMLElement, item: ViewItem, id = ''): Promise<void> {
    return this.#draw(element, item, id, this);
  }

  async #draw(element: HTMLElement, item: ViewItem, id: string, states: StateScope): Promise<void> {
    const turn = (this.#turns.get(element) ?? 0) + 1;
    this.#turns.set(element, turn);
    const shown = this.#shown.get(element);
    if (shown?.mime === item.mime && shown.view.element.isConnected && (await shown.view.update?.(item))) {
      if (this.#shown.get(element) === shown) this.#shown.set(element, { ...shown, id });
      return;
    }
    try {
      const view = await makeView(item, states === this ? this : this.#within(states));
      if (this.#turns.get(element) !== turn) return view.dispose(); // a newer drawing has taken over
      this.#remove(element);
      this.#shown.set(element, { id, mime: item.mime, view });
      placeIn(element, pageCss, view.css).append(view.element);
      await view.attached?.();
    } catch (error) {
      this.#remove(element);
      placeIn(element, pageCss).append(problem(error));
    }
  }

  /** Takes outputs off the page: those drawn under `id`, or all. */
  remove(id?: string): void {
    for (const [element, shown] of [...this.#shown]) if (id === undefined || shown.id === id) this.#remove(element);
  }

  clear(element: HTMLElement): void {
    this.#turns.set(element, (this.#turns.get(element) ?? 0) + 1);
    this.#remove(element);
  }

  stateOf(name: string): unknown {
    return this.#states.get(name);
  }

  watch(view: StateView): Disposable {
    this.#watching.add(view);
    view.busy?.(this.#busy.includes(view.name));
    return { dispose: () => this.#watching.delete(view) };
  }

  move(view: StateView, state: unknown): void {
    this.#host.post({ type: 'widget', name: view.name, value: state });
    this.#tell({ [view.name]: state }, view);
  }

  stop(): void {
    this.#host.post({ type: 'stop' });
  }

  dispose(): void {
    this.remove();
    this.#store.dispose();
  }

  /** This page for views whose states are kept elsewhere. */
  #within({ stateOf, watch, move }: StateScope): OutputScope {
    const within: StateScope = { stateOf, watch, move };
    return {
      ...within,
      draw: (element, output, states = within) => this.draw(element, output, states),
      clear: (element) => this.clear(element),
      rows: this.rows,
      stop: () => this.stop(),
    };
  }

  #ask(request: RowsRequest): Promise<TableData['rows']> {
    const key = keyOf(request);
    const asked = this.#asked.get(key) ?? Promise.withResolvers();
    this.#asked.set(key, asked);
    this.#host.post({ type: 'rows', ...request });
    return asked.promise;
  }

  #answer(event: Extract<RendererEvent, { type: 'rows' }>): void {
    const key = keyOf(event);
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    if (event.rows) asked?.resolve(event.rows);
    else asked?.reject(new Error(event.problem));
  }

  #receive(event: RendererEvent): void {
    switch (event.type) {
      case 'widgets':
        this.#forget(this.#kept.filter((name) => !(name in event.values)));
        this.#kept = Object.keys(event.values);
        this.#tell(event.values);
        if (event.busy) this.#tellBusy(event.busy);
        break;
      case 'output': {
        const place = this.#places.get(event.output.id ?? '');
        if (place?.element.isConnected) void this.draw(place.element, event.output, place.states);
        break;
      }
      case 'rows':
        this.#answer(event);
        break;
      case 'toast':
        showToast(event.toast);
    }
  }

  #tellBusy(busy: readonly string[]): void {
    this.#busy = busy;
    for (const view of this.#watching) view.busy?.(busy.includes(view.name));
  }

  #tell(values: Readonly<Record<string, unknown>>, except?: StateView): void {
    for (const [name, state] of Object.entries(values)) {
      this.#states.set(name, state);
      for (const view of this.#watching) if (view.name === name && view !== except) view.receive(state);
    }
  }

  #forget(names: readonly string[]): void {
    for (const name of names) {
      this.#states.delete(name);
      for (const view of this.#watching) if (view.name === name) view.forget?.();
    }
  }

  #restyle(): void {
    for (const { view } of this.#shown.values()) view.restyle?.();
  }

  #remove(element: HTMLElement): void {
    const shown = this.#shown.get(element);
    this.#shown.delete(element);
    shown?.view.dispose();
  }
}

function keyOf({ pages, from, count }: RowsRequest): string {
  return [pages, from, count].join(' ');
}

/** Whether this page draws a format. */
function isDrawable(mime: string): boolean {
  return Object.values<string>(MIME).includes(mime) || /^(image|audio|video)\//.test(mime);
}

/** An output's item as views read it. */
function viewItem({ mime, data, base64 }: OutputItem, alt: string): ViewItem {
  return {
    mime,
    alt,
    json: () => structuredClone(data),
    text: () => String(data),
    bytes: () =>
      base64
        ? Uint8Array.from(atob(String(data)), (sign) => sign.charCodeAt(0))
        : data instanceof Uint8Array
          ? data
          : new TextEncoder().encode(String(data)),
  };
}

function problem(error: unknown): HTMLElement {
  const message = error instanceof Error ? error.message : String(error);
  return h('p', { class: 'problem', role: 'alert' }, `This output could not be drawn: ${message}`);
}
