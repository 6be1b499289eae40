import type { CellLayout } from '../src/protocol/app.ts';
import type { AppCellView } from './appCell.ts';

export interface AppArrangeDragOptions {
  readonly find: (element: Element) => AppCellView | undefined;
  /** A cell was let go before or behind another. */
  readonly onDrop: (view: AppCellView, target: AppCellView, isBefore: boolean) => void;
  /** A cell was let go where there is no other. */
  readonly onDropOn: (view: AppCellView, place: CellLayout['place']) => void;
}

interface Target {
  readonly view: AppCellView | null;
  readonly isBefore: boolean;
  readonly place: CellLayout['place'];
}

/** Moves cells with the pointer: the place where one would go is marked while it is held. */
export class AppArrangeDrag {
  readonly #options: AppArrangeDragOptions;

  constructor(options: AppArrangeDragOptions) {
    this.#options = options;
  }

  start(view: AppCellView, event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault(); // no text is selected on the way
    const handle = event.currentTarget as HTMLElement; // it was grabbed there
    handle.setPointerCapture(event.pointerId);
    view.element.classList.add('dragged');
    let target: Target | null = null;
    const move = ({ clientX, clientY }: PointerEvent) => {
      unmark();
      target = this.#targetAt(view, clientX, clientY);
      target?.view?.element.classList.add(target.isBefore ? 'drop-before' : 'drop-behind');
    };
    const end = (isDropped: boolean) => {
      for (const [name, listener] of Object.entries(listeners)) handle.removeEventListener(name, listener);
      view.element.classList.remove('dragged');
      unmark();
      if (!isDropped || !target) return;
      if (target.view) this.#options.onDrop(view, target.view, target.isBefore);
      else this.#options.onDropOn(view, target.place);
    };
    const listeners: Record<string, EventListener> = {
      pointermove: (moved) => move(moved as PointerEvent), // as its name says
      pointerup: () => end(true),
      pointercancel: () => end(false),
    };
    for (const [name, listener] of Object.entries(listeners)) handle.addEventListener(name, listener);
  }

  #targetAt(dragged: AppCellView, x: number, y: number): Target | null {
    const below = document.elementsFromPoint(x, y).filter((element) => !dragged.element.contains(element));
    const inside = below.find((element) => element.matches('aside, main, .shelf'));
    const place = !inside ? null : inside.matches('aside') ? 'sidebar' : inside.matches('main') ? 'main' : 'hidden';
    if (!place) return null;
    const element = below.find((one) => one.matches('.cell[data-cell]'));
    const view = element ? (this.#options.find(element) ?? null) : null;
    if (!element || !view) return { view: null, isBefore: false, place };
    const { top, left, width, height } = element.getBoundingClientRect();
    const isBeside = view.cell.layout.width < 12 && place === 'main';
    return { view, place, isBefore: isBeside ? x < left + width / 2 : y < top + height / 2 };
  }
}

function unmark(): void {
  for (const marked of document.querySelectorAll('.drop-before, .drop-behind'))
    marked.classList.remove('drop-before', 'drop-behind');
}
