import { channel } from 'node:diagnostics_channel';
import type { Pool, PoolClient } from 'pg';
import { durationOf } from '../base/duration.ts';
import { UserError } from '../base/errors.ts';
import { apart } from '../base/program.ts';
import type { ConnectionStatistics, PoolNews } from '../protocol/database.ts';
import { explainPostgres } from './postgresError.ts';

/**
 * How `database` connects.
 * @example
 * const db = database('postgres://localhost/shop', { pool: { max: 8, idle: '30s' }, timeout: '2m' });
 */
export interface DatabaseConnectionOptions {
  /** How many connections there may be at a time; 4 unless given. They are opened when needed and closed when idle. */
  readonly pool?:
    | number
    | {
        readonly max?: number;
        /** How long a connection waits for its next use; 10 s unless given. */
        readonly idle?: number | string;
      };
  /** How long the server may be silent before it is given up; 60 s unless given. */
  readonly timeout?: number | string;
}

/** Told what a pool does whenever that changes, as `PoolNews`. */
const poolChannel = channel('memoir:data.pool');

/** One moment, nothing changed, and text that says the same on every server. */
const BEGIN = `BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL TimeZone = 'UTC';
  SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'`;

/** Connections to one PostgreSQL database, opened when they are needed. */
export class PostgresPool {
  /** The server and database, without name and password. */
  readonly where: string;
  /** How long the server may be silent. */
  readonly timeoutMs: number;
  readonly #url: URL;
  readonly #max: number;
  readonly #idleMs: number;
  #opening: Promise<Pool> | null = null;
  #pool: Pool | null = null;
  #queries = 0;
  #errors = 0;
  #slowestMs = 0;

  constructor(url: string, { pool = 4, timeout = '60s' }: DatabaseConnectionOptions) {
    this.#url = postgresUrl(url);
    this.where = `${this.#url.host || 'localhost'}${this.#url.pathname}`;
    const { max = 4, idle = '10s' } = typeof pool === 'number' ? { max: pool } : pool;
    if (!Number.isSafeInteger(max) || max < 1)
      throw new UserError(`database: pool is a whole number from 1, not ${max}.`);
    this.#max = max;
    this.#idleMs = durationOf('pool.idle', idle);
    this.timeoutMs = durationOf('timeout', timeout);
  }

  get statistics(): ConnectionStatistics {
    const { totalCount: open = 0, idleCount: idle = 0, waitingCount: waiting = 0 } = this.#pool ?? {};
    return { open, idle, waiting, queries: this.#queries, errors: this.#errors, slowestMs: this.#slowestMs };
  }

  /** A query that is given up when the server is silent. */
  timed(text: string): { readonly text: string; readonly query_timeout: number } {
    return { text, query_timeout: this.timeoutMs };
  }

  /** Ends all connections; what is asked afterwards opens new ones. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    this.#pool = null;
    await (await opening)?.end();
  }

  /** Works in one transaction that only reads. What goes wrong comes as one sentence. */
  read<T>(work: (client: PoolClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return apart(async () => {
      const started = performance.now();
      this.#queries += 1;
      try {
        signal?.throwIfAborted();
        const client = await this.#begin();
        return await this.#within(client, work, signal);
      } catch (error) {
        signal?.throwIfAborted();
        this.#errors += 1;
        throw explainPostgres(error, this.where);
      } finally {
        this.#slowestMs = Math.max(this.#slowestMs, performance.now() - started);
        this.#tell();
      }
    });
  }

  /** A connection that is alive: one that was lost while nobody used it is replaced. */
  async #begin(): Promise<PoolClient> {
    for (;;) {
      const pool = await this.#open();
      const wasIdle = pool.idleCount > 0;
      const client = await pool.connect();
      try {
        await client.query(this.timed(BEGIN));
        return client;
      } catch (error) {
        client.release(true);
        if (!wasIdle) throw error;
      }
    }
  }

  async #within<T>(
    client: PoolClient,
    work: (client: PoolClient) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const stop = () => void this.#cancel(client);
    signal?.addEventListener('abort', stop);
    let isWell = false;
    try {
      const result = await work(client);
      await client.query(this.timed('COMMIT'));
      isWell = true;
      return result;
    } finally {
      signal?.removeEventListener('abort', stop);
      client.release(!isWell); // what failed in the middle is closed rather than asked to mend itself
    }
  }

  /** Ends what a connection works on, which a server notices late otherwise. */
  async #cancel(client: PoolClient): Promise<void> {
    const { processID } = client as PoolClient & { processID?: number };
    const pool = await this.#open();
    await pool.query('SELECT pg_cancel_backend($1)', [processID]).catch(() => {}); // the connection is closed in any case
  }

  #open(): Promise<Pool> {
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  async #connect(): Promise<Pool> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      connectionString: this.#url.href,
      max: this.#max,
      idleTimeoutMillis: this.#idleMs,
      connectionTimeoutMillis: Math.min(this.timeoutMs, 10_000),
      keepAlive: true,
      allowExitOnIdle: true, // a program may end while connections are open
      application_name: 'memoir',
    });
    pool.on('error', () => {}); // a connection that nobody uses was lost: the pool has dropped it
    pool.on('connect', (client) => client.on('error', () => {})); // one in use: its query tells, and nobody else hears
    for (const change of ['acquire', 'remove'] as const) pool.on(change, () => this.#tell());
    this.#pool = pool;
    return pool;
  }

  #tell(): void {
    poolChannel.publish({ where: this.where, ...this.statistics } satisfies PoolNews);
  }
}

function postgresUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed && /^postgres(ql)?:$/.test(parsed.protocol)) return parsed;
  throw new UserError(
    'database takes the address of a PostgreSQL database, such as "postgres://reader:secret@host:5432/shop".',
  );
}
