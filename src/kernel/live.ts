import { UserError } from '../base/errors.ts';
import type { Output } from '../protocol/output.ts';
import { toOutput } from './display.ts';
import { Displayable } from './displayable.ts';
import { currentRun, type Run } from './run.ts';

/** Values that come over time: an async iterable, a stream, or a function that makes one and is told when to end. */
export type LiveSource<T> = AsyncIterable<T> | ((signal: AbortSignal) => AsyncIterable<T>);

/** Fewer pictures than this a second are not worth more: later values take the place of earlier ones. */
const FRAME_MS = 50;

/**
 * The latest of values that come over time, updated in place. The cell is done with the first value; later ones are
 * shown until the source ends, or the cell runs again. They are never part of a result: what is kept, and what
 * `memoir run` prints, is the first.
 * @param source an async iterable or stream, or a function that makes one; its `signal` aborts when the cell runs again
 * @param show how a value is shown; without it the value itself
 * @throws UserError when the source ends without a value
 * @example
 * live(prices(), (price) => stat('Price', price, { unit: '€' }))
 */
export function live<T>(source: LiveSource<T>, show: (value: T) => unknown = (value) => value): Displayable {
  return new Displayable('Live', async () => {
    const run = currentRun();
    const ended = new AbortController();
    const values = (typeof source === 'function' ? source(ended.signal) : source)[Symbol.asyncIterator]();
    const first = await values.next();
    if (first.done) throw new UserError('What this cell shows live ended without a value.');
    if (!run) return outputOf(first.value, show);
    run.touch('live values');
    const id = run.nextOutputId();
    void run.invalidation?.then(() => {
      ended.abort();
      void values.return?.();
    });
    void follow(values, ended.signal, (value) => update(run, id, value, show)); // an error is reported on the cell
    return { ...(await outputOf(first.value, show)), id };
  });
}

async function update<T>(run: Run, id: string, value: T, show: (value: T) => unknown): Promise<void> {
  const output = await outputOf(value, show);
  run.output({ ...output, id });
}

async function outputOf<T>(value: T, show: (value: T) => unknown): Promise<Output> {
  return (await toOutput(show(value))) ?? { items: [{ mime: 'text/plain', data: '' }] };
}

/** Hands on the latest value, and the last one always. */
async function follow<T>(
  values: AsyncIterator<T>,
  signal: AbortSignal,
  tell: (value: T) => Promise<void>,
): Promise<void> {
  let latest: { readonly value: T } | null = null;
  let telling: Promise<void> | null = null;
  const flush = async () => {
    while (latest && !signal.aborted) {
      const { value } = latest;
      latest = null;
      await tell(value);
      await new Promise((done) => setTimeout(done, FRAME_MS));
    }
    telling = null;
  };
  for (let next = await values.next(); !next.done && !signal.aborted; next = await values.next()) {
    latest = { value: next.value };
    telling ??= flush();
  }
  await telling;
}
