import { durationOf } from '../base/duration.ts';
import { messageOf, UserError } from '../base/errors.ts';
import { formatDuration } from '../base/format.ts';
import type { LoadOptions, Source } from './load.ts';
import type { Table } from './table.ts';
import { TransientError } from './transient.ts';

/**
 * A dataset to be loaded: its source, and what `load` takes beside it.
 * @example
 * const flights: LoadRequest = { source: 'data/flights.csv', columns: ['origin', 'delay'] };
 * await loadAll({ flights, airports: 'data/airports.json' });
 */
export interface LoadRequest extends LoadOptions {
  readonly source: Source;
}

/**
 * How `loadAll` works.
 * @example
 * await loadAll(datasets, { concurrency: 2, timeout: '30s', retries: 3, signal });
 */
export interface LoadAllOptions {
  /** How many datasets are loaded at the same time; 4 unless given. */
  readonly concurrency?: number;
  /** How long one attempt at one dataset may take, such as `'30s'`; as long as it likes unless given. */
  readonly timeout?: number | string;
  /** How often more a dataset is tried where it failed for a reason that may pass, such as a server that is down; 2 unless given. */
  readonly retries?: number;
  /** Told whenever something is known of a dataset, with how far all of them are. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Stops everything; `loadAll` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * How far one dataset is, and all of them.
 * @example
 * await loadAll(datasets, {
 *   onProgress: ({ name, state, overall }) => console.log(name, state, overall.fraction),
 * });
 */
export interface LoadProgress {
  readonly name: string;
  readonly state: 'loading' | 'retrying' | 'done' | 'failed';
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** What has arrived from the network, and of how much where that is known. */
  readonly bytes: number;
  readonly totalBytes: number | null;
  /** Why it failed, or is tried again. */
  readonly error?: Error;
  readonly overall: {
    readonly done: number;
    readonly failed: number;
    readonly total: number;
    /** From 0 to 1. */
    readonly fraction: number;
  };
}

/**
 * Some datasets could not be loaded; the others are in `tables`.
 * @example
 * try {
 *   await loadAll(datasets);
 * } catch (error) {
 *   if (error instanceof LoadAllError) console.log(Object.keys(error.tables), error.failures);
 * }
 */
export class LoadAllError extends UserError {
  /** Those that were loaded, by name. */
  readonly tables: Readonly<Record<string, Table>>;
  /** Why each of the others was not, by name. */
  readonly failures: Readonly<Record<string, Error>>;

