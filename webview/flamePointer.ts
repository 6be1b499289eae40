import type { Disposable } from '../src/base/disposable.ts';
import type { FlameBox } from './flameBoxes.ts';

/** What the pointer does with a flame chart. */
interface Pointable {
  boxAt(x: number, y: number): FlameBox | null;
  hover(box: FlameBox | null, event: MouseEvent): void;
  zoomTo(node: number): void;
  zoomBy(factor: number, x: number): void;
  panBy(pixels: number): void;
  open(node: number): void;
}

/** Movements below this are a click, in pixels. */
const DRAG = 4;

/** Click zooms, with Ctrl or ⌘ opens; dragging and the sideways wheel pan; the wheel with Ctrl or a pinch zooms. */
export class FlamePointer implements Disposable {
  readonly #canvas: HTMLCanvasElement;
  readonly #chart: Pointable;
  readonly #listening = new AbortController();
  #pressed: { readonly x: number; last: number; dragged: boolean } | null = null;

  constructor(canvas: HTMLCanvasElement, chart: Pointable) {
    this.#canvas = canvas;
    this.#chart = chart;
    const { signal } = this.#listening;
    canvas.addEventListener('pointerdown', this.#press, { signal });
    canvas.addEventListener('pointermove', this.#move, { signal });
    canvas.addEventListener('pointerup', this.#release, { signal });
    canvas.addEventListener('pointercancel', () => this.#end(), { signal });
    canvas.addEventListener('pointerleave', (event) => this.#chart.hover(null, event), { signal });
    canvas.addEventListener('wheel', this.#wheel, { signal, passive: false });
  }

  dispose(): void {
    this.#listening.abort();
  }

  readonly #press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.#pressed = { x: event.clientX, last: event.clientX, dragged: false };
    this.#canvas.setPointerCapture(event.pointerId);
  };

  readonly #move = (event: PointerEvent): void => {
    if (!this.#pressed) {
      this.#chart.hover(this.#boxAt(event), event);
      return;
    }
    if (!this.#pressed.dragged && Math.abs(event.clientX - this.#pressed.x) < DRAG) return;
    this.#pressed.dragged = true;
    this.#canvas.classList.add('dragged');
    this.#chart.panBy(this.#pressed.last - event.clientX);
    this.#pressed.last = event.clientX;
  };

  readonly #release = (event: PointerEvent): void => {
    const wasClick = this.#pressed && !this.#pressed.dragged;
    this.#end();
    const box = wasClick ? this.#boxAt(event) : null;
    if (!box) return;
    if (box.merged > 0) this.#chart.zoomBy(0.25, box.x + box.width / 2);
    else if (event.ctrlKey || event.metaKey) this.#chart.open(box.node);
    else this.#chart.zoomTo(box.node);
  };

  readonly #wheel = (event: WheelEvent): void => {
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      this.#chart.zoomBy(1.003 ** Math.max(-300, Math.min(300, pixels)), event.offsetX);
    } else if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) this.#chart.panBy(sideways);
    else return; // the page scrolls
    event.preventDefault();
  };

  #end(): void {
    this.#pressed = null;
    this.#canvas.classList.remove('dragged');
  }

  #boxAt({ clientX, clientY }: MouseEvent): FlameBox | null {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return this.#chart.boxAt(clientX - left, clientY - top);
  }
}
