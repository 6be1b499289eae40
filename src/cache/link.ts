import type { BrokenCircuitError, IPolicy } from 'cockatiel';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

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

/** A way to something that may be slow or gone: each piece of work has a deadline, and what keeps failing is left alone. */
export class Link<T> {
  readonly #options: LinkOptions<T>;
  #opened: Promise<T> | null = null;
  #opening: Promise<T> | null = null;
  #policies: Promise<Policies> | null = null;
  #closed = false;
  #errors = 0;
  #problem: string | undefined;

  constructor(options: LinkOptions<T>) {
    this.#options = options;
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
      this.#policies ??= makePolicies(this.#options.timeout);
      const [{ breaker, opening, working }] = await Promise.all([this.#policies, this.#options.load()]);
      const result = await breaker.execute(async () => {
        const opened = await opening.execute(() => this.#open());
        return working.execute(() => work(opened));
      });
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

  async #open(): Promise<T> {
    const known = await this.#opened?.catch(() => null);
    if (known && this.#options.isAlive(known)) return known;
    this.#opening ??= this.#options.open().finally(() => {
      this.#opening = null;
    });
    this.#opened = this.#opening;
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

interface Policies {
  readonly breaker: IPolicy;
  readonly opening: IPolicy;
  readonly working: IPolicy;
}

/** Loaded when there is something to reach, as few caches have any. */
async function makePolicies(ms: number): Promise<Policies> {
  const { circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, timeout, TimeoutStrategy } = await import(
    'cockatiel'
  );
  const breaker = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(failuresAllowed),
    halfOpenAfter: new ExponentialBackoff(leftAlone),
  });
  const opening = timeout(ms * stepsToOpen, TimeoutStrategy.Aggressive);
  return { breaker, opening, working: timeout(ms, TimeoutStrategy.Aggressive) };
}
