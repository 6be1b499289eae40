import { LRUCache } from 'lru-cache';
import { apart } from '../base/program.ts';
import { type Columns, sizeOf } from './columns.ts';
import type { QueryOptions } from './database.ts';
import type { Keeper } from './keeper.ts';
import type { QueryStatistics } from './statistics.ts';

/** Results held in memory, in bytes: altogether, and the largest of them. */
const MEMORY = { maxSize: 256e6, maxEntrySize: 32e6 };
/** The largest results that are kept for later runs, in bytes. */
const MOST_KEPT = 32e6;

export interface AnswerOptions extends QueryOptions {
  /** Keeps the answer for later runs, however quickly it was had. */
  readonly keep?: boolean;
}

export interface AnswersParts {
  /** What is remembered from run to run; null where nothing is. */
  readonly keeper: Keeper | null;
  /** Milliseconds that a query takes at least for its result to be kept for later runs. */
  readonly keepAfterMs: number;
  /** Whether a query that is asked for again is answered from memory. */
  readonly remember: boolean;
}

/** A query that is being worked out, for as long as anybody waits for it. */
interface Running {
  readonly columns: Promise<Columns>;
  readonly stop: AbortController;
  waiting: number;
  isDone: boolean;
}

/** Remembers what queries gave, by fingerprint. Those who ask for the same at the same time share one answer. */
export class Answers {
  readonly #memory = new LRUCache<string, Columns>({
    ...MEMORY,
    sizeCalculation: (columns) => sizeOf(columns) + 1_000,
  });
  readonly #running = new Map<string, Running>();
  readonly #shared = new WeakSet<Columns>();
  readonly #keeper: Keeper | null;
  readonly #keepAfterMs: number;
  readonly #remember: boolean;
  readonly #statistics: QueryStatistics;

  constructor({ keeper, keepAfterMs, remember }: AnswersParts, statistics: QueryStatistics) {
    this.#keeper = keeper;
    this.#keepAfterMs = keepAfterMs;
    this.#remember = remember;
    this.#statistics = statistics;
  }

  /** The answer to the query with this fingerprint: what was found before, else what `compute` gives. */
  async get(
    print: string,
    sql: string,
    compute: (signal: AbortSignal) => Promise<Columns>,
    { signal, keep = false }: AnswerOptions,
  ): Promise<Columns> {
    signal?.throwIfAborted();
    const started = performance.now();
    const known = this.#memory.get(print);
    const underWay = this.#running.get(print);
    const running = underWay?.stop.signal.aborted ? undefined : underWay; // one that was given up ends with an error
    if (known || running) {
      const columns = known ?? (await this.#wait(running!, signal));
      this.#shared.add(columns);
      this.#statistics.note({ answered: known ? 'memory' : 'shared', ms: performance.now() - started, sql });
      return columns;
    }
    const stop = new AbortController();
    const columns = this.#find(print, sql, () => compute(stop.signal), keep).finally(() => {
      if (this.#running.get(print) === begun) this.#running.delete(print);
      begun.isDone = true;
    });
    const begun: Running = { columns, stop, waiting: 0, isDone: false };
    this.#running.set(print, begun);
    return this.#wait(begun, signal);
  }

  /** Whether others may be given the same columns: then nobody may change them. */
  isShared(columns: Columns): boolean {
    return this.#shared.has(columns);
  }

  /** An answer that need not be worked out; undefined where there is none. */
  async peek(print: string): Promise<Columns | undefined> {
    return this.#memory.get(print) ?? this.#kept(print);
  }

  async #find(print: string, sql: string, compute: () => Promise<Columns>, keep: boolean): Promise<Columns> {
    const started = performance.now();
    const kept = await this.#kept(print);
    if (kept) {
      this.#statistics.note({ answered: 'kept', ms: performance.now() - started, sql });
      return kept;
    }
    const columns = await compute();
    const ms = performance.now() - started;
    this.#hold(print, columns);
    if ((keep || ms >= this.#keepAfterMs) && sizeOf(columns) <= MOST_KEPT)
      void apart(() => this.#keeper?.set(`query/${print}`, columns, ms)); // which never throws
    return columns;
  }

  async #kept(print: string): Promise<Columns | undefined> {
    const kept = (await apart(() => this.#keeper?.get(`query/${print}`))) as Columns | undefined; // set above
    if (kept) this.#hold(print, kept);
    return kept;
  }

  #hold(print: string, columns: Columns): void {
    if (!this.#remember) return;
    this.#memory.set(print, columns); // which leaves out what is too large
    if (this.#memory.has(print)) this.#shared.add(columns);
  }

  /** Waits for a query that runs; it is stopped when nobody waits any more. */
  async #wait(running: Running, signal: AbortSignal | undefined): Promise<Columns> {
    running.waiting += 1;
    const stopped = Promise.withResolvers<never>();
    const leave = () => stopped.reject(signal!.reason);
    signal?.addEventListener('abort', leave);
    try {
      return await Promise.race([running.columns, stopped.promise]);
    } finally {
      signal?.removeEventListener('abort', leave);
      running.waiting -= 1;
      if (running.waiting === 0 && !running.isDone)
        running.stop.abort(new DOMException('Nobody waits for it.', 'AbortError'));
    }
  }
}
