import { apart } from '../base/program.ts';

interface Running {
  readonly due: number;
  readonly fail: (error: Error) => void;
}

/**
 * How long each piece of work of a kind may take. One timer looks after all that run, as they end in the order they began
 * in: a timer and a signal for each would take longer than a server nearby takes to answer. While something runs, the
 * program does not end.
 */
export class Deadline {
  readonly #ms: number;
  readonly #running = new Set<Running>();
  #timer: NodeJS.Timeout | null = null;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** What `work` gives; rejects where that takes too long, whatever becomes of it then. */
  async keep<T>(work: () => Promise<T>): Promise<T> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const running: Running = { due: performance.now() + this.#ms, fail: reject };
    this.#watch(running);
    try {
      return await Promise.race([work(), tooLate]);
    } finally {
      this.#end(running);
    }
  }

  #watch(running: Running): void {
    this.#running.add(running);
    if (!this.#timer) this.#wait(this.#ms);
    else if (this.#running.size === 1) this.#timer.ref();
  }

  #end(running: Running): void {
    this.#running.delete(running);
    if (this.#running.size === 0) this.#timer?.unref();
  }

  #wait(ms: number): void {
    this.#timer = apart(() => setTimeout(() => this.#look(), ms));
  }

  /** Ends what took too long, and waits for the next. */
  #look(): void {
    this.#timer = null;
    const now = performance.now();
    for (const running of this.#running) {
      if (running.due > now) {
        this.#wait(running.due - now);
        return;
      }
      this.#running.delete(running);
      running.fail(new Error(`no answer within ${this.#ms} ms`));
    }
  }
}
