import { WebSocket } from 'ws';
import type { AppCellState, AppEvent, AppMessage, AppPage } from '../../src/protocol/app.ts';
import type { WidgetData } from '../../src/protocol/output.ts';

/** What a reader's page remembers from one connection to the next. */
export interface Remembered {
  readonly session?: string | null;
  readonly page?: string;
  readonly widgets?: Readonly<Record<string, unknown>>;
  readonly address?: Readonly<Record<string, string>>;
}

let pages = 0;

/** A reader without a browser: one connection to an app, and what it was told. */
export class Reader {
  /** Connects as a browser would, and says `open`. */
  static async open(url: URL, remembered: Remembered = {}): Promise<Reader> {
    const reader = new Reader(url, remembered.page ?? `page ${++pages}`);
    await reader.connected;
    const { session = null, widgets = {}, address = {} } = remembered;
    reader.post({ type: 'open', session, page: reader.page, widgets, address });
    await reader.until(() => reader.layout !== null || reader.closed !== null);
    return reader;
  }

  readonly page: string;
  readonly connected: Promise<void>;
  readonly cells = new Map<string, AppCellState>();
  readonly notices: string[] = [];
  readonly rows: Extract<AppEvent, { type: 'rows' }>[] = [];
  layout: AppPage | null = null;
  session: string | null = null;
  widgets: Readonly<Record<string, unknown>> = {};
  /** The code that the connection was closed with. */
  closed: number | null = null;
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();

  constructor(url: URL, page = 'page') {
    this.page = page;
    const live = new URL(`/live${url.search}`, url);
    live.protocol = 'ws:';
    this.#socket = new WebSocket(live, { origin: url.origin });
    this.connected = new Promise((resolve, reject) => {
      this.#socket.once('open', () => resolve());
      this.#socket.once('error', reject);
    });
    this.#socket.on('message', (data) => this.#hear(JSON.parse(String(data))));
    this.#socket.on('close', (code) => {
      this.closed = code;
      this.#tell();
    });
  }

  post(message: AppMessage): void {
    this.say(JSON.stringify(message));
  }

  /** Says anything. */
  say(text: string): void {
    this.#socket.send(text);
  }

  move(name: string, value: unknown): void {
    this.post({ type: 'widget', name, value });
  }

  /** Settles when `condition` holds; whoever waits too long is told what is there instead. */
  async until(condition: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const check = () => condition() && resolve();
      timer = setTimeout(() => reject(new Error(`This did not come: ${condition}. There is ${this.shown()}.`)), 30_000);
      this.#waiting.add(check);
      check();
    }).finally(() => clearTimeout(timer));
  }

  /** Settles when the cell called `title` is done and its text contains `text`. */
  untilShown(title: string, text: string): Promise<void> {
    return this.until(() => this.state(title)?.status === 'done' && this.text(title).includes(text));
  }

  state(title: string): AppCellState | undefined {
    const cell = this.layout?.cells.find((one) => one.title === title);
    return cell && this.cells.get(cell.id);
  }

  /** What a cell shows, as JSON. */
  text(title: string): string {
    return JSON.stringify(this.state(title)?.outputs ?? []);
  }

  /** The widget that a cell shows. */
  widget(title: string): WidgetData {
    return this.state(title)!.outputs![0]!.items[0]!.data as WidgetData;
  }

  shown(): string {
    return JSON.stringify({ cells: Object.fromEntries(this.cells), closed: this.closed, notices: this.notices }).slice(
      0,
      3000,
    );
  }

  /** Ends the connection as a broken network does: without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.until(() => this.closed !== null);
  }

  #hear(event: AppEvent): void {
    switch (event.type) {
      case 'page':
        this.layout = event.page;
        this.session = event.session;
        break;
      case 'cells':
        for (const [id, state] of Object.entries(event.cells)) this.cells.set(id, { ...this.cells.get(id), ...state });
        break;
      case 'widgets':
        this.widgets = event.values;
        break;
      case 'rows':
        this.rows.push(event);
        break;
      case 'notice':
        this.notices.push(event.text);
        break;
    }
    this.#tell();
  }

  #tell(): void {
    for (const check of this.#waiting) check();
  }
}
