import { randomBytes } from 'node:crypto';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import type { ProgramCell } from '../notebook/program.ts';
import type { Session } from '../notebook/session.ts';
import type { AppEvent, AppMessage, AppPage } from '../protocol/app.ts';
import type { CellId } from '../protocol/kernel.ts';
import { AppFeed } from './appFeed.ts';
import { AppWidgets } from './appWidgets.ts';

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

/** One reader's use of an app: widgets of its own, and a page that comes and goes. */
export class AppSession implements Disposable {
  /** Not to be guessed: who names it goes on with it. */
  readonly id = randomBytes(18).toString('base64url');
  readonly #options: AppSessionOptions;
  readonly #store = new DisposableStore();
  readonly #feed: AppFeed;
  readonly #widgets: AppWidgets;
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
    this.#widgets = new AppWidgets(options.session, options.widgets);
    this.#feed = this.#store.add(
      new AppFeed({
        session: options.session,
        post: (event) => this.#line?.post(event),
        isShown: (id) => this.#notebook.page.cells.some((cell) => cell.id === id),
        isReady: () => this.#line?.isReady ?? true,
      }),
    );
    this.#store.add(options.session.onToast((toast) => this.#line?.post({ type: 'toast', toast })));
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
    return this.#widgets.states;
  }

  /** Goes on with a page, as it is or as it was before a drop. */
  async attach(line: AppLine, open: Extract<AppMessage, { type: 'open' }>): Promise<void> {
    this.#line = line;
    const isNewPage = this.page !== open.page;
    this.page = open.page;
    this.usedAt = Date.now();
    await this.#work(async () => {
      await this.#options.session.look();
      if (this.#widgets.take(open, isNewPage)) await this.#options.session.look();
      if (this.#line !== line) return; // it has gone meanwhile
      this.#show();
      await this.#options.session.runStale();
      const judged = this.#widgets.judge(open.address);
      for (const sentence of judged.sentences) this.#tell(sentence);
      if (judged.wrong.length) await this.#settle(this.#widgets.reset(judged.wrong));
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
      case 'rows':
        void this.#work(async () => this.#line?.post(await session.rows(message)));
        break;
      case 'reset':
        void this.#work(() => this.#settle(this.#widgets.reset()));
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
    this.#tellWidgets();
    this.#feed.restart();
  }

  /** Many moves at once are one, and the last of each widget wins. */
  #move(name: string, value: unknown): void {
    if (!this.#moves.size) {
      setImmediate(() => {
        const moves = new Map(this.#moves);
        this.#moves.clear();
        void this.#work(() => this.#settle(this.#widgets.move(moves)));
      });
    }
    this.#moves.set(name, value);
  }

  /** Tells where widgets stand, at once and when the notebook has followed. */
  async #settle(moving: Promise<void>): Promise<void> {
    this.#tellWidgets();
    await moving;
    this.#tellWidgets();
  }

  #tellWidgets(): void {
    const { states, busy } = this.#widgets;
    this.#line?.post({ type: 'widgets', values: states, busy });
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
