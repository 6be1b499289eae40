import { channel } from 'node:diagnostics_channel';
import { UserError } from '../base/errors.ts';
import type { Answered, QueryNews } from '../protocol/database.ts';

/** Told of each query, as `QueryNews`. */
const queryChannel = channel('memoir:data.query');

/** What the database of this process did so far. */
export interface DatabaseStatistics {
  readonly queries: number;
  readonly running: number;
  /** Answered without the database: from memory, from disk, or by sharing a query that ran already. */
  readonly hits: number;
  readonly hitRate: number;
  readonly errors: number;
  /** Milliseconds spent on queries. */
  readonly ms: number;
  /** The slowest queries, the slowest first. */
  readonly slowest: readonly { readonly sql: string; readonly ms: number }[];
}

const SLOWEST = 5;

/** Counts queries, and tells of each. */
export class QueryStatistics {
  #running = 0;
  #hits = 0;
  #computed = 0;
  #errors = 0;
  #ms = 0;
  #slowest: { readonly sql: string; readonly ms: number }[] = [];

  get now(): DatabaseStatistics {
    const queries = this.#hits + this.#computed + this.#errors;
    return {
      queries,
      running: this.#running,
      hits: this.#hits,
      hitRate: queries && this.#hits / queries,
      errors: this.#errors,
      ms: this.#ms,
      slowest: this.#slowest,
    };
  }

  /** Runs a query that the database works out. */
  async time<T>(sql: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    this.#running += 1;
    let answered: Answered = 'computed';
    try {
      return await work();
    } catch (error) {
      answered = error instanceof UserError ? 'failed' : 'stopped'; // a signal's reason is the caller's own
      throw error;
    } finally {
      this.#running -= 1;
      this.note({ answered, ms: performance.now() - started, sql });
    }
  }

  note(news: Omit<QueryNews, 'running'>): void {
    if (news.answered === 'failed') this.#errors += 1;
    else if (news.answered === 'computed') this.#computed += 1;
    else if (news.answered !== 'stopped') this.#hits += 1;
    this.#ms += news.ms;
    const slowest = [...this.#slowest, { sql: news.sql, ms: news.ms }].sort((a, b) => b.ms - a.ms);
    this.#slowest = slowest.slice(0, SLOWEST);
    queryChannel.publish({ ...news, running: this.#running } satisfies QueryNews);
  }
}
