import type { CellLayout } from '../src/protocol/app.ts';
import { AppArrangeDrag } from './appArrangeDrag.ts';
import { AppArrangeTools } from './appArrangeTools.ts';
import type { AppCellView } from './appCell.ts';
import { h } from './dom.ts';

export interface AppArrangeOptions {
  /** All cells, in the order in which they are laid. */
  readonly cells: () => readonly AppCellView[];
  /** Tells of a layout that the author wants for a cell. */
  readonly onLayout: (cell: string, layout: Partial<CellLayout>) => void;
  /** Arranging was turned on or off. */
  readonly onToggle: () => void;
}

/** Lets the author arrange an app: handles on every cell, and a shelf for those that are not shown. */
export class AppArrange {
  readonly button = h('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, 'Arrange');
  readonly shelf = h('section', { class: 'shelf', 'aria-label': 'Not shown' });
  readonly #options: AppArrangeOptions;
  readonly #tools = new WeakMap<AppCellView, AppArrangeTools>();
  readonly #drag: AppArrangeDrag;

  constructor(options: AppArrangeOptions) {
    this.#options = options;
    this.#drag = new AppArrangeDrag({
      find: (element) => options.cells().find((view) => view.element === element),
      onDrop: (view, target, isBefore) => this.#put(view, target, isBefore),
      onDropOn: (view, place) => options.onLayout(view.id, { place, tab: null }),
    });
    this.button.addEventListener('click', () => {
      const isOn = !this.isOn;
      this.button.setAttribute('aria-pressed', String(isOn));
      document.body.classList.toggle('arranging', isOn);
      options.onToggle();
    });
  }

  get isOn(): boolean {
    return this.button.getAttribute('aria-pressed') === 'true';
  }

  /** Brings handles and the shelf up to date with how cells are laid now. */
  update(): void {
    const views = this.#options.cells();
    const hidden = views.filter(({ cell }) => cell.layout.place === 'hidden');
    this.shelf.replaceChildren(
      h('h2', {}, 'Not shown'),
      h('div', { class: 'grid' }, ...hidden.map(({ element }) => element)),
    );
    for (const view of views) {
      if (!this.isOn) {
        this.#tools.get(view)?.element.remove();
        continue;
      }
      const tools = this.#tools.get(view) ?? this.#make(view);
      tools.show(view.cell);
      if (!tools.element.isConnected) view.element.prepend(tools.element);
    }
  }

  #make(view: AppCellView): AppArrangeTools {
    const tools = new AppArrangeTools({
      onChange: (layout) => this.#options.onLayout(view.id, layout),
      onStep: (by) => this.#step(view, by),
      onGrab: (event) => this.#drag.start(view, event),
    });
    this.#tools.set(view, tools);
    return tools;
  }

  /** Moves a cell past its neighbour. */
  #step(view: AppCellView, by: 1 | -1): void {
    const peers = this.#peers(view);
    const neighbour = peers[peers.indexOf(view) + by];
    if (neighbour) this.#put(view, neighbour, by < 0);
  }

  #put(view: AppCellView, target: AppCellView, isBefore: boolean): void {
    const { place, tab } = target.cell.layout;
    const peers = this.#peers(target).filter((peer) => peer !== view);
    const at = peers.indexOf(target) + (isBefore ? 0 : 1);
    this.#options.onLayout(view.id, { place, tab, order: between(peers[at - 1], peers[at]) });
  }

  /** The cells of the same place, as they stand there. */
  #peers({ cell }: AppCellView): AppCellView[] {
    return this.#options.cells().filter((other) => other.cell.layout.place === cell.layout.place);
  }
}

/** A number between the orders of two neighbours, with few digits. */
function between(before: AppCellView | undefined, after: AppCellView | undefined): number {
  const [low, high] = [before?.cell.layout.order, after?.cell.layout.order];
  if (low === undefined) return (high ?? 1) - 1;
  if (high === undefined) return low + 1;
  const middle = (low + high) / 2;
  for (const digits of [0, 1, 2, 3]) {
    const rounded = Number(middle.toFixed(digits));
    if (rounded > low && rounded < high) return rounded;
  }
  return middle;
}
