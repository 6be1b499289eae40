// What is said of databases on the diagnostics channels `memoir:data.query` and `memoir:data.pool`.

/** How a query ended: worked out, answered from what this process or an earlier one remembers or one under way, or not at all. */
export type Answered = 'computed' | 'memory' | 'kept' | 'shared' | 'failed' | 'stopped';

/** A query that came to an end. */
export interface QueryNews {
  readonly answered: Answered;
  readonly ms: number;
  /** Its text as DuckDB had it, shortened. */
  readonly sql: string;
  /** How many others are under way. */
  readonly running: number;
}

/**
 * What a pool of connections did so far.
 * @example
 * const { open, waiting, slowestMs } = db.stats();
 */
export interface ConnectionStatistics {
  readonly open: number;
  readonly idle: number;
  /** How many wait for a connection. */
  readonly waiting: number;
  readonly queries: number;
  readonly errors: number;
  readonly slowestMs: number;
}

/** What a pool did so far, by the server and database that it connects to. */
export interface PoolNews extends ConnectionStatistics {
  readonly where: string;
}
