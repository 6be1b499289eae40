import { formatTooltip } from './chartTooltipText.ts';
import { h } from './dom.ts';

/** The box beside the pointer that says what a mark stands for. */
export class ChartTooltip {
  readonly element = h('div', { class: 'tooltip', role: 'tooltip', popover: 'manual' });

  /** Shows what Vega gives for a mark: a text, or an object of names and formatted values; nothing hides the box. */
  show(value: unknown, event: MouseEvent): void {
    const lines = formatTooltip(value);
    if (lines.length === 0) {
      this.hide();
      return;
    }
    this.element.replaceChildren(
      ...lines.map(({ name, text }) =>
        h(
          'div',
          { class: 'line' },
          ...(name ? [h('span', { class: 'name' }, name)] : []),
          h('span', { class: 'text' }, text),
        ),
      ),
    );
    if (!this.element.matches(':popover-open')) this.element.showPopover(); // the top layer: nothing clips it
    this.#place(event);
  }

  hide(): void {
    if (this.element.isConnected && this.element.matches(':popover-open')) this.element.hidePopover();
  }

  #place({ clientX, clientY }: MouseEvent): void {
    const { width, height } = this.element.getBoundingClientRect();
    const gap = 14;
    const left = clientX + gap + width > innerWidth ? clientX - gap - width : clientX + gap;
    const top = clientY + gap + height > innerHeight ? clientY - gap - height : clientY + gap;
    this.element.style.left = `${Math.max(4, left)}px`;
    this.element.style.top = `${Math.max(4, top)}px`;
  }
}
