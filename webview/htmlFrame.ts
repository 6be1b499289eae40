import { h } from './dom.ts';
import { type FrameStyle, frameDocument, reportedHeight } from './htmlDocument.ts';
import type { OutputView } from './outputView.ts';
import { isDark, themeKind } from './theme.ts';

const VARIABLES = [
  '--vscode-foreground',
  '--vscode-descriptionForeground',
  '--vscode-editor-background',
  '--vscode-font-family',
  '--vscode-editor-font-family',
  '--vscode-textLink-foreground',
  '--vscode-focusBorder',
  '--vscode-button-background',
  '--vscode-button-foreground',
  '--vscode-input-background',
  '--vscode-input-foreground',
  '--vscode-panel-border',
];

/** HTML in a frame that can run scripts but reach neither the page, nor its storage, nor the network. */
export class HtmlFrame implements OutputView {
  readonly css = '';
  readonly element: HTMLIFrameElement;
  readonly #html: () => string;

  /** `html` gives the body whenever the frame is written anew. */
  constructor(html: () => string, title = 'HTML output') {
    this.#html = html;
    this.element = h('iframe', { class: 'frame', sandbox: 'allow-scripts', title });
    addEventListener('message', this.#listen);
    this.#write();
  }

  /** Takes the page's colours as they are now. */
  restyle(): void {
    const style = frameStyle();
    if (style.scheme !== this.element.style.colorScheme) this.#write();
    else this.element.contentWindow?.postMessage({ memoirVariables: style.variables }, '*'); // its origin is opaque
  }

  dispose(): void {
    removeEventListener('message', this.#listen);
    this.element.remove();
  }

  #write(): void {
    const style = frameStyle();
    this.#setScheme(style.scheme);
    this.element.addEventListener('load', () => this.#setScheme(style.scheme), { once: true });
    const { memoirFrame } = document.documentElement.dataset;
    if (memoirFrame === undefined) this.element.srcdoc = frameDocument(this.#html(), style);
    else this.element.src = memoirFrame; // a page that forbids scripts in its text has a place where they may run
  }

  /** A frame of another scheme than its element is not transparent; browsers compare when the element's changes. */
  #setScheme(scheme: FrameStyle['scheme']): void {
    this.element.style.colorScheme = 'normal';
    void this.element.offsetWidth;
    this.element.style.colorScheme = scheme;
  }

  readonly #listen = (event: MessageEvent): void => {
    if (event.source !== this.element.contentWindow) return;
    if (event.data?.memoirFrame === 'ready')
      this.element.contentWindow?.postMessage({ memoirDocument: frameDocument(this.#html(), frameStyle()) }, '*');
    const height = reportedHeight(event.data);
    if (height !== null) this.element.style.height = `${height}px`;
  };
}

function frameStyle(): FrameStyle {
  const style = getComputedStyle(document.body);
  const variables = Object.fromEntries(VARIABLES.map((name) => [name, style.getPropertyValue(name).trim()]));
  return { scheme: isDark(themeKind()) ? 'dark' : 'light', variables };
}
