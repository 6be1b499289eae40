import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Disposable, onDispose } from '../base/disposable.ts';
import { UserError } from '../base/errors.ts';
import { bound } from './bind.ts';
import { collect } from './collect.ts';
import type { Columns } from './columns.ts';
import { type DuckDb, loadDuckDb } from './duckDb.ts';
import { dataOf, type InlineData, type Query, quoteText, type Scalar } from './query.ts';
import { explainError } from './queryError.ts';
import { type Rendered, render } from './render.ts';
import { Uploads } from './uploads.ts';

export interface DatabaseOptions {
  /** Most memory DuckDB takes before it goes to disk, such as `2GB`; DuckDB's own choice is 80 % of the machine's. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** Folder from which paths inside SQL text start. */
  readonly directory?: string;
}

export interface QueryOptions {
  /** Stops the query; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Opened extends DuckDb {
  readonly instance: DuckDBInstance;
  readonly uploads: Uploads;
}

/** One DuckDB in memory, opened at the first query. Each query has a connection of its own, so that it can be stopped alone. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #running = new Set<Promise<Columns>>();
  readonly #closing = new AbortController();
  readonly #spill = join(tmpdir(), `memoir-duckdb-${process.pid}-${randomUUID()}`);
  #directory: string | undefined;
  #opening: Promise<Opened> | null = null;

  constructor(options: DatabaseOptions = {}) {
    this.#options = options;
    this.#directory = options.directory;
  }

  /** Sets the folder from which paths inside SQL text start. */
  setDirectory(directory: string): void {
    this.#directory = directory;
  }

  /** Runs SQL text; `$1`, `$2`, … stand for `values`. */
  async query(sql: string, values: readonly Scalar[] = [], { signal }: QueryOptions = {}): Promise<Columns> {
    const query: Query = { texts: [sql], pieces: [], written: true };
    return this.#execute({ sql, values, spans: [{ start: 0, end: sql.length, query, part: 0 }] }, signal);
  }

  /** Runs a composed query. */
  async run(query: Query, { signal }: QueryOptions = {}): Promise<Columns> {
    signal?.throwIfAborted();
    const { uploads } = await this.#open();
    const tables = new Map<InlineData, string>();
    for (const data of dataOf(query)) tables.set(data, await uploads.tableFor(data));
    return this.#execute(
      render(query, (data) => tables.get(data)!),
      signal,
    );
  }

  /** Stops what runs and frees everything; what is asked afterwards is refused. Closing twice is harmless. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(closed());
    const opened = await this.#opening?.catch(() => null);
    await Promise.allSettled(this.#running);
    await opened?.uploads.close();
    opened?.instance.closeSync();
    await rm(this.#spill, { recursive: true, force: true });
  }

  async #execute(rendered: Rendered, asked: AbortSignal | undefined): Promise<Columns> {
    const signal = asked ? AbortSignal.any([asked, this.#closing.signal]) : this.#closing.signal;
    signal.throwIfAborted();
    const work = this.#fetch(rendered, signal);
    this.#running.add(work);
    try {
      return await work;
    } catch (thrown) {
      signal.throwIfAborted();
      throw explainError(thrown, rendered);
    } finally {
      this.#running.delete(work);
    }
  }

  async #fetch(rendered: Rendered, signal: AbortSignal): Promise<Columns> {
    const opened = await this.#open();
    const connection = await opened.instance.connect();
    const interrupting = interruptOn(signal, connection);
    try {
      signal.throwIfAborted(); // opening takes its time, and a query that has not begun is not interrupted
      if (this.#directory) await connection.run(`SET file_search_path = ${quoteText(this.#directory)}`);
      const values = rendered.values.map((scalar) => bound(scalar, opened));
      const result = await connection.stream(
        rendered.sql,
        values.map(({ value }) => value),
        values.map(({ type }) => type),
      );
      const columns = await collect(result, opened);
      signal.throwIfAborted();
      return columns;
    } finally {
      interrupting.dispose();
      connection.closeSync();
    }
  }

  async #open(): Promise<Opened> {
    this.#closing.signal.throwIfAborted();
    this.#opening ??= this.#start();
    return this.#opening;
  }

  async #start(): Promise<Opened> {
    const duckDb = await loadDuckDb();
    const instance = await duckDb.api.DuckDBInstance.create(':memory:', {
      errors_as_json: 'true',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      temp_directory: this.#spill, // DuckDB's own choice is a folder beside the reader's files
      ...(this.#options.memoryLimit && { memory_limit: this.#options.memoryLimit }),
      ...(this.#options.threads && { threads: String(this.#options.threads) }),
    });
    const connection = await instance.connect();
    await connection.run("SET GLOBAL TimeZone = 'UTC'"); // a result must not depend on the machine that made it
    return { ...duckDb, instance, uploads: await Uploads.create(connection, duckDb) };
  }
}

/** Interrupts again and again, since an interrupt that comes between two steps of a query is lost. */
function interruptOn(signal: AbortSignal, connection: DuckDBConnection): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    connection.interrupt();
    timer ??= setInterval(() => connection.interrupt(), 10);
  };
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt);
  return onDispose(() => {
    signal.removeEventListener('abort', interrupt);
    clearInterval(timer);
  });
}

function closed(): UserError {
  return new UserError('The database is closed.');
}
