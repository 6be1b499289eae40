import { type Disposable, DisposableStore } from '../src/base/disposable.ts';
import { h } from './dom.ts';
import { FlameChart } from './flameChart.ts';
import { neighbour } from './flameKeys.ts';
import { type FlameMatches, matchesInOrder, searchFlame } from './flameSearch.ts';
import { flameTable } from './flameTable.ts';
import { type FlameScale, matchesText, spokenFrame } from './flameText.ts';
import type { FlameTree } from './flameTree.ts';
import { isOpenable } from './profilePageText.ts';

const CONTROL = /Mac/.test(navigator.userAgent) ? '⌘' : 'Ctrl+';
const POINTER_HINT = `Click to zoom, ${CONTROL}click to open the line, ${CONTROL}wheel to zoom, drag to move`;
const KEY_HINT =
  'Arrows walk, Space zooms, Enter opens the line, + and − zoom, Shift and arrows move, Escape shows all, / searches';

/** A flame chart with its search, its keys, and what it says to who cannot see it. */
export class FlameSection implements Disposable {
  readonly element: HTMLElement;
  readonly #tree: FlameTree;
  readonly #scale: FlameScale;
  readonly #chart: FlameChart;
  readonly #search = h('input', {
    type: 'search',
    placeholder: 'Search functions and files',
    'aria-label': 'Search functions and files in the flame chart',
    spellcheck: 'false',
  });
  readonly #found = h('output', { class: 'found', role: 'status' });
  readonly #reset = h('button', { type: 'button', class: 'secondary', disabled: true }, 'Show all');
  readonly #live = h('div', { class: 'spoken', role: 'status', 'aria-live': 'polite' });
  readonly #store = new DisposableStore();
  #matches: FlameMatches | null = null;
  #order: Generator<number> | null = null;

  constructor(tree: FlameTree, scale: FlameScale, open: (file: string, line: number) => void) {
    this.#tree = tree;
    this.#scale = scale;
    const openNode = (node: number) => {
      const { file, line } = tree.frameOf(node);
      if (isOpenable(file) && line !== null) open(file, line);
      else this.#live.textContent = `${tree.frameOf(node).name} has no source to open.`;
    };
    this.#chart = this.#store.add(
      new FlameChart(tree, scale, {
        selected: (node) => this.#speak(node),
        opened: openNode,
        zoomed: (isPart) => this.#reset.toggleAttribute('disabled', !isPart),
      }),
    );
    this.#chart.scroller.setAttribute('aria-label', 'Flame chart');
    this.#chart.scroller.setAttribute('aria-roledescription', 'flame chart');
    this.#chart.scroller.setAttribute('aria-describedby', 'flame-keys');
    this.#chart.scroller.addEventListener('keydown', (event) => this.#key(event));
    this.#chart.scroller.addEventListener('focus', () => {
      if (this.#chart.selected < 0 && this.#chart.scroller.matches(':focus-visible')) this.#chart.select(0);
    });
    this.#search.addEventListener('input', () => this.#find());
    this.#search.addEventListener('keydown', (event) => this.#searchKey(event));
    this.#reset.addEventListener('click', () => this.#chart.reset());
    this.element = h(
      'div',
      { class: 'flames' },
      h('div', { class: 'tools' }, this.#search, this.#found, this.#reset),
      this.#chart.element,
      h('p', { class: 'hint pointer' }, POINTER_HINT),
      h('p', { class: 'hint keys', id: 'flame-keys' }, KEY_HINT),
      this.#live,
      flameTable(tree, scale, open),
    );
  }

  dispose(): void {
    this.#store.dispose();
    this.element.remove();
  }

  refresh(): void {
    this.#chart.refresh();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.#actionOf(event);
    if (!action) return;
    event.preventDefault();
    action();
  }

  #actionOf({ key, shiftKey }: KeyboardEvent): (() => void) | null {
    const chart = this.#chart;
    const at = Math.max(0, chart.selected);
    if (shiftKey && key === 'ArrowLeft') return () => chart.panBy(-80);
    if (shiftKey && key === 'ArrowRight') return () => chart.panBy(80);
    const actions: Record<string, () => void> = {
      Enter: () => chart.open(at),
      ' ': () => chart.zoomTo(at),
      '+': () => chart.zoomBy(0.5),
      '=': () => chart.zoomBy(0.5),
      '-': () => chart.zoomBy(2),
      '0': () => chart.reset(),
      Escape: () => chart.reset(),
      '/': () => this.#search.focus(),
    };
    if (actions[key]) return actions[key];
    if (!/^(Arrow|Home)/.test(key)) return null;
    return () => chart.select(chart.selected < 0 ? 0 : (neighbour(this.#tree, at, key) ?? at));
  }

  #searchKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') this.#next();
    else if (event.key === 'Escape') {
      this.#search.value = '';
      this.#find();
      this.#chart.scroller.focus();
    } else return;
    event.preventDefault();
  }

  #find(): void {
    this.#matches = searchFlame(this.#tree, this.#search.value);
    this.#order = null;
    this.#found.textContent = matchesText(this.#tree, this.#matches, this.#scale);
    this.#chart.highlight(this.#matches);
  }

  /** Goes to the next match, after the last one to the first. */
  #next(): void {
    if (!this.#matches?.count) return;
    this.#order ??= matchesInOrder(this.#tree, this.#matches);
    let step = this.#order.next();
    if (step.done) {
      this.#order = matchesInOrder(this.#tree, this.#matches);
      step = this.#order.next();
    }
    if (!step.done) this.#chart.select(step.value);
  }

  #speak(node: number): void {
    this.#live.textContent = spokenFrame(this.#tree, node, this.#scale);
  }
}
