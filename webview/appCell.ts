import type { AppCell, AppCellState } from '../src/protocol/app.ts';
import { type LayoutData, MIME, type Output } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputPage } from './outputPage.ts';

export interface AppCellOptions {
  readonly page: OutputPage;
  /** Where outputs stand that the author put into the sidebar. */
  readonly sidebar: HTMLElement;
  readonly onRun: (cell: string) => void;
}

/** One cell of an app: what it shows, and how it is doing. */
export class AppCellView {
  readonly id: string;
  readonly element = h('section', { class: 'cell' });
  readonly #options: AppCellOptions;
  readonly #code = h('div', { class: 'code' });
  readonly #outputs = h('div', { class: 'outputs' });
  readonly #note = h('div', { class: 'note' });
  readonly #slots: HTMLElement[] = [];
  #cell: AppCell;
  #drawnText: string | null = null;

  constructor(cell: AppCell, options: AppCellOptions) {
    this.id = cell.id;
    this.#cell = cell;
    this.#options = options;
    this.element.append(this.#outputs, this.#note);
    this.declare(cell);
  }

  get cell(): AppCell {
    return this.#cell;
  }

  /** Takes the cell as the page has it now. */
  declare(cell: AppCell): void {
    this.#cell = cell;
    const { style, dataset } = this.element;
    style.setProperty('--columns', String(cell.layout.width));
    dataset.cell = cell.id;
    if (cell.code) {
      this.element.prepend(this.#code);
      void this.#options.page.draw(this.#code, { items: [{ mime: MIME.code, data: cell.code }] });
    } else this.#code.remove();
    if (cell.markdown !== null && cell.markdown !== this.#drawnText) {
      this.#drawnText = cell.markdown;
      this.#draw([{ items: [{ mime: MIME.markdown, data: cell.markdown }] }], true);
    }
    this.#fit();
  }

  /** Takes what the cell shows now. */
  update({ status, outputs, problem }: AppCellState): void {
    const isBusy = status === 'busy';
    this.element.classList.toggle('busy', isBusy);
    this.element.setAttribute('aria-busy', String(isBusy));
    if (outputs) this.#draw(outputs, !isBusy);
    this.#note.replaceChildren(...this.#notes(status, problem));
    this.#fit();
  }

  /** Takes the cell off the page. */
  dispose(): void {
    this.#draw([], true);
    this.element.remove();
  }

  #notes(status: AppCellState['status'], problem: string | null): HTMLElement[] {
    const words = problem === null ? [] : [h('p', { class: status, role: status === 'failed' && 'alert' }, problem)];
    if (status !== 'manual') return words;
    const button = h(
      'button',
      { type: 'button', class: 'solid' },
      this.#cell.title ? `Run “${this.#cell.title}”` : 'Run',
    );
    button.addEventListener('click', () => this.#options.onRun(this.id));
    return [...words, button];
  }

  /** Draws outputs over those that stand there; with `isAll`, what is beyond them goes. */
  #draw(outputs: readonly Output[], isAll: boolean): void {
    const { page, sidebar } = this.#options;
    for (const [index, output] of outputs.entries()) {
      const slot = this.#slots[index] ?? h('div', { class: 'output' });
      this.#slots[index] = slot;
      const parent = isForSidebar(output) ? sidebar : this.#outputs;
      if (slot.parentElement !== parent) parent.append(slot);
      void page.draw(slot, output);
    }
    if (!isAll) return;
    for (const slot of this.#slots.splice(outputs.length)) {
      page.clear(slot);
      slot.remove();
    }
  }

  /** A cell that shows nothing takes no place. */
  #fit(): void {
    const isEmpty = !this.#outputs.childElementCount && !this.#note.childElementCount && !this.#code.isConnected;
    this.element.classList.toggle('empty', isEmpty);
  }
}

function isForSidebar({ items }: Output): boolean {
  return items.some(({ mime, data }) => mime === MIME.layout && (data as LayoutData).kind === 'sidebar'); // made by the kernel
}
