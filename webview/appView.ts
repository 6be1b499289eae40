import type { AppCell, AppEvent, AppPage } from '../src/protocol/app.ts';
import type { RendererEvent, RendererMessage } from '../src/protocol/output.ts';
import { AppArrange } from './appArrange.ts';
import { AppCellView } from './appCell.ts';
import type { AppHost, AppListener, LineState } from './appHost.ts';
import { AppStatus } from './appStatus.ts';
import { AppTabs } from './appTabs.ts';
import { h } from './dom.ts';
import { OutputPage } from './outputPage.ts';

/** The page of an app: cells in the author's layout, kept in step with the notebook. */
export class AppView implements AppListener {
  readonly #host: AppHost;
  readonly #status: AppStatus;
  readonly #main = h('main');
  readonly #aside = h('aside', { 'aria-label': 'Controls' });
  readonly #asideOutputs = h('div', { class: 'cell pinned' });
  readonly #cells = new Map<string, AppCellView>();
  readonly #listeners = new Set<(event: RendererEvent) => void>();
  readonly #outputs: OutputPage;
  readonly #busy = new Set<string>();
  readonly #arrange: AppArrange;
  readonly #bar: HTMLElement;
  readonly #reset = h(
    'button',
    { type: 'button', class: 'quiet', title: 'Put every widget back to where it stood' },
    'Reset',
  );
  #views: readonly AppCellView[] = [];
  #page: AppPage | null = null;
  #drawn = '';

  /** @param bar what stands at the top, on the right. */
  constructor(host: AppHost, bar: readonly HTMLElement[] = []) {
    this.#host = host;
    this.#status = new AppStatus({ onStop: () => host.post({ type: 'stop' }) });
    this.#outputs = new OutputPage({
      isLive: host.isLive,
      post: (message: RendererMessage) => host.post(message),
      listen: (listener) => {
        this.#listeners.add(listener);
        return { dispose: () => this.#listeners.delete(listener) };
      },
    });
    this.#arrange = new AppArrange({
      cells: () => this.#views,
      onLayout: (cell, layout) => host.post({ type: 'layout', cell, layout }),
      onToggle: () => this.#place(),
    });
    this.#reset.hidden = true;
    this.#reset.addEventListener('click', () => host.post({ type: 'reset' }));
    this.#bar = h('header', { class: 'bar' }, this.#status.element, this.#reset, ...bar);
    document.body.replaceChildren(
      h('div', { class: 'frame' }, this.#aside, this.#main),
      this.#bar,
      this.#status.banner,
    );
  }

  start(): void {
    this.#host.start(this);
  }

  hear(event: AppEvent): void {
    switch (event.type) {
      case 'page':
        if (event.arrangeable) this.#bar.append(this.#arrange.button);
        this.#lay(event.page);
        break;
      case 'cells':
        for (const [id, state] of Object.entries(event.cells)) {
          this.#cells.get(id)?.update(state);
          if (state.status === 'busy') this.#busy.add(id);
          else this.#busy.delete(id);
        }
        this.#status.busy(this.#busy.size > 0);
        this.#fitSidebar();
        break;
      case 'widgets':
        this.#reset.hidden = !Object.keys(event.values).length;
        for (const listener of this.#listeners) listener(event);
        break;
      case 'output':
      case 'rows':
      case 'toast':
        for (const listener of this.#listeners) listener(event);
        break;
      case 'notice':
        this.#status.tell(event.text);
        break;
    }
  }

  line(state: LineState): void {
    this.#status.line(state);
    document.body.classList.toggle('cut-off', state.type !== 'live');
  }

  /** Puts cells where they belong; those that stay keep what they show. */
  #lay(page: AppPage): void {
    const drawing = JSON.stringify(page);
    if (drawing === this.#drawn) return;
    this.#drawn = drawing;
    document.title = page.title;
    const views = page.cells.map((cell) => this.#view(cell));
    for (const [id, view] of this.#cells) {
      if (page.cells.some((cell) => cell.id === id)) continue;
      view.dispose();
      this.#cells.delete(id);
      this.#busy.delete(id);
    }
    this.#views = views;
    this.#page = page;
    this.#place();
  }

  #place(): void {
    const { title = '', cells = [], remark } = this.#page ?? {};
    const at = (place: string) => this.#views.filter(({ cell }) => cell.layout.place === place);
    const hasHeading = cells.some(({ markdown }) => /^# /m.test(markdown ?? ''));
    const heading = hasHeading ? [] : [h('h1', { class: 'title' }, title)];
    const below = remark ? [h('p', { class: 'remark' }, remark)] : [];
    const shelf = this.#arrange.isOn ? [this.#arrange.shelf] : [];
    for (const { element } of at('hidden')) element.remove();
    this.#main.replaceChildren(...heading, ...blocks(at('main')), ...below, ...shelf);
    this.#aside.replaceChildren(this.#asideOutputs, ...at('sidebar').map(({ element }) => element));
    this.#arrange.update();
    this.#fitSidebar();
  }

  #view(cell: AppCell): AppCellView {
    const known = this.#cells.get(cell.id);
    known?.declare(cell);
    if (known) return known;
    const onRun = (id: string) => this.#host.post({ type: 'run', cell: id });
    const view = new AppCellView(cell, { page: this.#outputs, sidebar: this.#asideOutputs, onRun });
    this.#cells.set(cell.id, view);
    return view;
  }

  #fitSidebar(): void {
    this.#asideOutputs.classList.toggle('empty', !this.#asideOutputs.childElementCount);
    const isUsed = this.#aside.querySelector(':scope > .cell:not(.empty)') !== null;
    document.body.classList.toggle('with-sidebar', isUsed || this.#arrange.isOn);
  }
}

/** Cells in rows of twelve columns; neighbours that name a tab stand in one group of tabs. */
function blocks(views: readonly AppCellView[]): HTMLElement[] {
  const made: HTMLElement[] = [];
  for (let from = 0; from < views.length; ) {
    const isTabbed = views[from]!.cell.layout.tab !== null;
    const length = views.slice(from).findIndex(({ cell }) => (cell.layout.tab !== null) !== isTabbed);
    const run = views.slice(from, length < 0 ? undefined : from + length);
    made.push(isTabbed ? tabbed(run, made.length) : grid(run));
    from += run.length;
  }
  return made;
}

function tabbed(views: readonly AppCellView[], place: number): HTMLElement {
  const byTab = Map.groupBy(views, ({ cell }) => cell.layout.tab!);
  return new AppTabs(new Map([...byTab].map(([name, cells]) => [name, grid(cells)])), place).element;
}

function grid(views: readonly AppCellView[]): HTMLElement {
  return h('div', { class: 'grid' }, ...views.map(({ element }) => element));
}
