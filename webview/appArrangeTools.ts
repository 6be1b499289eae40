import { type AppCell, type CellLayout, COLUMNS } from '../src/protocol/app.ts';
import { h } from './dom.ts';

export interface AppArrangeToolsOptions {
  readonly onChange: (layout: Partial<CellLayout>) => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onGrab: (event: PointerEvent) => void;
}

const PLACES: Readonly<Record<CellLayout['place'], string>> = { main: 'Page', sidebar: 'Sidebar', hidden: 'Not shown' };

/** What stands above a cell while the app is arranged: its name to drag it by, and its place, width and tab. */
export class AppArrangeTools {
  readonly element: HTMLElement;
  readonly #name = h('span', { class: 'name' });
  readonly #place = h('select', { 'aria-label': 'Place' });
  readonly #width = h('input', { type: 'number', min: 1, max: COLUMNS, 'aria-label': 'Width, in twelfths' });
  readonly #tab = h('input', { type: 'text', placeholder: 'Tab', 'aria-label': 'Tab' });

  constructor({ onChange, onStep, onGrab }: AppArrangeToolsOptions) {
    const grip = h('span', { class: 'grip', title: 'Drag to move' }, this.#name);
    grip.addEventListener('pointerdown', onGrab);
    this.#place.append(...Object.entries(PLACES).map(([value, text]) => h('option', { value }, text)));
    this.#place.addEventListener('change', () => onChange({ place: this.#place.value as CellLayout['place'] })); // one of PLACES
    this.#width.addEventListener('change', () => {
      if (this.#width.validity.valid && this.#width.value) onChange({ width: this.#width.valueAsNumber });
    });
    this.#tab.addEventListener('change', () => onChange({ tab: this.#tab.value.trim() || null }));
    this.element = h(
      'div',
      { class: 'tools', role: 'toolbar' },
      grip,
      step('Move up', '↑', () => onStep(-1)),
      step('Move down', '↓', () => onStep(1)),
      this.#place,
      this.#width,
      this.#tab,
    );
  }

  show({ title, id, layout }: AppCell): void {
    const name = title || (id ? 'Untitled' : '');
    this.#name.textContent = name;
    this.element.setAttribute('aria-label', `Arrange ${name}`);
    this.#place.value = layout.place;
    this.#width.value = String(layout.width);
    this.#tab.value = layout.tab ?? '';
    this.#width.disabled = this.#tab.disabled = layout.place !== 'main';
  }
}

function step(label: string, sign: string, action: () => void): HTMLElement {
  const button = h('button', { type: 'button', class: 'quiet', 'aria-label': label }, sign);
  button.addEventListener('click', action);
  return button;
}
