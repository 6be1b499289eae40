import { formatBytes } from '../src/base/format.ts';
import type { DownloadData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputView } from './outputView.ts';
import { makeButton } from './widgetSwitches.ts';

const css =
  '.download { display: inline-flex; gap: 10px; align-items: center; } .size { color: var(--dim); font-size: 12px; }';

/** A button that saves a file. */
export class Download implements OutputView {
  readonly css = css;
  readonly element: HTMLElement;

  constructor(data: DownloadData) {
    const button = makeButton(true);
    button.textContent = data.label;
    button.addEventListener('click', () => save(data));
    this.element = h('div', { class: 'download' }, button, h('span', { class: 'size' }, formatBytes(data.bytes)));
  }

  dispose(): void {
    this.element.remove();
  }
}

function save({ name, mime, base64 }: DownloadData): void {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: mime }));
  const link = h('a', { href: url, download: name });
  document.body.append(link); // VS Code hears clicks on links of the page
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
