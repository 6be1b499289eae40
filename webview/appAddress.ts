import { addressText, MAX_ADDRESS_TEXT } from '../src/protocol/app.ts';

const EVERY_MS = 150;

/** What the page's address says of widgets; the token is not part of it. */
export function readAddress(search = location.search): Record<string, string> {
  const parameters = new URLSearchParams(search);
  parameters.delete('token');
  return Object.fromEntries(parameters);
}

let timer: ReturnType<typeof setTimeout> | undefined;
let wanted: URLSearchParams | null = null;

/** Makes the address say where widgets stand, so that it can be shared and loaded again. */
export function writeAddress(values: ReadonlyMap<string, unknown>): void {
  wanted = new URLSearchParams();
  for (const [name, value] of values) {
    const text = addressText(value);
    if (text !== undefined && text.length <= MAX_ADDRESS_TEXT) wanted.set(name, text);
  }
  timer ??= setTimeout(flush, EVERY_MS); // browsers allow so many changes a second
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (wanted) history.replaceState(null, '', `${location.pathname}${wanted.size ? `?${wanted}` : ''}${location.hash}`);
  wanted = null;
}

addEventListener('pagehide', flush);
