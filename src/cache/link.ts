import type { BrokenCircuitError, CircuitBreakerPolicy } from 'cockatiel';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Deadline } from './deadline.ts';

export interface LinkOptions<T> {
  /** What is at the other end, in messages. */
  readonly title: string;
  /** Loads the code that `open` needs, which has no deadline. */
  readonly load: () => Promise<unknown>;
  readonly open: () => Promise<T>;
  /** Whether what was opened can still be used; if not, it is opened anew. */
  readonly isAlive: (opened: T) => boolean;
  /** How long each piece of work may take, in milliseconds; opening takes several. */
  readonly timeout: number;
  readonly log: Log;
  /** Called when it works again after it failed. */
  readonly healed: () => Promise<void>;
}

const stepsToOpen = 3; // greetings go to and fro
const failuresAllowed = 3; // in a row, before it is left alone
const leftAlone = { initialDelay: 500, maxDelay: 15_000 }; // ms

type Cockatiel = typeof import('cockatiel');

/** A way to something that may be slow or gone: each piece of work has a deadline, and what keeps failing is left alone. */
export class Link<T> {
  readonly #options: LinkOptions<T>;
  readonly #toOpen: Deadline;
  readonly #toWork: Deadline;
  #opened: T | null = null;
  #opening: Promise<T> | null = null;
  #breaker: CircuitBreakerPolicy | null = null;
  #closed = false;
  #errors = 0;
  #problem: string | undefined;

  constructor(options: LinkOptions<T>) {
    this.#options = options;
    this.#toOpen = new Deadline(options.timeout * stepsToOpen);
    this.#toWork = new Deadline(options.timeout);
  }

  /** How many pieces of work failed; those that were not tried do not count. */
  get errors(): number {
    return this.#errors;
  }

  /** What is wrong, as a sentence, until it works again. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What `work` gives, or `otherwise` where it fails, takes too long, or is not tried. Never throws. */
  async attempt<R>(work: (opened: T) => Promise<R>, otherwise: R): Promise<R> {
    if (this.#closed) return otherwise;
    try {
      this.#breaker ??= await this.#load();
      const result = await this.#breaker.execute(() => this.#work(work));
      this.#worked();
      return result;
    } catch (error) {
      this.#failed(error);
      return otherwise;
    }
  }

  /** Waits for no answer longer than the deadline. */
  async close(end: (opened: T) => Promise<unknown>): Promise<void> {
    if (this.#closed) return;
    if (this.#opened) await this.attempt(end, undefined);
    this.#closed = true;
  }

  /** The breaker, once all code that is needed is there: as few caches have anything to reach, it is loaded when it is. */
  async #load(): Promise<CircuitBreakerPolicy> {
    const [cockatiel] = await Promise.all([import('cockatiel'), this.#options.load()]);
    return this.#breaker ?? breakerOf(cockatiel);
  }

  async #work<R>(work: (opened: T) => Promise<R>): Promise<R> {
    const known = this.#opened;
    const opened = known && this.#options.isAlive(known) ? known : await this.#toOpen.keep(() => this.#open());
    return this.#toWork.keep(() => work(opened));
  }

  #open(): Promise<T> {
    this.#opening ??= this.#options
      .open()
      .then((opened) => {
        this.#opened = opened;
        return opened;
      })
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }

  #worked(): void {
    if (this.#problem === undefined) return;
    this.#problem = undefined;
    this.#options.log.info(`${this.#options.title} works again.`);
    void this.#options.healed();
  }

  #failed(error: unknown): void {
    if (isBroken(error)) return;
    this.#errors += 1;
    const { title, log } = this.#options;
    const isNew = this.#problem === undefined;
    this.#problem = `${title} cannot be reached (${messageOf(error)}), so results are kept on this machine only. It is tried again by itself.`;
    if (isNew) log.warn(this.#problem);
  }
}

function isBroken(error: unknown): error is BrokenCircuitError {
  return typeof error === 'object' && error !== null && 'isBrokenCircuitError' in error;
}

function breakerOf({ circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll }: Cockatiel) {
  return circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(failuresAllowed),
    halfOpenAfter: new ExponentialBackoff(leftAlone),
  });
}
