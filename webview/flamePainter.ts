import type { FlameBox } from './flameBoxes.ts';
import { changePaint, css, type FlamePalette, type FramePaint, framePaints, mergedFill } from './flameColours.ts';
import type { FlameMatches } from './flameSearch.ts';
import { changeOf, type FlameChange } from './flameText.ts';
import type { FlameTree } from './flameTree.ts';

export const ROW_HEIGHT = 21;
const GAP = 1;
const PADDING = 5;
const DIMMED = 0.22;

/** What of the chart stands out. */
export interface FlameMarks {
  readonly selected: number;
  readonly hovered: number;
  readonly matches: FlameMatches | null;
}

/** Draws boxes on a canvas in the colours of the reader's theme. */
export class FlamePainter {
  readonly #tree: FlameTree;
  readonly #palette: FlamePalette;
  readonly #paints: readonly FramePaint[];
  readonly #change: FlameChange | undefined;
  readonly #font: string;
  readonly #widths = new Map<string, number>();

  constructor(tree: FlameTree, palette: FlamePalette, fontFamily: string, change?: FlameChange) {
    this.#change = change;
    this.#tree = tree;
    this.#palette = palette;
    this.#paints = framePaints(tree, palette);
    this.#font = `12px ${fontFamily}`;
  }

  draw(context: CanvasRenderingContext2D, boxes: readonly FlameBox[], top: number, marks: FlameMarks): void {
    context.font = this.#font;
    context.textBaseline = 'middle';
    for (const box of boxes) {
      const dimmed = marks.matches !== null && (box.merged > 0 || !marks.matches.nodes[box.node]);
      context.globalAlpha = dimmed ? DIMMED : 1;
      this.#fill(context, box, top);
      if (dimmed) context.globalAlpha = 0.6;
      if (box.merged === 0) this.#write(context, box, top, dimmed);
    }
    context.globalAlpha = 1;
    for (const box of boxes) if (box.merged === 0) this.#outline(context, box, top, marks);
  }

  #paint(node: number): FramePaint {
    if (!this.#change) return this.#paints[this.#tree.frame[node]!]!;
    return changePaint(this.#tree.share(changeOf(this.#change, node)), this.#palette);
  }

  /** What became slower or faster says so also without its colour. */
  #name(node: number): string {
    const { name } = this.#tree.frameOf(node);
    if (!this.#change) return name;
    const delta = changeOf(this.#change, node);
    return delta === 0 ? name : `${delta > 0 ? '+' : '−'} ${name}`;
  }

  #fill(context: CanvasRenderingContext2D, { node, row, x, width, merged }: FlameBox, top: number): void {
    const y = row * ROW_HEIGHT - top;
    const inner = width > 3 ? width - GAP : width;
    context.fillStyle = merged > 0 ? mergedFill(this.#palette) : this.#paint(node).fill;
    context.fillRect(x, y, inner, ROW_HEIGHT - GAP);
    if (!this.#palette.edge || width < 4) return;
    context.strokeStyle = css(this.#palette.edge);
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, inner - 1, ROW_HEIGHT - GAP - 1);
  }

  #write(context: CanvasRenderingContext2D, { node, row, x, width }: FlameBox, top: number, dimmed: boolean): void {
    const space = width - 2 * PADDING;
    if (space < 14) return;
    const text = this.#fit(context, this.#name(node), space);
    if (!text) return;
    context.fillStyle = dimmed ? css(this.#palette.foreground) : this.#paint(node).text;
    context.fillText(text, x + PADDING, row * ROW_HEIGHT - top + ROW_HEIGHT / 2);
  }

  #outline(context: CanvasRenderingContext2D, box: FlameBox, top: number, marks: FlameMarks): void {
    const { focus, foreground } = this.#palette;
    const isSelected = box.node === marks.selected;
    if (!isSelected && box.node !== marks.hovered) return;
    const line = isSelected ? 2 : 1;
    context.lineWidth = line;
    context.strokeStyle = css(isSelected ? focus : foreground);
    const y = box.row * ROW_HEIGHT - top;
    const width = Math.max(line, box.width - GAP - line);
    context.strokeRect(box.x + line / 2, y + line / 2, width, ROW_HEIGHT - GAP - line);
  }

  /** As much of a name as there is space for; measured once per name. */
  #fit(context: CanvasRenderingContext2D, name: string, space: number): string {
    let width = this.#widths.get(name);
    if (width === undefined) {
      width = context.measureText(name).width;
      this.#widths.set(name, width);
    }
    if (width <= space) return name;
    const letters = Math.floor((name.length * space) / width) - 1;
    return letters >= 2 ? `${name.slice(0, letters)}…` : '';
  }
}
