import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { drawnWidgets, movableNames } from '../notebook/drawn.ts';
import type { ProgramCell } from '../notebook/program.ts';
import type { Session } from '../notebook/session.ts';
import { type AppEvent, type AppMessage, type AppPage, addressValue } from '../protocol/app.ts';
import type { CellId } from '../protocol/kernel.ts';
import { AppFeed } from './appFeed.ts';

/** A notebook as it is served: its page, and the cells that run. */
export interface ServedNotebook {
  readonly page: AppPage;
  readonly cells: readonly ProgramCell[];
}

/** The way to the page of a session. */
export interface AppLine {
  post(event: AppEvent): void;
  /** False while the page has not yet taken what was sent. */
  readonly isReady: boolean;
}

export interface AppSessionOptions {
  readonly session: Session;
  /** Where the session's widgets stand: the map that it reads. */
  readonly widgets: Map<string, unknown>;
  readonly notebook: ServedNotebook;
  /** Called whenever the session has nothing to do any more. */
  readonly onRest: () => void;
  readonly onError: (error: unknown) => void;
}

/** Values up to this long, in JSON, are kept in the page's address. */
const MAX_ADDRESS = 200;

/** One reader's use of an app: widgets of its own, and a page that comes and goes. */
export class AppSession implements Disposable {
  /** Not to be guessed: who names it goes on with it. */
  readonly id = randomBytes(18).toString('base64url');
  readonly #options: AppSessionOptions;
  readonly #store = new DisposableStore();
  readonly #feed: AppFeed;
  readonly #moves = new Map<string, unknown>();
  #notebook: ServedNotebook;
  #line: AppLine | null = null;
  #busy = 0;

  /** The page that it serves, or served last. */
  page = '';
  usedAt = Date.now();

  constructor(options: AppSessionOptions) {
    this.#options = options;
    this.#notebook = options.notebook;
    this.#feed = this.#store.add(
      new AppFeed({
        session: options.session,
        post: (event) => this.#line?.post(event),
        isReady: () => this.#line?.isReady ?? true,
      }),
    );
    this.#store.add(options.session);
    options.session.update(options.notebook.cells);
  }

  get isConnected(): boolean {
    return this.#line !== null;
  }

  /** Whether it works for somebody; without a page it does not. */
  get isBusy(): boolean {
    return this.#busy > 0 && this.isConnected;
  }

  /** Where the widgets stand that were moved. */
  get widgets(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#options.widgets);
  }

  /** Goes on with a page, as it is or as it was before a drop. */
  async attach(line: AppLine, open: Extract<AppMessage, { type: 'open' }>): Promise<void> {
    this.#line = line;
    const isNewPage = this.page !== open.page;
    this.page = open.page;
    this.usedAt = Date.now();
    await this.#work(async () => {
      await this.#options.session.look();
      if (this.#takeStates(open, isNewPage)) await this.#options.session.look();
      if (this.#line !== line) return; // it has gone meanwhile
      this.#show();
      await this.#options.session.runStale();
      this.#judge(open.address);
    });
  }

  /** The page is gone; it may come back. */
  detach(line: AppLine): void {
    if (this.#line === line) this.#line = null;
  }

  hear(message: AppMessage): void {
    this.usedAt = Date.now();
    const { session } = this.#options;
    switch (message.type) {
      case 'widget':
        this.#move(message.name, message.value);
        break;
      case 'run':
        void this.#work(() => session.run([message.cell as CellId])); // one that does not exist is not run
        break;
      case 'stop':
        void this.#work(() => session.interrupt());
        break;
      case 'reset':
        void this.#work(() => this.#reset());
        break;
    }
  }

  /** Goes on with the notebook as it is now. */
  update(notebook: ServedNotebook): void {
    this.#notebook = notebook;
    this.#options.session.update(notebook.cells);
    this.#show();
    void this.#work(() => this.#options.session.runStale());
  }

  dispose(): void {
    this.#line = null;
    this.#store.dispose();
  }

  #show(): void {
    const { page } = this.#notebook;
    this.#line?.post({ type: 'page', page, session: this.id, arrangeable: false });
    this.#line?.post({ type: 'widgets', values: this.widgets });
    this.#feed.restart();
  }

  /** Many moves at once are one, and the last of each widget wins. */
  #move(name: string, value: unknown): void {
    if (!movableNames(this.#options.session).has(name)) return;
    if (!this.#moves.size) {
      setImmediate(() => {
        const moves = Object.fromEntries(this.#moves);
        this.#moves.clear();
        void this.#work(() => this.#moveAll(moves));
      });
    }
    this.#moves.set(name, value);
  }

  async #moveAll(values: Readonly<Record<string, unknown>>): Promise<void> {
    const { session, widgets } = this.#options;
    await Promise.all(
      Object.entries(values)
        .filter(([name, value]) => !isDeepStrictEqual(widgets.get(name), value))
        .map(([name, value]) => session.moveWidget(name, value)),
    );
    this.#line?.post({ type: 'widgets', values: this.widgets });
  }

  async #reset(): Promise<void> {
    const drawn = drawnWidgets(this.#options.session);
    const moved = [...this.#options.widgets.keys()];
    await this.#moveAll(Object.fromEntries(moved.map((name) => [name, drawn.get(name)?.initial])));
  }

  /** Takes over where the page says that widgets stand, in its memory and its address; whether that is news. */
  #takeStates({ widgets: remembered, address }: Extract<AppMessage, { type: 'open' }>, isNewPage: boolean): boolean {
    const { session, widgets } = this.#options;
    const drawn = drawnWidgets(session);
    const asked = Object.entries(address).map(([name, text]) => [name, addressValue(text, drawn.get(name)?.initial)]);
    const wanted = new Map<string, unknown>([...Object.entries(remembered), ...(asked as [string, unknown][])]);
    for (const [name, value] of isNewPage ? [...widgets] : []) {
      const wasInAddress = JSON.stringify(value).length <= MAX_ADDRESS;
      if (wasInAddress && !wanted.has(name)) wanted.set(name, drawn.get(name)?.initial);
    }
    let isMoved = false;
    for (const [name, value] of wanted) {
      if (isDeepStrictEqual(widgets.get(name), value)) continue;
      if (value === undefined || isDeepStrictEqual(drawn.get(name)?.initial, value)) widgets.delete(name);
      else widgets.set(name, value);
      isMoved = true;
    }
    return isMoved;
  }

  /** Tells of names and values in the address that mean nothing. */
  #judge(address: Readonly<Record<string, string>>): void {
    const drawn = drawnWidgets(this.#options.session);
    if (!drawn.size) return;
    for (const [name, text] of Object.entries(address)) {
      const widget = drawn.get(name);
      if (!widget) this.#tell(`The address sets “${name}”, but nothing here goes by that name.`);
      else if (!isDeepStrictEqual(widget.value, addressValue(text, widget.initial)))
        this.#tell(`“${widget.label}” cannot be ${text}, so it stands at ${String(widget.value)}.`);
    }
  }

  #tell(text: string): void {
    this.#line?.post({ type: 'notice', text });
  }

  async #work(work: () => Promise<unknown>): Promise<void> {
    this.#busy += 1;
    try {
      await work();
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#busy -= 1;
      this.usedAt = Date.now();
      if (this.#busy === 0) this.#options.onRest();
    }
  }
}
