import { h } from './dom.ts';

let groups = 0;

/** Tabs over panels, one of them shown; arrow keys, Home and End move between them. */
export class AppTabs {
  readonly element: HTMLElement;
  readonly #tabs: readonly { readonly button: HTMLButtonElement; readonly panel: HTMLElement; readonly name: string }[];
  readonly #remember: string;

  /** @param panels by the name of their tab. */
  constructor(panels: ReadonlyMap<string, HTMLElement>, place: number) {
    groups += 1;
    this.#remember = `memoir-tab-${place}`;
    const list = h('div', { class: 'tab-list', role: 'tablist' });
    this.#tabs = [...panels].map(([name, panel], index) => {
      const id = `memoir-tab-${groups}-${index}`;
      const button = h('button', { type: 'button', role: 'tab', id, 'aria-controls': `${id}-panel` }, name);
      for (const [attribute, value] of Object.entries({ role: 'tabpanel', id: `${id}-panel`, 'aria-labelledby': id }))
        panel.setAttribute(attribute, value);
      panel.dataset.tab = name;
      button.addEventListener('click', () => this.#show(index));
      list.append(button);
      return { button, panel, name };
    });
    list.addEventListener('keydown', (event) => this.#key(event));
    this.element = h('div', { class: 'tabs' }, list, ...panels.values());
    const remembered = this.#tabs.findIndex(({ name }) => name === sessionStorage.getItem(this.#remember));
    this.#show(Math.max(0, remembered));
  }

  #show(shown: number): void {
    for (const [index, { button, panel }] of this.#tabs.entries()) {
      button.setAttribute('aria-selected', String(index === shown));
      button.tabIndex = index === shown ? 0 : -1;
      panel.classList.toggle('closed', index !== shown); // paper shows every panel
    }
    sessionStorage.setItem(this.#remember, this.#tabs[shown]?.name ?? '');
  }

  #key(event: KeyboardEvent): void {
    const at = this.#tabs.findIndex(({ button }) => button === event.target);
    const count = this.#tabs.length;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + count, Home: 0, End: count - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.#show(to % count);
    this.#tabs[to % count]!.button.focus();
  }
}
