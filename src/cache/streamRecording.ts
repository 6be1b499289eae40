import { randomUUID } from 'node:crypto';
import { UserError } from '../base/errors.ts';
import type { Cache } from './cache.ts';
import type { EntryOptions } from './entryOptions.ts';
import { roughSize } from './roughSize.ts';

/** A part of a stream with the milliseconds since the beginning. */
export type Part = readonly [at: number, part: unknown];

/** What is kept under a stream's key: names of the pieces that came first, and the parts after them. */
export interface Recorded {
  readonly pieces: readonly string[];
  readonly rest: readonly Part[];
}

const pieceBytes = 1_000_000;

/** A stream that is being recorded. All who read it share it; what was recorded goes to the cache in pieces, and is not held. */
export class StreamRecording<T> {
  readonly #key: string;
  readonly #cache: Cache;
  readonly #entry: EntryOptions;
  readonly #id = randomUUID();
  readonly #started = performance.now();
  readonly #finished = Promise.withResolvers<Recorded>();
  readonly #pieces: { readonly name: string; readonly start: number }[] = [];
  #source: Promise<AsyncIterator<T>>;
  #rest: Part[] = [];
  #restStart = 0;
  #restBytes = 0;
  #pulling: Promise<void> | null = null;
  #isDone = false;
  #failure: { readonly error: unknown } | null = null;
  #isAbandoned = false;
  #readers = 0;

  constructor(
    key: string,
    open: () => AsyncIterable<T> | Promise<AsyncIterable<T>>,
    cache: Cache,
    entry: EntryOptions,
  ) {
    this.#key = key;
    this.#cache = cache;
    this.#entry = entry;
    this.#source = (async () => (await open())[Symbol.asyncIterator]())();
    this.#source.catch(() => {}); // who reads hears of it
    this.#finished.promise.catch(() => {}); // likewise
  }

  /** What is to be kept, once it was read to its end; rejects where it was not, or failed. */
  get finished(): Promise<Recorded> {
    return this.#finished.promise;
  }

  /** Whether its readers left it before its end: it is not to be read any more. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** The parts from the first on, as they come. When nobody reads any more, before the end, nothing is kept. */
  async *read(): AsyncGenerator<T, void, undefined> {
    this.#readers += 1;
    let piece: { readonly start: number; readonly parts: readonly Part[] } | null = null;
    try {
      for (let at = 0; ; at += 1) {
        while (at >= this.#restStart + this.#rest.length && !this.#isDone) await this.#next();
        if (at >= this.#restStart + this.#rest.length) {
          if (this.#failure) throw this.#failure.error;
          return;
        }
        if (at < this.#restStart && !(piece && at < piece.start + piece.parts.length))
          piece = await this.#pieceWith(at);
        const part = at < this.#restStart ? piece!.parts[at - piece!.start] : this.#rest[at - this.#restStart];
        yield structuredClone(part![1]) as T; // so that no reader changes what others get
      }
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0 && !this.#isDone) await this.#abandon();
    }
  }

  /** Has the next part come; all who wait for it share that. */
  #next(): Promise<void> {
    this.#pulling ??= this.#pull().finally(() => {
      this.#pulling = null;
    });
    return this.#pulling;
  }

  async #pull(): Promise<void> {
    try {
      const { done, value } = await (await this.#source).next();
      if (done) this.#end();
      else await this.#record(value);
    } catch (error) {
      this.#isDone = true;
      this.#failure = { error };
      this.#finished.reject(error);
      await this.#forget();
    }
  }

  async #record(value: T): Promise<void> {
    const part: Part = [Math.round(performance.now() - this.#started), structuredClone(value)];
    this.#rest.push(part);
    this.#restBytes += roughSize(part);
    if (this.#restBytes < pieceBytes) return;
    const name = `${this.#key} ${this.#id}/${this.#pieces.length}`;
    const cost = performance.now() - this.#started;
    await this.#cache.set(name, this.#rest, { cost, ...this.#entry });
    this.#pieces.push({ name, start: this.#restStart });
    this.#restStart += this.#rest.length;
    this.#rest = [];
    this.#restBytes = 0;
  }

  #end(): void {
    this.#isDone = true;
    this.#finished.resolve({ pieces: this.#pieces.map(({ name }) => name), rest: this.#rest });
  }

  async #pieceWith(at: number): Promise<{ readonly start: number; readonly parts: readonly Part[] }> {
    const { name, start } = this.#pieces.findLast((piece) => piece.start <= at)!; // the first begins at 0
    return { start, parts: await readPiece(this.#cache, name, this.#key) };
  }

  async #abandon(): Promise<void> {
    this.#isDone = true;
    this.#isAbandoned = true;
    this.#finished.reject(new Error('It was not read to its end.'));
    const source = await this.#source.catch(() => null);
    await source?.return?.();
    await this.#forget();
  }

  async #forget(): Promise<void> {
    for (const { name } of this.#pieces) await this.#cache.delete(name);
  }
}

/** The parts of a piece. @throws UserError where it has gone, or was removed, since it was looked for */
export async function readPiece(cache: Cache, name: string, key: string): Promise<readonly Part[]> {
  const parts = await cache.get<readonly Part[]>(name);
  if (parts) return parts;
  throw new UserError(
    `A part of the recording of ${key} was removed while it was read. Read it again: it is recorded anew.`,
  );
}
