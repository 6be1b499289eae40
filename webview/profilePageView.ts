import { type Disposable, DisposableStore, onDispose } from '../src/base/disposable.ts';
import type { ProfilePageMessage, ProfileView } from '../src/protocol/panel.ts';
import { Chart } from './chart.ts';
import type { ChartSpec } from './chartSpec.ts';
import { h } from './dom.ts';
import { FlameSection } from './flameSection.ts';
import { FlameTree } from './flameTree.ts';
import { FlameViews } from './flameViews.ts';
import { profileBanner, profileNotes } from './profilePageBanner.ts';
import { profileComparison } from './profilePageComparison.ts';
import { CostTable } from './profilePageCosts.ts';
import { profileCounts } from './profilePageCounts.ts';
import { profileFacts, profileHeader } from './profilePageHeader.ts';
import { profileMemory } from './profilePageMemory.ts';
import { functionRows, lineRows } from './profilePageRows.ts';
import { measureText } from './profilePageText.ts';
import { profileWaiting } from './profilePageWaiting.ts';

/** Fewer samples make no picture. */
const FEWEST_SAMPLES = 10;
const LONGER_SECONDS = 10;

/** One profile as it is read from above: what was measured, what became of it, where the time went. */
export class ProfilePageView implements Disposable {
  readonly element: HTMLElement;
  readonly #view: ProfileView;
  readonly #post: (message: ProfilePageMessage) => void;
  readonly #store = new DisposableStore();
  #runTimes: Chart | null = null;
  #flames: FlameViews | null = null;
  #changes: FlameSection | null = null;

  constructor(view: ProfileView, post: (message: ProfilePageMessage) => void) {
    this.#view = view;
    this.#post = post;
    const { result } = view;
    const hasCosts = result.cpu !== null && (result.cpu.ticks > 0 || !result.error);
    this.element = h(
      'main',
      {},
      profileHeader(view, post),
      ...profileBanner(view, this.#open),
      ...(result.timing || hasCosts ? [h('div', { class: 'measured' }, profileFacts(view), ...this.#times())] : []),
      ...profileNotes(result.notes),
      ...profileComparison(view, this.#open),
      ...this.#difference(),
      ...profileWaiting(view, this.#open),
      ...(hasCosts ? [this.#costs()] : []),
      ...profileMemory(view, this.#open),
      ...profileCounts(view, this.#open),
      ...(hasCosts || !result.error ? [this.#flame()] : []),
    );
  }

  dispose(): void {
    this.#store.dispose();
    this.element.remove();
  }

  /** Draws what is drawn in the theme's colours again. */
  refresh(): void {
    void this.#runTimes?.draw();
    this.#flames?.refresh();
    this.#changes?.refresh();
  }

  readonly #open = (file: string, line: number): void => this.#post({ type: 'openLine', file, line });

  #times(): HTMLElement[] {
    const { runTimes } = this.#view;
    if (!runTimes) return [];
    const spec: ChartSpec & object = runTimes;
    const chart = this.#store.add(new Chart(() => structuredClone(spec)));
    this.#runTimes = chart;
    this.#store.add(afterPaint(() => void chart.draw()));
    return [h('section', { class: 'times', 'aria-label': 'Times of single calls' }, chart.element)];
  }

  /** The stacks of two profiles in one chart, as wide as they are in whichever took longer. */
  #difference(): HTMLElement[] {
    const stacks = this.#view.comparison?.stacks;
    if (!stacks?.parent.length) return [];
    const treeOf = (selfTicks: Float64Array) => new FlameTree({ ...stacks, selfTicks, totalTicks: selfTicks });
    const tree = treeOf(stacks.before.map((ms, node) => Math.max(ms, stacks.after[node]!)));
    const change = { before: treeOf(stacks.before), after: treeOf(stacks.after) };
    const scale = { cost: measureText, whole: 'time', isSamples: false, paths: this.#view.paths, change };
    const chart = this.#store.add(new FlameSection(tree, scale, this.#open));
    this.#changes = chart;
    return [
      h(
        'section',
        {},
        h('h2', {}, 'Where it changed'),
        h('p', { class: 'dim' }, 'Stacks of both: + became slower, − became faster; grey ones are as they were.'),
        chart.element,
      ),
    ];
  }

  #costs(): HTMLElement {
    const lines = new CostTable('Hot lines', 'line', lineRows(this.#view), this.#open);
    const functions = new CostTable('Hot functions', 'function', functionRows(this.#view), this.#open);
    return h('div', { class: 'costs' }, lines.element, functions.element);
  }

  #flame(): HTMLElement {
    const { flame, paths, result } = this.#view;
    const { ticks, intervalUs, functions } = result.cpu ?? { ticks: 0, intervalUs: 0, functions: [] };
    const title = h('h2', {}, 'Flame chart');
    if (!flame?.totalTicks[0] || ticks < FEWEST_SAMPLES)
      return h('section', {}, title, ...this.#tooFewSamples(ticks, intervalUs));
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    const known = sum(functions.map((one) => one.ticks));
    const msPerTick = known ? sum(functions.map(({ selfMs }) => selfMs)) / known : intervalUs / 1000;
    const cost = (samples: number) => measureText(samples * msPerTick);
    const scale = { cost, whole: 'time', isSamples: true, paths };
    const sources = [{ name: 'Flame chart', model: flame, scale, inTime: false }];
    this.#flames = this.#store.add(new FlameViews(sources, this.#open));
    return h('section', {}, title, this.#flames.element);
  }

  #tooFewSamples(ticks: number, intervalUs: number): HTMLElement[] {
    const ran = measureText((ticks * intervalUs) / 1000);
    const what = ticks === 0 ? 'no sample fell into the function' : `the function ran ${ran} while it was sampled`;
    const again = h('button', { type: 'button', class: 'solid' }, `Profile for ${LONGER_SECONDS} s`);
    again.addEventListener('click', () => this.#post({ type: 'again', seconds: LONGER_SECONDS }));
    return [
      h(
        'p',
        { class: 'empty' },
        `Too few samples for a flame chart: ${what}. Profile it for longer to see where the time goes.`,
      ),
      again,
    ];
  }
}

/** Vega takes a while to load: what needs no waiting is shown before. */
function afterPaint(action: () => void): Disposable {
  let timer = 0;
  const frame = requestAnimationFrame(() => {
    timer = setTimeout(action);
  });
  return onDispose(() => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  });
}