  constructor(tables: Readonly<Record<string, Table>>, failures: Readonly<Record<string, Error>>) {
    const names = Object.keys(failures);
    const total = names.length + Object.keys(tables).length;
    const reasons = names.map((name) => `${name} (${messageOf(failures[name]).replace(/\.$/, '')})`).join('; ');
    super(`${names.length} of ${total} datasets could not be loaded: ${reasons}.`, { cause: failures[names[0]!] });
    this.tables = tables;
    this.failures = failures;
  }
}

type Load = (source: Source, options: LoadOptions) => Promise<Table>;

/**
 * Loads several datasets at once.
 * @returns their tables by name.
 * @throws LoadAllError where some failed, with the tables of those that did not.
 */
export async function loadAll<Name extends string>(
  load: Load,
  datasets: Readonly<Record<Name, Source | LoadRequest>>,
  options: LoadAllOptions = {},
): Promise<Record<Name, Table>> {
  const { signal } = options;
  signal?.throwIfAborted();
  const names = Object.keys(datasets) as Name[];
  const news = new News(names, options.onProgress ?? (() => {}));
  const attempts = await attemptsOf(options);
  const tables: Record<string, Table> = {};
  const failures: Record<string, Error> = {};
  const loadOne = async (name: Name) => {
    const dataset: Source | LoadRequest = datasets[name];
    const { source, ...rest } = isRequest(dataset) ? dataset : { source: dataset };
    try {
      tables[name] = await attempts(name, news, (more) => load(source, { ...rest, ...more }));
      news.tell(name, { state: 'done' });
    } catch (thrown) {
      failures[name] = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (!signal?.aborted) news.tell(name, { state: 'failed', error: failures[name] });
    }
  };
  await unlessAborted(Promise.all(names.map(loadOne)), signal);
  if (Object.keys(failures).length) throw new LoadAllError(sorted(tables, names), sorted(failures, names));
  return sorted(tables, names) as Record<Name, Table>; // one for each name, as none failed
}

type Attempts = (
  name: string,
  news: News,
  load: (more: Required<Pick<LoadOptions, 'signal' | 'onProgress'>>) => Promise<Table>,
) => Promise<Table>;

/** Tries a dataset as often and as long as is allowed, once it is its turn. */
async function attemptsOf({ concurrency = 4, timeout, retries = 2, signal }: LoadAllOptions): Promise<Attempts> {
  checkCount('concurrency', concurrency, 1);
  checkCount('retries', retries, 0);
  const ms = timeout === undefined ? null : durationOf('timeout', timeout);
  const {
    bulkhead,
    ExponentialBackoff,
    handleWhen,
    isTaskCancelledError,
    noop,
    retry,
    timeout: limit,
    TimeoutStrategy,
    wrap,
  } = await import('cockatiel');
  const turns = bulkhead(concurrency, Number.POSITIVE_INFINITY);
  const limited = ms === null ? noop : limit(ms, TimeoutStrategy.Aggressive);
  const mayPass = handleWhen((error) => error instanceof TransientError || isTaskCancelledError(error));
  const again = { maxAttempts: retries, backoff: new ExponentialBackoff({ initialDelay: 200, maxDelay: 10_000 }) };
  return async (name, news, load) => {
    const tries = retry(mayPass, again);
    tries.onRetry(
      (failure) => 'error' in failure && news.tell(name, { state: 'retrying', error: failure.error as Error }),
    );
    let attempt = 0;
    try {
      return await wrap(turns, tries, limited).execute(({ signal: stop }) => {
        attempt += 1;
        news.tell(name, { state: 'loading', attempt, bytes: 0, totalBytes: null });
        return load({ signal: stop, onProgress: (arrived) => news.tell(name, arrived) });
      }, signal);
    } catch (error) {
      if (ms === null || !isTaskCancelledError(error)) throw error;
      throw new UserError(`it took longer than ${formatDuration(ms)}`, { cause: error });
    }
  };
}

/** Puts together what is told of each dataset and of all. */
class News {
  readonly #latest: Map<string, Omit<LoadProgress, 'overall'>>;
  readonly #tell: (progress: LoadProgress) => void;

  constructor(names: readonly string[], tell: (progress: LoadProgress) => void) {
    const start = { state: 'loading', attempt: 0, bytes: 0, totalBytes: null } as const;
    this.#latest = new Map(names.map((name) => [name, { name, ...start }]));
    this.#tell = tell;
  }

  tell(name: string, news: Partial<Omit<LoadProgress, 'name' | 'overall'>>): void {
    const { error: _, ...before } = this.#latest.get(name)!; // an error belongs to the news that brought it
    const now = { ...before, ...news };
    this.#latest.set(name, now);
    this.#tell({ ...now, overall: this.#overall() });
  }

  #overall(): LoadProgress['overall'] {
    const all = [...this.#latest.values()];
    const count = (state: LoadProgress['state']) => all.filter((one) => one.state === state).length;
    const [done, failed] = [count('done'), count('failed')];
    const shares = all.map(({ state, bytes, totalBytes }) =>
      state === 'done' || state === 'failed' ? 1 : totalBytes ? bytes / totalBytes : 0,
    );
    return { done, failed, total: all.length, fraction: shares.reduce((sum, share) => sum + share, 0) / all.length };
  }
}

/** Rows by columns may have one called `source`: then all that is there are arrays, and that one holds more than paths. */
function isRequest(dataset: Source | LoadRequest): dataset is LoadRequest {
  if (typeof dataset !== 'object' || !Object.hasOwn(dataset, 'source')) return false;
  const { source } = dataset as LoadRequest;
  const isPaths = Array.isArray(source) && source.every((item) => typeof item === 'string' || item instanceof URL);
  return isPaths || !Object.values(dataset).every((value) => Array.isArray(value) || ArrayBuffer.isView(value));
}

/** What came in any order, in the order of its names. */
function sorted<T>(by: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(by, name) ? [[name, by[name]!]] : [])));
}

function checkCount(name: string, count: number, least: number): void {
  if (Number.isSafeInteger(count) && count >= least) return;
  throw new UserError(`loadAll: ${name} is a whole number from ${least}, not ${count}.`);
}

/** The work, or the signal's reason as soon as it comes. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
