import { type AppEvent, type AppMessage, CLOSED, MAX_MESSAGE } from '../src/protocol/app.ts';
import { readAddress, writeAddress } from './appAddress.ts';
import type { AppHost, AppListener, LineState } from './appHost.ts';

const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 10_000;
const FULL_RETRY_MS = 15_000;
/** After so many failures the page asks why. */
const PATIENCE = 4;
const SESSION = 'memoir-session';

/** What becomes of the line when the server ends it. */
const LINES: ReadonlyMap<number, LineState> = new Map([
  [CLOSED.idle, { type: 'asleep' }],
  [CLOSED.full, { type: 'full' }],
  [CLOSED.limit, { type: 'ended', text: 'The server ended this page. Load it again.' }],
]);

/** The line to a server. When it is cut, the page remembers where widgets stand, and goes on from there. */
export class AppSocket implements AppHost {
  readonly isLive = true;
  readonly #url: string;
  readonly #page = randomName();
  readonly #moved = new Map<string, unknown>();
  #address = readAddress();
  #listener: AppListener | null = null;
  #socket: WebSocket | null = null;
  #isOpen = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(path: string) {
    const url = new URL(path, location.href);
    url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#url = url.href;
  }

  start(listener: AppListener): void {
    this.#listener = listener;
    const parameters = new URLSearchParams(location.search);
    if (parameters.has('token')) {
      parameters.delete('token'); // the browser keeps it in a cookie; who copies the address keeps it to himself
      history.replaceState(null, '', `${location.pathname}${parameters.size ? `?${parameters}` : ''}${location.hash}`);
    }
    addEventListener('online', () => this.#connectNow());
    for (const sign of ['pointerdown', 'keydown', 'focus']) addEventListener(sign, () => this.#connectNow());
    document.addEventListener('visibilitychange', () => !document.hidden && this.#connectNow());
    this.#connect();
  }

  post(message: AppMessage): void {
    if (message.type === 'ready') return; // the page is told everything when it opens
    if (JSON.stringify(message).length > MAX_MESSAGE) {
      this.#listener?.hear({ type: 'notice', text: 'That is too large to be sent; an app takes 12 MB at once.' });
      return;
    }
    if (message.type === 'widget') {
      this.#moved.set(message.name, message.value);
      writeAddress(this.#moved);
    }
    if (this.#isOpen) this.#socket?.send(JSON.stringify(message));
    else this.#connectNow(); // what was moved is told then
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      const open = {
        type: 'open',
        session: sessionStorage.getItem(SESSION),
        page: this.#page,
        address: this.#address,
      } as const;
      const widgets = Object.fromEntries(this.#moved);
      this.#send({ ...open, widgets: JSON.stringify(widgets).length > MAX_MESSAGE / 2 ? {} : widgets }); // the session has them
      this.#address = {};
    });
    socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(data) as AppEvent)); // only our server is there
    socket.addEventListener('close', ({ code }) => this.#socket === socket && this.#lost(code));
  }

  #send(message: AppMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #hear(event: AppEvent): void {
    if (event.type === 'page') {
      if (event.session !== null) sessionStorage.setItem(SESSION, event.session);
      this.#isOpen = true;
      this.#failures = 0;
      this.#listener?.line({ type: 'live' });
    }
    if (event.type === 'widgets') {
      this.#moved.clear();
      for (const [name, value] of Object.entries(event.values)) this.#moved.set(name, value);
      writeAddress(this.#moved);
    }
    this.#listener?.hear(event);
  }

  #lost(code: number): void {
    this.#socket = null;
    this.#isOpen = false;
    this.#listener?.line(LINES.get(code) ?? { type: 'lost' });
    if (code === CLOSED.idle || code === CLOSED.limit) return;
    this.#failures += 1;
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#retry(), code === CLOSED.full ? FULL_RETRY_MS : wait);
  }

  async #retry(): Promise<void> {
    if (this.#failures >= PATIENCE) {
      const answer = await fetch(location.pathname, { method: 'HEAD' }).catch(() => null);
      if (answer?.status === 401) {
        const text = 'This app was started anew, with another token. Open the address that it printed.';
        this.#listener?.line({ type: 'ended', text });
        return;
      }
    }
    this.#connect();
  }

  #connectNow(): void {
    if (!this.#socket) this.#connect();
  }
}

/** Not to be guessed; also where there is no `crypto.randomUUID`, which only secure pages have. */
function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('');
}
