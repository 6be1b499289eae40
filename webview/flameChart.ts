import { type Disposable, DisposableStore, onDispose } from '../src/base/disposable.ts';
import { ChartTooltip } from './chartTooltip.ts';
import { h } from './dom.ts';
import { type FlameBox, type FlameRange, visibleBoxes } from './flameBoxes.ts';
import { FlamePainter, ROW_HEIGHT } from './flamePainter.ts';
import { FlamePointer } from './flamePointer.ts';
import { panRange, rangeOf, revealRange, wholeRange, zoomRange } from './flameRange.ts';
import type { FlameMatches } from './flameSearch.ts';
import { boxTooltip, type FlameScale } from './flameText.ts';
import { readFlamePalette } from './flameTheme.ts';
import type { FlameTree } from './flameTree.ts';
import { readTheme } from './theme.ts';

const ZOOM_MS = 140;

/** What the chart tells who made it. */
export interface FlameListener {
  selected(node: number): void;
  opened(node: number): void;
  /** The range changed: all is seen, or a part. */
  zoomed(isPart: boolean): void;
}

/** The canvas of a flame chart: draws what is in view, zooms, scrolls, and knows which frame is selected. */
export class FlameChart implements Disposable {
  readonly element: HTMLElement;
  /** What has the keyboard's focus. */
  readonly scroller: HTMLElement;
  readonly #tree: FlameTree;
  readonly #scale: FlameScale;
  readonly #listener: FlameListener;
  readonly #canvas = h('canvas', { 'aria-hidden': 'true' });
  readonly #tooltip = new ChartTooltip();
  readonly #store = new DisposableStore();
  #painter: FlamePainter;
  #boxes: readonly FlameBox[] = [];
  #range: FlameRange;
  #target: FlameRange;
  #selected = -1;
  #hovered = -1;
  #matches: FlameMatches | null = null;
  #frame = 0;

  constructor(tree: FlameTree, scale: FlameScale, listener: FlameListener) {
    this.#tree = tree;
    this.#scale = scale;
    this.#listener = listener;
    this.#range = this.#target = wholeRange(tree);
    this.#painter = this.#newPainter();
    const spacer = h('div', { class: 'spacer' }, this.#canvas);
    spacer.style.height = `${tree.rows * ROW_HEIGHT}px`;
    this.scroller = h('div', { class: 'flame', tabindex: 0, role: 'application' }, spacer);
    this.element = h('div', {}, this.scroller, this.#tooltip.element);
    this.scroller.addEventListener('scroll', this.#redraw, { passive: true });
    const resize = new ResizeObserver(() => this.#draw()); // before the page is painted, so that nothing blinks
    resize.observe(this.scroller);
    this.#store.add(onDispose(() => resize.disconnect()));
    this.#store.add(onDispose(() => cancelAnimationFrame(this.#frame)));
    this.#store.add(new FlamePointer(this.#canvas, this));
  }

  get selected(): number {
    return this.#selected;
  }

  dispose(): void {
    this.#store.dispose();
    this.element.remove();
  }

  /** Reads the theme anew. */
  refresh(): void {
    this.#painter = this.#newPainter();
    this.#redraw();
  }

  highlight(matches: FlameMatches | null): void {
    this.#matches = matches;
    this.#redraw();
  }

  /** Selects a frame and brings it into view. */
  select(node: number): void {
    this.#selected = node;
    this.#moveTo(revealRange(this.#tree, this.#target, node));
    const y = this.#tree.depth[node]! * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.scroller;
    if (y < scrollTop) this.scroller.scrollTop = y;
    else if (y + ROW_HEIGHT > scrollTop + clientHeight) this.scroller.scrollTop = y + ROW_HEIGHT - clientHeight;
    this.#redraw();
    this.#listener.selected(node);
  }

  open(node: number): void {
    this.#listener.opened(node);
  }

  /** Makes a frame as wide as the chart. */
  zoomTo(node: number): void {
    this.#selected = node;
    this.#moveTo(rangeOf(this.#tree, node));
    this.#listener.selected(node);
  }

  /** Closer or further away around a place, in pixels from the left; without one around the selected frame. */
  zoomBy(factor: number, x = this.#anchor()): void {
    const { from, to } = this.#target;
    this.#moveTo(zoomRange(this.#tree, this.#target, from + ((to - from) * x) / this.#width(), factor), false);
  }

  panBy(pixels: number): void {
    const ticks = ((this.#target.to - this.#target.from) * pixels) / this.#width();
    this.#moveTo(panRange(this.#tree, this.#target, ticks), false);
  }

  reset(): void {
    this.#moveTo(wholeRange(this.#tree));
  }

  /** The box at a place of the canvas, in pixels. */
  boxAt(x: number, y: number): FlameBox | null {
    const row = Math.floor((y + this.scroller.scrollTop) / ROW_HEIGHT);
    return this.#boxes.find((box) => box.row === row && x >= box.x && x < box.x + box.width) ?? null;
  }

  hover(box: FlameBox | null, event: MouseEvent): void {
    const node = box && box.merged === 0 ? box.node : -1;
    if (node !== this.#hovered) this.#redraw();
    this.#hovered = node;
    this.#canvas.classList.toggle('over', node >= 0);
    if (box) this.#tooltip.show(boxTooltip(this.#tree, box, this.#scale), event);
    else this.#tooltip.hide();
  }

  #moveTo(target: FlameRange, animated = true): void {
    const start = this.#range;
    this.#target = target;
    this.#tooltip.hide();
    const whole = wholeRange(this.#tree);
    this.#listener.zoomed(target.from > whole.from || target.to < whole.to);
    if (!animated || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.#range = target;
      this.#redraw();
      return;
    }
    const began = performance.now();
    const step = () => {
      if (this.#target !== target) return; // another move has begun
      const share = Math.min(1, (performance.now() - began) / ZOOM_MS);
      const eased = 1 - (1 - share) ** 3;
      const between = (a: number, b: number) => a + (b - a) * eased;
      this.#range = share === 1 ? target : { from: between(start.from, target.from), to: between(start.to, target.to) };
      this.#draw();
      if (share < 1) this.#frame = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(step);
  }

  readonly #redraw = (): void => {
    if (this.#range !== this.#target) return; // the running move draws
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  };

  #draw(): void {
    const width = this.#width();
    const { scrollTop, clientHeight: height } = this.scroller;
    const context = this.#canvas.getContext('2d');
    if (!context || width === 0 || height === 0) return;
    const density = devicePixelRatio || 1;
    const [pixelWidth, pixelHeight] = [Math.round(width * density), Math.round(height * density)];
    if (this.#canvas.width !== pixelWidth) this.#canvas.width = pixelWidth;
    if (this.#canvas.height !== pixelHeight) this.#canvas.height = pixelHeight;
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    const first = Math.floor(scrollTop / ROW_HEIGHT);
    this.#boxes = visibleBoxes(this.#tree, this.#range, width, { first, last: first + Math.ceil(height / ROW_HEIGHT) });
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    const marks = { selected: this.#selected, hovered: this.#hovered, matches: this.#matches };
    this.#painter.draw(context, this.#boxes, scrollTop, marks);
  }

  #newPainter(): FlamePainter {
    return new FlamePainter(this.#tree, readFlamePalette(), readTheme().font, this.#scale.change);
  }

  #width(): number {
    return this.scroller.clientWidth;
  }

  #anchor(): number {
    const box = this.#boxes.find(({ node, merged }) => node === this.#selected && merged === 0);
    return box ? box.x + box.width / 2 : this.#width() / 2;
  }
}
