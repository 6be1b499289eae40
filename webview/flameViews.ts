import { type Disposable, DisposableStore } from '../src/base/disposable.ts';
import type { FlameModel } from '../src/protocol/profileResult.ts';
import { h } from './dom.ts';
import { FlameSection } from './flameSection.ts';
import type { FlameScale } from './flameText.ts';
import { FlameTree } from './flameTree.ts';
import { bottomUp, callTree } from './flameTreeTable.ts';

/** One way to look at stacks. */
export interface FlameSource {
  readonly name: string;
  readonly model: FlameModel;
  readonly scale: FlameScale;
  /** Nodes stand in the order in which they ran. */
  readonly inTime: boolean;
}

type Open = (file: string, line: number) => void;

/** Stacks as flame charts and as tables, one at a time behind tabs; each is made when it is first looked at. */
export class FlameViews implements Disposable {
  readonly element: HTMLElement;
  readonly #store = new DisposableStore();
  readonly #tabs: readonly HTMLButtonElement[];
  readonly #panel = h('div', { role: 'tabpanel', class: 'view' });
  readonly #made = new Map<number, HTMLElement>();
  readonly #makers: readonly (() => HTMLElement)[];
  readonly #charts: FlameSection[] = [];

  constructor(sources: readonly FlameSource[], open: Open) {
    const views = sources.flatMap((source) => this.#viewsOf(source, open));
    this.#makers = views.map(({ make }) => make);
    this.#tabs = views.map(({ name }, index) => {
      const tab = h('button', { type: 'button', role: 'tab' }, name);
      tab.addEventListener('click', () => this.#show(index));
      return tab;
    });
    const list = h('div', { role: 'tablist', class: 'tabs', 'aria-label': 'Ways to look at it' }, ...this.#tabs);
    list.addEventListener('keydown', (event) => this.#key(event));
    this.element = h('div', { class: 'flame-views' }, list, this.#panel);
    this.#show(0);
  }

  refresh(): void {
    for (const chart of this.#charts) chart.refresh();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #viewsOf({ name, model, scale, inTime }: FlameSource, open: Open): { name: string; make: () => HTMLElement }[] {
    let known: FlameTree | null = null;
    const tree = () => {
      known ??= new FlameTree(model, inTime);
      return known;
    };
    const chart = () => {
      const section = this.#store.add(new FlameSection(tree(), scale, open));
      this.#charts.push(section);
      return section.element;
    };
    if (inTime) return [{ name, make: chart }];
    return [
      { name, make: chart },
      { name: 'Bottom-up', make: () => bottomUp(tree(), scale, open) },
      { name: 'Call tree', make: () => callTree(tree(), scale, open) },
    ];
  }

  #show(index: number): void {
    const view = this.#made.get(index) ?? this.#makers[index]!();
    this.#made.set(index, view);
    this.#panel.replaceChildren(view);
    for (const [at, tab] of this.#tabs.entries()) {
      tab.setAttribute('aria-selected', String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
    }
    this.refresh();
  }

  #key({ key }: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (step === undefined) return;
    const at = this.#tabs.findIndex((tab) => tab.getAttribute('aria-selected') === 'true');
    const next = (at + step + this.#tabs.length) % this.#tabs.length;
    this.#show(next);
    this.#tabs[next]!.focus();
  }
}
