import type { Disposable } from '../base/disposable.ts';
import type { AppMessage } from '../protocol/app.ts';
import type { AppSession } from './appSession.ts';

export interface AppSessionsOptions {
  /** Makes a session whose widgets stand as given. */
  readonly make: (widgets: Readonly<Record<string, unknown>>) => AppSession;
  readonly max: number;
  /** A session that nobody used for this long ends; one whose page is gone, after `awayMs`. */
  readonly idleMs: number;
  readonly awayMs: number;
  /** A session has ended because nobody used it. */
  readonly onIdle: (session: AppSession) => void;
}

/** The sessions of an app: finds them again for pages that come back, and ends those that nobody uses. */
export class AppSessions implements Disposable {
  readonly #options: AppSessionsOptions;
  readonly #sessions = new Map<string, AppSession>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: AppSessionsOptions) {
    this.#options = options;
    const every = Math.max(50, Math.min(options.idleMs, options.awayMs, 60_000) / 4);
    this.#timer = setInterval(() => this.#sweep(), every).unref();
  }

  get all(): readonly AppSession[] {
    return [...this.#sessions.values()];
  }

  /** The session that a page goes on with, or a new one; null when there are too many. */
  open({ session, page, widgets }: Extract<AppMessage, { type: 'open' }>): AppSession | null {
    const known = session === null ? undefined : this.#sessions.get(session);
    if (known && (known.page === page || !known.isConnected)) return known;
    if (this.#sessions.size >= this.#options.max && !this.#makeRoom()) return null;
    const made = this.#options.make(known ? known.widgets : widgets); // a tab that was duplicated begins where the other is
    this.#sessions.set(made.id, made);
    return made;
  }

  dispose(): void {
    clearInterval(this.#timer);
    for (const session of this.all) this.#end(session);
  }

  /** Ends the session that has been without a page for longest. */
  #makeRoom(): boolean {
    const [oldest] = this.all.filter(({ isConnected }) => !isConnected).sort((a, b) => a.usedAt - b.usedAt);
    if (oldest) this.#end(oldest);
    return oldest !== undefined;
  }

  #sweep(): void {
    const { idleMs, awayMs, onIdle } = this.#options;
    for (const session of this.all) {
      if (Date.now() - session.usedAt < (session.isConnected ? idleMs : awayMs) || session.isBusy) continue;
      onIdle(session);
      this.#end(session);
    }
  }

  #end(session: AppSession): void {
    this.#sessions.delete(session.id);
    session.dispose();
  }
}
