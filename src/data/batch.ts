import { UserError } from '../base/errors.ts';

export interface BatchOptions {
  /** How many items are handed to the function at a time; 1,000 unless given. */
  readonly size?: number;
  /** How many calls may be under way at a time; 1 unless given. */
  readonly concurrency?: number;
  /** Told after each batch. */
  readonly onProgress?: (progress: BatchProgress) => void;
  /** Stops it: no more batches are begun, and the function's own `signal` aborts. */
  readonly signal?: AbortSignal;
}

export interface BatchProgress {
  /** Items and batches that are done. */
  readonly items: number;
  readonly batches: number;
  /** How many items there are; null where that is not known beforehand. */
  readonly total: number | null;
}

/** What a batch comes with. */
export interface BatchContext {
  /** Which batch it is, from 0. */
  readonly index: number;
  readonly signal: AbortSignal;
}

/** Batches under way: await all of their results, in order, or take each as it comes, of which few are held at a time. */
export interface Batches<R> extends PromiseLike<R[]>, AsyncIterable<R> {}

/**
 * Calls a function for items in batches. No more than `size × concurrency` items are held at a time, so what gives them may
 * give any number: an array, a generator, a stream, a table.
 * @throws what the function throws, once the batches that were under way have come to rest.
 * @example
 * for await (const saved of batch(rows, (some) => save(some), { size: 500, concurrency: 4 })) console.log(saved);
 */
export function batch<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  fn: (items: T[], context: BatchContext) => R | Promise<R>,
  options: BatchOptions = {},
): Batches<R> {
  const { size = 1_000, concurrency = 1 } = options;
  for (const [name, value] of Object.entries({ size, concurrency })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new UserError(`batch: ${name} must be a whole number from 1, and is ${value}.`);
  }
  const results = () => run(items, fn, { ...options, size, concurrency });
  return {
    [Symbol.asyncIterator]: results,
    // biome-ignore lint/suspicious/noThenProperty: awaiting it is how it is used
    then: (fulfilled, rejected) => all(results()).then(fulfilled, rejected),
  };
}

async function all<R>(results: AsyncIterable<R>): Promise<R[]> {
  const found: R[] = [];
  for await (const result of results) found.push(result);
  return found;
}

async function* run<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  fn: (items: T[], context: BatchContext) => R | Promise<R>,
  {
    size,
    concurrency,
    onProgress,
    signal: asked,
  }: BatchOptions & { readonly size: number; readonly concurrency: number },
): AsyncGenerator<R> {
  asked?.throwIfAborted();
  const stop = new AbortController();
  const signal = asked ? AbortSignal.any([asked, stop.signal]) : stop.signal;
  const total = countOf(items);
  const underWay: Promise<R>[] = [];
  const done = { items: 0, batches: 0 };
  const begin = async (some: T[], index: number) => {
    const result = await fn(some, { index, signal });
    done.items += some.length;
    done.batches += 1;
    onProgress?.({ ...done, total });
    return result;
  };
  try {
    let index = 0;
    for await (const some of grouped(items, size)) {
      asked?.throwIfAborted();
      const begun = begin(some, index++);
      begun.catch(() => {}); // told when its turn comes
      underWay.push(begun);
      if (underWay.length >= concurrency) yield await stopped(underWay.shift()!, asked);
    }
    while (underWay.length) yield await stopped(underWay.shift()!, asked);
  } finally {
    stop.abort();
    await Promise.allSettled(asked?.aborted ? [] : underWay);
  }
}

/** Items in lists of `size`; the last has what is left. Arrays are cut without looking at each item. */
async function* grouped<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  if (Array.isArray(items)) {
    for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
    return;
  }
  let some: T[] = [];
  for await (const item of items) {
    some.push(item);
    if (some.length < size) continue;
    yield some;
    some = [];
  }
  if (some.length) yield some;
}

/** A result, or the reason of a signal that comes first. */
async function stopped<R>(result: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return result;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    return await Promise.race([result, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function countOf(items: object): number | null {
  if ('length' in items && typeof items.length === 'number') return items.length;
  return 'size' in items && typeof items.size === 'number' ? items.size : null;
}
