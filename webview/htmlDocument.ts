import { FRAME_POLICY } from '../src/protocol/frame.ts';

/** What the frame takes from the page: plain CSS values. */
export interface FrameStyle {
  readonly scheme: 'light' | 'dark';
  readonly variables: Readonly<Record<string, string>>;
}

/** Longer documents are laid out once they are there, rather than again with every part that is read. */
const LONG = 500_000;

/** The whole document of a frame that shows `html` in the reader's colours and reports its height. */
export function frameDocument(html: string, style: FrameStyle): string {
  const variables = Object.entries(style.variables)
    .map(([name, value]) => `${name}:${value.replace(/[;{}<>]/g, '')}`)
    .join(';');
  return `<!doctype html><html data-theme="${style.scheme}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}">
<meta name="color-scheme" content="${style.scheme}">
<style>:root{${variables}}
html{background:transparent}
body{margin:0;padding:1px;display:flow-root;color:var(--vscode-foreground);font:var(--memoir-font-size,13px)/1.5 var(--vscode-font-family,sans-serif)}
body>:first-child{margin-top:0}
body>:last-child{margin-bottom:0}
a{color:var(--vscode-textLink-foreground)}
table{border-collapse:collapse}${html.length > LONG ? '\nhtml:not([data-read]) body{display:none}' : ''}</style>
<script>${REPORT_HEIGHT}</script></head><body>${html}</body></html>`;
}

/** The height that a message from a frame reports, or null when it is none. */
export function reportedHeight(message: unknown): number | null {
  if (typeof message !== 'object' || message === null || !('memoirHeight' in message)) return null;
  const height = Number(message.memoirHeight);
  return Number.isFinite(height) && height >= 0 ? Math.min(Math.ceil(height), 4_000) : null;
}

/** Browsers do not lay out a frame that is out of sight, so sizes are watched, and changes of what is in it as well. */
const REPORT_HEIGHT = `
addEventListener('DOMContentLoaded', () => {
  document.documentElement.dataset.read = '';
  let told = -1;
  const tell = () => {
    const { height } = document.documentElement.getBoundingClientRect();
    if (height !== told) parent.postMessage({ memoirHeight: told = height }, '*');
  };
  new ResizeObserver(tell).observe(document.documentElement);
  new MutationObserver(tell).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  addEventListener('load', tell, true);
  tell();
});
addEventListener('message', ({ source, data }) => {
  if (source !== parent || !data || !data.memoirVariables) return;
  for (const [name, value] of Object.entries(data.memoirVariables)) document.documentElement.style.setProperty(name, value);
});`;
