/** How a widget's own moves and the values that come from the notebook get along. */
export interface WidgetSyncOptions {
  /** Sends a value to the notebook. */
  readonly post: (value: unknown) => void;
  /** Shows a value on the control. */
  readonly show: (value: unknown) => void;
  /** Runs an action before the next picture. */
  readonly nextFrame: (action: () => void) => void;
  readonly after: (ms: number, action: () => void) => void;
}

/** How long the notebook may take to answer a move before its own value counts again. */
const PATIENCE_MS = 3_000;

/**
 * Posts moves, one per frame and the last always, and keeps echoes of earlier moves from pulling the control back:
 * what comes from the notebook is shown once it has answered the last move, and never while the reader holds the control.
 */
export class WidgetSync {
  readonly #options: WidgetSyncOptions;
  #pending: { readonly value: unknown } | null = null;
  #unanswered: { readonly value: unknown } | null = null;
  /** The value that was posted or shown last. */
  #last: { readonly value: unknown } | null = null;
  #held = false;
  #waiting: { readonly value: unknown } | null = null;

  constructor(options: WidgetSyncOptions) {
    this.#options = options;
  }

  /** The reader moved the control. */
  move(value: unknown): void {
    if (this.#pending === null && this.#last && same(this.#last.value, value)) return;
    const isScheduled = this.#pending !== null;
    this.#pending = { value };
    if (!isScheduled) this.#options.nextFrame(() => this.flush());
  }

  /** Posts what waits for the next frame at once. */
  flush(): void {
    if (!this.#pending) return;
    const posted = this.#pending;
    this.#pending = null;
    this.#unanswered = this.#last = posted;
    this.#waiting = null;
    this.#options.post(posted.value);
    this.#options.after(PATIENCE_MS, () => {
      if (this.#unanswered === posted) this.#settle();
    });
  }

  /** The reader holds the control, or lets it go. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held && !this.#unanswered && !this.#pending) this.#settle();
  }

  /** The notebook says which value the widget has. */
  receive(value: unknown): void {
    this.#waiting = { value };
    if (!this.#pending && (!this.#unanswered || same(this.#unanswered.value, value))) this.#settle();
  }

  #settle(): void {
    this.#unanswered = null;
    if (this.#held || !this.#waiting) return;
    this.#last = this.#waiting;
    this.#waiting = null;
    this.#options.show(this.#last.value);
  }
}

/** States are JSON. */
function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
