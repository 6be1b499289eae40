import { formatCount } from '../base/format.ts';
import { MIME, type Output, type ProgressData } from '../protocol/output.ts';
import { currentCollector } from './collect.ts';
import { currentRun } from './run.ts';

export interface ProgressOptions {
  /** What is being done. */
  readonly label?: string;
  /** How many there are, where the iterable does not tell. */
  readonly total?: number;
}

const FRAME_MS = 100;

/**
 * Goes through `items` and shows how far it is, how long the rest will take, and a button that ends the cell.
 * @param items any iterable or async iterable
 * @param options its `label`, or an object with `label` and `total`
 * @example
 * for (const file of progress(files, 'Reading')) await read(file);
 * @example
 * for await (const page of progress(pages(), { label: 'Pages', total: 40 })) save(page);
 */
export function progress<T>(items: Iterable<T>, options?: string | ProgressOptions): Iterable<T>;
export function progress<T>(items: AsyncIterable<T>, options?: string | ProgressOptions): AsyncIterable<T>;
export function progress<T>(
  items: Iterable<T> | AsyncIterable<T>,
  options: string | ProgressOptions = {},
): Iterable<T> | AsyncIterable<T> {
  const { label = '', total } = typeof options === 'string' ? { label: options } : options;
  const count = total ?? countOf(items);
  return Symbol.asyncIterator in items ? countAsync(items, label, count) : countSync(items, label, count);
}

function* countSync<T>(items: Iterable<T>, label: string, total: number | null): Generator<T> {
  const bar = new Bar(label, total);
  try {
    for (const item of items) {
      yield item;
      bar.step();
    }
    bar.end('done');
  } finally {
    bar.end('stopped');
  }
}

async function* countAsync<T>(items: AsyncIterable<T>, label: string, total: number | null): AsyncGenerator<T> {
  const bar = new Bar(label, total);
  try {
    for await (const item of items) {
      yield item;
      bar.step();
    }
    bar.end('done');
  } finally {
    bar.end('stopped');
  }
}

function countOf(items: object): number | null {
  if ('length' in items && typeof items.length === 'number') return items.length;
  return 'size' in items && typeof items.size === 'number' ? items.size : null;
}

/** One bar, drawn a few times a second. */
class Bar {
  readonly #label: string;
  readonly #total: number | null;
  readonly #run = currentRun();
  readonly #id = this.#run?.nextOutputId();
  readonly #place = currentCollector() ?? null;
  readonly #started = performance.now();
  #drawnAt = Number.NEGATIVE_INFINITY;
  #done = 0;
  #ended = false;

  constructor(label: string, total: number | null) {
    this.#label = label;
    this.#total = total;
    this.#draw('running');
    this.#run?.abort.signal.addEventListener('abort', () => this.end('stopped')); // the loop itself is left where it stands
  }

  step(): void {
    this.#done += 1;
    if (performance.now() - this.#drawnAt >= FRAME_MS) this.#draw('running');
  }

  end(state: 'done' | 'stopped'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#draw(state);
  }

  #draw(state: ProgressData['state']): void {
    this.#drawnAt = performance.now();
    const elapsedMs = this.#drawnAt - this.#started;
    const left =
      this.#total === null || this.#done === 0 ? null : (elapsedMs / this.#done) * (this.#total - this.#done);
    const data = { label: this.#label, done: this.#done, total: this.#total, elapsedMs, leftMs: left, state };
    if (this.#id === undefined) return;
    const output = outputOf(data, this.#id);
    if (this.#place) this.#place.add(output);
    else this.#run?.output(output);
  }
}

function outputOf(data: ProgressData, id: string): Output {
  const { label, done, total, state } = data;
  const far = total === null ? formatCount(done, 'step') : `${done} of ${total}`;
  const text = `${label ? `${label}: ` : ''}${far}${state === 'stopped' ? ', stopped' : ''}`;
  return {
    id,
    items: [
      { mime: MIME.progress, data },
      { mime: MIME.text, data: text },
    ],
  };
}
