import type { CodeData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputView } from './outputView.ts';
import { isDark, readTheme, themeKind } from './theme.ts';
import { nextId } from './widgetControl.ts';

const css = `
.diagram { overflow-x: auto; }
.diagram svg { max-width: 100%; height: auto; }
@media print { .diagram.dark svg { filter: invert(1) hue-rotate(180deg); } }
`;

/** A diagram from a Mermaid text, in the reader's colours. */
export class Diagram implements OutputView {
  readonly css = css;
  readonly element = h('figure', { class: 'diagram', style: 'margin:0' });
  readonly #text: string;

  constructor({ code }: CodeData) {
    this.#text = code;
  }

  async attached(): Promise<void> {
    try {
      const { drawDiagram } = await import('./diagramView.ts');
      const picture = await drawDiagram(nextId(), this.#text, readTheme());
      this.element.replaceChildren(picture);
      this.element.classList.toggle('dark', isDark(themeKind()));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.element.replaceChildren(
        h('p', { class: 'problem', role: 'alert' }, `This diagram could not be drawn: ${message}`),
      );
    }
  }

  restyle(): void {
    void this.attached();
  }

  dispose(): void {
    this.element.remove();
  }
}
