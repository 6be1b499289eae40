import { formatDuration } from '../src/base/format.ts';
import type { GraphNodeView, GraphView } from '../src/protocol/graph.ts';
import { HEAT_FROM } from '../src/protocol/panel.ts';
import { h } from './dom.ts';
import { type Box, type GraphLayout, layOut, pathThrough } from './graphLayout.ts';

/** A graph that is too wide shrinks so far; then it scrolls. */
const MIN_SCALE = 0.6;
const [WIDTH_MIN, WIDTH_MAX, PADDING, HEIGHT] = [120, 260, 14, 56];

/** Draws a notebook's graph; a cell that is clicked, or chosen with Enter, is handed over. */
export class GraphDrawing {
  readonly element = h('div', { class: 'graph' });
  readonly #onOpen: (id: string) => void;

  constructor(onOpen: (id: string) => void) {
    this.#onOpen = onOpen;
  }

  show(view: GraphView): void {
    const focused = (this.element.getRootNode() as ShadowRoot).activeElement?.getAttribute('data-id');
    if (!view.nodes.length) {
      this.element.replaceChildren(h('p', { class: 'empty' }, 'This notebook has no cells with code yet.'));
      return;
    }
    const svg = this.#draw(view, layOut(view, sizeOf));
    this.element.replaceChildren(svg);
    if (focused) svg.querySelector<SVGElement>(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  #draw(view: GraphView, placed: GraphLayout): SVGSVGElement {
    const svg = s('svg', {
      width: placed.width,
      height: placed.height,
      viewBox: `0 0 ${placed.width} ${placed.height}`,
      role: 'group',
      'aria-label': `Graph of ${view.notebook}: ${view.nodes.length} cells`,
    });
    svg.style.minWidth = `${placed.width * MIN_SCALE}px`;
    for (const { from, to, names, points } of placed.edges) {
      const path = s('path', { class: 'edge', d: pathThrough(points), 'data-from': from, 'data-to': to });
      const title = s('title', {});
      title.textContent = names.join(', ');
      path.append(title);
      svg.append(path);
    }
    for (const node of placed.nodes) svg.append(this.#node(view, node));
    return svg;
  }

  #node(view: GraphView, node: GraphNodeView & Box): SVGGElement {
    const group = s('g', {
      class: `node ${node.state}`,
      transform: `translate(${node.x} ${node.y})`,
      tabindex: 0,
      role: 'button',
      'data-id': node.id,
      'aria-label': spoken(view, node),
    });
    const { width, height } = node;
    const heat = HEAT_FROM.filter((from) => node.share * 100 >= from).length;
    group.append(
      s('rect', { class: 'box', width, height, rx: 6 }),
      s('rect', { class: `heat heat${node.ms === null ? 0 : heat}`, width: 4, height: height - 12, x: 5, y: 6, rx: 2 }),
      text(node.label, { class: 'label', x: PADDING + 4, y: 23 }, width - 2 * PADDING - 4),
      text(below(node), { class: 'below', x: PADDING + 4, y: 42 }, width - 2 * PADDING - 4),
    );
    group.addEventListener('click', () => this.#onOpen(node.id));
    group.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      this.#onOpen(node.id);
    });
    for (const [type, on] of [
      ['pointerenter', true],
      ['focus', true],
      ['pointerleave', false],
      ['blur', false],
    ] as const)
      group.addEventListener(type, () => this.#light(node.id, on));
    return group;
  }

  /** What a cell takes and gives stands out while the pointer rests on it. */
  #light(id: string, on: boolean): void {
    const mine = this.element.querySelectorAll(`[data-from="${CSS.escape(id)}"], [data-to="${CSS.escape(id)}"]`);
    for (const edge of mine) edge.classList.toggle('lit', on);
  }
}

function below({ status, ms, impure }: GraphNodeView): string {
  return [status, ms === null ? '' : formatDuration(ms), impure && !status.includes('impure') ? 'impure' : '']
    .filter(Boolean)
    .join(' · ');
}

function spoken({ edges, nodes }: GraphView, node: GraphNodeView): string {
  const label = (id: string) => nodes.find((one) => one.id === id)?.label ?? '';
  const takes = edges.filter(({ to }) => to === node.id).map(({ from }) => label(from));
  const gives = edges.filter(({ from }) => from === node.id).map(({ to }) => label(to));
  return [
    `${node.label}, ${below(node)}`,
    takes.length && `takes from ${takes.join(', ')}`,
    gives.length && `feeds ${gives.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}

const pen = document.createElement('canvas').getContext('2d')!; // a canvas of its own always has one

function sizeOf(node: GraphNodeView): { width: number; height: number } {
  const family = getComputedStyle(document.body).fontFamily || 'sans-serif';
  pen.font = `600 13px ${family}`;
  const label = pen.measureText(node.label).width;
  pen.font = `12px ${family}`;
  const wide = Math.max(label, pen.measureText(below(node)).width) + 2 * PADDING + 8;
  return { width: Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, wide))), height: HEIGHT };
}

/** Text that ends in an ellipsis where it has no room. */
function text(content: string, attributes: Attributes, room: number): SVGTextElement {
  const element = s('text', attributes);
  pen.font = `${attributes.class === 'label' ? '600 13px' : '12px'} ${getComputedStyle(document.body).fontFamily}`;
  let shown = content;
  while (shown && pen.measureText(shown === content ? shown : `${shown}…`).width > room) shown = shown.slice(0, -1);
  element.textContent = shown === content ? content : `${shown.trimEnd()}…`;
  return element;
}

type Attributes = Readonly<Record<string, string | number>>;

function s<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
