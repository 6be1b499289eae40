import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import { type Disposable, onDispose } from '../base/disposable.ts';
import { UserError } from '../base/errors.ts';
import { apart } from '../base/program.ts';
import { bound } from './bind.ts';
import { collect, collectParts } from './collect.ts';
import type { Columns } from './columns.ts';
import { type DuckDb, loadDuckDb } from './duckDb.ts';
import { dataOf, type InlineData, type Query, quoteText, type Scalar } from './query.ts';
import { explainError, isFatal } from './queryError.ts';
import { type Rendered, render } from './render.ts';
import { Slots } from './slots.ts';
import { removeForgotten, spillFolder } from './spill.ts';
import { Uploads } from './uploads.ts';

export interface DatabaseOptions {
  /** Most memory DuckDB takes before it goes to disk, such as `2GB`; DuckDB's own choice is 80 % of the machine's. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** Folder for what does not fit into memory; the machine's folder for temporary files unless given. */
  readonly spillDirectory?: string;
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

/** As many queries as run at a time: each takes one of the few threads that reading files needs, too. */
const AT_A_TIME = Math.min(4, Math.max(1, (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 2));

/** One DuckDB in memory, opened at the first query. Each query has a connection of its own, so that it can be stopped alone. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #running = new Set<Promise<unknown>>();
  readonly #slots = new Slots(AT_A_TIME);
  readonly #closing = new AbortController();
  readonly #spill: string;
  #interrupting = new AbortController();
  #directory: string | undefined;
  #opening: Promise<Opened> | null = null;

  constructor(options: DatabaseOptions = {}) {
    this.#options = options;
    this.#directory = options.directory;
    this.#spill = spillFolder(options.spillDirectory ?? tmpdir());
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
    return this.#execute(await this.#render(query), signal);
  }

  /** Runs a composed query and gives its rows in parts of about `rows`, so that never more of them are held. */
  async *parts(query: Query, rows: number, { signal: asked }: QueryOptions = {}): AsyncGenerator<Columns> {
    const signal = this.stopping(asked);
    const rendered = await this.#render(query);
    const connected = await this.#connect(rendered, signal);
    try {
      const result = await start(connected, rendered);
      for await (const part of collectParts(result, connected.opened, rows)) {
        signal.throwIfAborted();
        yield part;
      }
    } catch (thrown) {
      signal.throwIfAborted();
      throw this.#explain(thrown, rendered);
    } finally {
      connected.dispose();
    }
  }

  /** Stops what runs; what is asked afterwards runs. */
  interrupt(reason: Error): void {
    this.#interrupting.abort(reason);
    this.#interrupting = new AbortController();
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

  async #render(query: Query): Promise<Rendered> {
    const { uploads } = await this.#open();
    const tables = new Map<InlineData, string>();
    for (const data of dataOf(query)) tables.set(data, await uploads.tableFor(data));
    return render(query, (data) => tables.get(data)!);
  }

  /** Who asked need not wait until a stopped query has come to rest. */
  async #execute(rendered: Rendered, asked: AbortSignal | undefined): Promise<Columns> {
    const signal = this.stopping(asked);
    signal.throwIfAborted();
    const work = this.#slots.take(signal, () => this.#fetch(rendered, signal));
    this.#running.add(work);
    const ended = work.finally(() => this.#running.delete(work));
    ended.catch(() => {}); // told below
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener('abort', stop);
    try {
      return await Promise.race([ended, stopped.promise]);
    } catch (thrown) {
      signal.throwIfAborted();
      throw this.#explain(thrown, rendered);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #fetch(rendered: Rendered, signal: AbortSignal): Promise<Columns> {
    const connected = await this.#connect(rendered, signal);
    try {
      const columns = await collect(await start(connected, rendered), connected.opened);
      signal.throwIfAborted();
      return columns;
    } finally {
      connected.dispose();
    }
  }

  async #connect({ spans }: Rendered, signal: AbortSignal): Promise<Connected> {
    const opened = await this.#open();
    const connection = await opened.instance.connect();
    const interrupting = interruptOn(signal, connection);
    const connected = {
      opened,
      connection,
      dispose: () => {
        interrupting.dispose();
        connection.closeSync();
      },
    };
    try {
      signal.throwIfAborted(); // opening takes its time, and a query that has not begun is not interrupted
      const mayNameFiles = spans.length > 0; // only what the reader wrote does so by a relative path
      if (mayNameFiles && this.#directory) {
        await connection.run(`SET file_search_path = ${quoteText(this.#directory)}`);
      }
      return connected;
    } catch (error) {
      connected.dispose();
      throw error;
    }
  }

  /** Aborted as `asked` is, and when the database is interrupted or closed. */
  stopping(asked: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([...(asked ? [asked] : []), this.#interrupting.signal, this.#closing.signal]);
  }

  /** An engine that broke is of no more use: the next query opens another one. */
  #explain(thrown: unknown, rendered: Rendered): Error {
    if (!isFatal(thrown)) return explainError(thrown, rendered);
    const broken = this.#opening;
    this.#opening = null;
    void broken?.then(({ instance }) => instance.closeSync()).catch(() => {}); // it may be past closing
    return new UserError(
      'The database engine broke down in this query and was started anew; nothing else is lost. If it happens again, try the query in smaller steps.',
      { cause: thrown },
    );
  }

  async #open(): Promise<Opened> {
    this.#closing.signal.throwIfAborted();
    this.#opening ??= this.#start();
    return this.#opening;
  }

  async #start(): Promise<Opened> {
    const duckDb = await loadDuckDb();
    void apart(() => removeForgotten(dirname(this.#spill)));
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

interface Connected extends Disposable {
  readonly opened: Opened;
  readonly connection: DuckDBConnection;
}

async function start({ opened, connection }: Connected, { sql, values, spans }: Rendered): Promise<DuckDBResult> {
  const all = values.map((scalar) => bound(scalar, opened));
  const given = [all.map(({ value }) => value), all.map(({ type }) => type)] as const;
  if (spans.length) return connection.stream(sql, ...given); // what the reader wrote may be several statements
  const statement = await connection.prepare(sql);
  statement.bind(...given);
  return statement.stream();
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
