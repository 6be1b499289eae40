import type { StatData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputView, ViewItem } from './outputView.ts';
import statCss from './stat.css';

const [WIDTH, HEIGHT] = [120, 30];

/** A number that matters. */
export class Stat implements OutputView {
  readonly css = statCss;
  readonly element = h('div', { class: 'stat' });

  constructor(data: StatData) {
    this.#draw(data);
  }

  update(item: ViewItem): boolean {
    this.#draw(item.json() as StatData);
    return true;
  }

  dispose(): void {
    this.element.remove();
  }

  #draw({ label, value, change, trend, help }: StatData): void {
    const number = h('div', { class: 'number' }, value);
    const below = change ? [h('div', { class: `change ${change.good ?? ''}` }, arrow(change), ` ${change.text}`)] : [];
    const line = trend && trend.length > 1 ? [sparkline(trend)] : [];
    this.element.replaceChildren(
      h('div', { class: 'label' }, label),
      h('div', { class: 'middle' }, h('div', {}, number, ...below), ...line),
      ...(help ? [h('div', { class: 'help' }, help)] : []),
    );
  }
}

/** Says by a sign and, to those who do not see it, by a word which way it went. */
function arrow({ direction, good }: NonNullable<StatData['change']>): HTMLElement {
  const word = good === null ? direction : `${direction}, ${good ? 'better' : 'worse'}`;
  return h('span', { role: 'img', 'aria-label': word }, { up: '▲', down: '▼', same: '●' }[direction]);
}

function sparkline(trend: readonly number[]): SVGElement {
  const [least, most] = [Math.min(...trend), Math.max(...trend)];
  const points = trend.map((value, i) => [
    2 + (i / (trend.length - 1)) * (WIDTH - 5),
    HEIGHT - 3 - ((value - least) / (most - least || 1)) * (HEIGHT - 6),
  ]);
  const picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'trend' });
  picture.setAttribute('aria-label', `Trend of ${trend.length} values, from ${trend[0]} to ${trend.at(-1)}`);
  const [x = 0, y = 0] = points.at(-1)!;
  picture.append(
    svg('polyline', { points: points.map((point) => point.join(',')).join(' ') }),
    svg('circle', { cx: x, cy: y, r: 2.5 }),
  );
  return picture;
}

function svg(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element as SVGElement;
}
