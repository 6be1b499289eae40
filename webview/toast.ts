import type { Toast } from '../src/protocol/output.ts';
import { h, placeIn } from './dom.ts';
import pageCss from './renderer.css';
import toastCss from './toast.css';

const SHOWN_MS = 5_000;
let corner: ShadowRoot | null = null;

/** Shows a remark in the corner of the page for a while; pointing at it keeps it. */
export function showToast({ text, tone }: Toast): void {
  corner ??= placeIn(document.body.appendChild(h('div', { class: 'memoir-toasts' })), pageCss, toastCss);
  const note = h('div', { class: `toast ${tone}`, role: tone === 'info' ? 'status' : 'alert' }, text);
  let timer = setTimeout(() => note.remove(), SHOWN_MS);
  note.addEventListener('pointerenter', () => clearTimeout(timer));
  note.addEventListener('pointerleave', () => {
    timer = setTimeout(() => note.remove(), SHOWN_MS / 2);
  });
  note.addEventListener('click', () => note.remove());
  corner.append(note);
}
